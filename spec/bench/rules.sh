#!/bin/sh
# How long 10,000 rules take to load: by engines that start with them, each a new process with the launcher's own flags
# and start-up cache, and by a process that has done so before. Prints medians, in milliseconds.
set -eu
cd "$(dirname "$0")/../.."
root=.
RUNS=${1:-20}

# The first start builds and has the start-up cache made; measuring begins when that is done.
bin/wormholes --version > /dev/null
for folder in "${XDG_CACHE_HOME:-$HOME/.cache}"/wormholes/*.training; do
  [ -d "$folder" ] && kill -0 "$(cat "$folder/pid")" 2> /dev/null || continue
  echo "waiting for the start-up cache"
  while [ -d "$folder" ]; do sleep 1; done
done
main=org.wormholes.spec.bench.RuleLoadBench
[ -f "spec/target/test-classes/$(echo $main | tr . /).class" ] || {
  echo "the tests are not compiled: run bin/test, or mvn test-compile" >&2
  exit 2
}
. bin/src/main/sh/launch.sh
need_jdk
# shellcheck disable=SC2086
load() { "$jdk/bin/java" $ENGINE_FLAGS -cp "spec/target/test-classes:bin/target/dist/lib/*" $main "$@"; }

place=$(mktemp -d)
engine=
trap '[ -z "$engine" ] || kill "$engine"; rm -rf "$place"' EXIT
XDG_RUNTIME_DIR=$place
export XDG_RUNTIME_DIR
load "$place/many"
load "$place/few" 10

# engines HOW STATE: for each of RUNS starts "start ready read applied", in milliseconds; the last two are what the
# engine itself says of the rules it starts with.
engines() {
  i=0
  while [ $i -lt "$RUNS" ]; do
    rm -f "$place/ready" "$place/log"
    mkfifo "$place/ready"
    before=$(date +%s%N)
    bin/wormholesd --state "$1" > "$place/ready" 2> "$place/log" &
    engine=$!
    read -r _ < "$place/ready"
    after=$(date +%s%N)
    kill "$engine"
    wait "$engine" || true
    engine=
    said=$(sed -n 's/.* read in \([0-9]*\) ms, applied in \([0-9]*\) ms$/\1 \2/p' "$place/log")
    echo "$(((after - before) / 1000000)) ${said:-0 0}"
    i=$((i + 1))
  done > "$place/runs"
}

# median WHAT COLUMNS: of the sums of the columns (of `$place/runs`), with the slowest in brackets.
median() {
  awk -v columns="$2" '{ n = split(columns, c, ","); sum = 0; for (i = 1; i <= n; i++) sum += $c[i]; print sum }' \
    "$place/runs" | sort -n | awk -v what="$1" '{ t[NR] = $1 } END {
    printf "%-64s %4d ms (slowest %d)\n", what, (t[int((NR + 1) / 2)] + t[int(NR / 2) + 1]) / 2, t[NR] }'
}

cold() {
  engines "$place/few"
  median "10 stored rules in a new engine$1, read and applied" 2,3
  engines "$place/many"
  median "10,000 stored rules in a new engine$1, read" 2
  median "10,000 stored rules in a new engine$1, read and applied" 2,3
  median "start of that engine until it is ready" 1
}

cold ""
engines "$place/none"
median "start of an engine without rules until it is ready" 1
WORMHOLES_CACHE=off
export WORMHOLES_CACHE
cold " without the cache"
load
