#!/bin/sh
# The carrier over I2P beside SAM as it is, through one real i2pd in one run; takes about two minutes.
set -eu
cd "$(dirname "$0")/../.."
root=.
main=org.wormholes.spec.i2p.I2pBench
PATH=$PATH:/usr/sbin:/sbin
command -v i2pd > /dev/null || {
  echo "i2pd is needed (Debian: i2pd)" >&2
  exit 2
}
bin/wormholes --version > /dev/null
[ -f "spec/target/test-classes/$(echo $main | tr . /).class" ] || {
  echo "the tests are not compiled: run bin/test, or mvn test-compile" >&2
  exit 2
}
. bin/src/main/sh/launch.sh
need_jdk
# shellcheck disable=SC2086
exec "$jdk/bin/java" $ENGINE_FLAGS --enable-native-access=ALL-UNNAMED -cp "spec/target/test-classes:bin/target/dist/lib/*" $main
