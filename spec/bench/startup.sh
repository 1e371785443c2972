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
    printf "%-44s %4d ms (slowest %d)\n", what, (t[int((NR + 1) / 2)] + t[int(NR / 2) + 1]) / 2000, t[NR] / 1000 }'
}

# The first start builds and has the start-up cache made; measuring begins when that is done.
bin/wormholes --version
for folder in "${XDG_CACHE_HOME:-$HOME/.cache}"/wormholes/*.training; do
  [ -d "$folder" ] && echo "waiting for the start-up cache" || continue
  while [ -d "$folder" ]; do sleep 1; done
done

median bin/wormholes --version
script=$(find rulesets -name hello.rb -not -path '*/target/*' | head -n 1)
[ -z "$script" ] || median bin/wormholes check "$script"
WORMHOLES_CACHE=off
export WORMHOLES_CACHE
echo "without the start-up cache:"
median bin/wormholes --version
[ -z "$script" ] || median bin/wormholes check "$script"
