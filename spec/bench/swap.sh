#!/bin/sh
# How long an engine with 1,000 talking flows takes to exchange its rules, and whether one of them notices.
set -eu
cd "$(dirname "$0")/../.."
root=.
bin/wormholes --version > /dev/null
main=org.wormholes.spec.apply.SwapBench
[ -f "spec/target/test-classes/$(echo $main | tr . /).class" ] || {
  echo "the tests are not compiled: run bin/test, or mvn test-compile" >&2
  exit 2
}
. bin/src/main/sh/launch.sh
need_jdk
# shellcheck disable=SC2086
exec "$jdk/bin/java" $ENGINE_FLAGS --enable-native-access=ALL-UNNAMED -cp "spec/target/test-classes:bin/target/dist/lib/*" $main
