#!/bin/sh
# How long a person waits: the median of 20 cold starts of each command, in milliseconds.
set -eu
cd "$(dirname "$0")/../.."
RUNS=20

# median COMMAND...: sorted, the mean of the two in the middle; the slowest in brackets.
median() {
  i=0
  while [ $i -lt $RUNS ]; do
    before=$(date +%s%N)
    "$@" > /dev/null 2>&1 || [ $? -eq 1 ]
    after=$(date +%s%N)
    echo $(((after - before) / 1000))
    i=$((i + 1))
  done | sort -n | awk -v what="$*" '{ t[NR] = $1 } END {
    printf "%-64s %4d ms (slowest %d)\n", what, (t[int((NR + 1) / 2)] + t[int(NR / 2) + 1]) / 2000, t[NR] / 1000 }'
}

# The first start builds and has the start-up cache made; measuring begins when that is done.
bin/wormholes --version
for folder in "${XDG_CACHE_HOME:-$HOME/.cache}"/wormholes/*.training; do
  [ -d "$folder" ] && kill -0 "$(cat "$folder/pid")" 2> /dev/null || continue
  echo "waiting for the start-up cache"
  while [ -d "$folder" ]; do sleep 1; done
done

# A place of its own, so that no engine that happens to run answers.
place=$(mktemp -d)
engine=
trap '[ -z "$engine" ] || kill "$engine"; rm -rf "$place"' EXIT
XDG_RUNTIME_DIR=$place
XDG_STATE_HOME=$place/state
export XDG_RUNTIME_DIR XDG_STATE_HOME

# The ready-made rulesets, the longest last.
longest=$(find rulesets -path '*/target' -prune -o -path '*/test' -prune -o -path '*/src' -prune -o -name '*.rb' -size +0 -print |
  xargs wc -l | grep -v ' total$' | sort -n | tail -n 1 | awk '{ print $2 }')

commands() {
  median bin/wormholes --version
  median bin/wormholes check rulesets/hello/hello.rb
  median bin/wormholes check "$longest"
}

commands
echo "through a running engine:"
bin/wormholesd > "$place/engine.log" 2>&1 &
engine=$!
while [ ! -S "$place/wormholes/control.sock" ]; do kill -0 "$engine" && sleep 0.1; done
median bin/wormholes check "$longest"
kill "$engine"
wait "$engine" || true
engine=
echo "without the start-up cache:"
WORMHOLES_CACHE=off
export WORMHOLES_CACHE
commands
