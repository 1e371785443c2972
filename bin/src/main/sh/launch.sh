# Builds when nothing is built, picks the JVM's flags, and starts a program; read by bin/wormholes and bin/wormholesd.
# Expects $root, the folder of the pom.xml.

. "$root/bin/src/main/sh/jdk.sh"

lib=$root/bin/target/dist/lib
program=$lib/wormholes.jar

# Quiet on 25. Kryo uses Unsafe, JRuby needs none of its native code for our words, and we write UTF-8 everywhere.
QUIET="--sun-misc-unsafe-memory-access=allow -Djruby.native.enabled=false -Dstdout.encoding=UTF-8 -Dstderr.encoding=UTF-8"

# The JVM reports a start-up cache that it cannot use on standard output; it is never worth a word.
CLI_LOG="-Xlog:disable -Xlog:all=error:stderr -Xlog:aot=off:stderr"
ENGINE_LOG="-Xlog:disable -Xlog:all=warning:stderr -Xlog:aot=off:stderr -Xlog:cds=off:stderr"

# Commands that answer and end: the quick compiler only, one collector thread, no /tmp/hsperfdata.
CLI_FLAGS="-XX:TieredStopAtLevel=1 -XX:+UseSerialGC -Xmx256m -XX:-UsePerfData $QUIET $CLI_LOG"

# What hosts an engine: the full compiler, sooner than by default since set-ups are rare beside cells, and a young
# generation that stays within the processor's cache.
SOONER="-XX:Tier4InvocationThreshold=1000 -XX:Tier4MinInvocationThreshold=150 -XX:Tier4CompileThreshold=3000"
ENGINE_FLAGS="$SOONER -XX:+UseSerialGC -Xmn24m -Xmx${WORMHOLES_HEAP:-512m} -XX:+ExitOnOutOfMemoryError $QUIET $ENGINE_LOG"

# build: makes the jars, one line that changes on a terminal, one line a step elsewhere.
build() {
  need_maven
  mkdir -p "$root/bin/target"
  log=$root/bin/target/build.log
  say "first use: building (a minute or two; the details go to bin/target/build.log)"
  {
    cd "$root" && mvn -B package -pl bin -am -Dquick -Dmaven.test.skip=true 2>&1
    echo "exit code $?"
  } | tee "$log" | show_progress
  [ -f "$program" ] && tail -n 1 "$log" | grep -q 'exit code 0$' && return 0
  grep '^\[ERROR\]' "$log" | head -n 5 >&2
  say "the build failed: see bin/target/build.log"
  exit 69
}

# show_progress: Maven's lines in, a person's lines out.
show_progress() {
  fetched=0
  step="looking around"
  while IFS= read -r line; do
    case $line in
      *"Building "*"["*"/"*"]")
        name=${line#*Building }
        step="${line##*[} ${name%% [0-9]*}"
        step="${step%%]*}${step#*]}"
        show "$step"
        ;;
      *"Downloaded from "*)
        fetched=$((fetched + 1))
        [ -t 2 ] && show "$step, $fetched files fetched"
        ;;
    esac
  done
  [ -t 2 ] && printf '\r\033[K' >&2
  return 0
}

show() {
  if [ -t 2 ]; then
    printf '\r\033[K  %s' "$1" >&2
  else
    printf '  %s\n' "$1" >&2
  fi
}

# need_build: builds when there is nothing to run; of several that are started at once, one builds.
need_build() {
  [ -f "$program" ] && return 0
  mkdir -p "$root/bin/target"
  if command -v flock > /dev/null 2>&1; then
    exec 9> "$root/bin/target/build.lock"
    flock 9
    [ -f "$program" ] || build
    exec 9>&-
  else
    build
  fi
}

# find_cache: sets $cache to the start-up cache's file; empty when there is no private place for one.
# The JVM takes a cache only with the JDK and the jars (name, size, time) it was made with, so these name it.
find_cache() {
  cache=
  [ "${WORMHOLES_CACHE:-on}" = off ] && return 0
  caches=${XDG_CACHE_HOME:-${HOME:-}/.cache}/wormholes
  case $caches in /.cache/*) return 0 ;; esac
  [ -d "$caches" ] || mkdir -p -m 700 "$caches" 2> /dev/null || return 0
  # It holds code: nobody else may be able to put one there.
  [ -O "$caches" ] || return 0
  key=$({ cat "$jdk/release"; cd "$lib" && TZ=UTC LC_ALL=C ls -ln --full-time; } 2> /dev/null | cksum) || return 0
  cache=$caches/start-${key% *}-${key#* }.aot
}

# train_cache: makes the cache in the background, once; the next start finds it.
train_cache() {
  [ -n "$cache" ] && [ ! -f "$cache" ] || return 0
  # What failed is not tried again on the same day.
  [ ! -f "$cache.failed" ] || [ -n "$(find "$cache.failed" -mmin +1440)" ] || return 0
  training=$cache.training
  mkdir "$training" 2> /dev/null || {
    # Someone trains, or was interrupted while training.
    read -r trainer 2> /dev/null < "$training/pid" && kill -0 "$trainer" 2> /dev/null && return 0
    [ -n "$(find "$training" -maxdepth 0 -mmin +2 2> /dev/null)" ] && rm -rf "$training"
    return 0
  }
  (
    trap '' HUP
    trap 'rm -rf "$training"' EXIT
    sh -c 'echo $PPID' > "$training/pid"
    # shellcheck disable=SC2086
    if nice "$jdk/bin/java" $CLI_FLAGS -XX:AOTCacheOutput="$training/aot" -jar "$program" warm-up &&
      [ -s "$training/aot" ]; then
      chmod 600 "$training/aot"
      mv "$training/aot" "$cache"
      rm -f "$cache.failed"
      # Old ones: of other JDKs and of jars long gone.
      ls -t "$caches"/start-*.aot | tail -n +4 | while IFS= read -r old; do rm -f "$old"; done
    else
      : > "$cache.failed"
    fi
  ) > /dev/null 2>&1 < /dev/null &
}

# start FLAGS ARGUMENTS...: becomes the program.
start() {
  flags=$1
  shift
  need_jdk
  need_build
  find_cache
  train_cache
  [ -n "$cache" ] && [ -f "$cache" ] && flags="$flags -XX:AOTCache=$cache"
  # shellcheck disable=SC2086
  exec "$jdk/bin/java" $flags ${WORMHOLES_JAVA_OPTS:-} -jar "$program" "$@"
}

# check_by_engine FILE: has a running engine check a script, which takes it milliseconds, and ends; returns when that
# cannot be done, and the command line's own compiler does it.
check_by_engine() {
  case $1 in -* | *[!A-Za-z0-9._/-]*) return 0 ;; *.rb) ;; *) return 0 ;; esac
  case ${XDG_RUNTIME_DIR:-} in
    /*) socket=$XDG_RUNTIME_DIR/wormholes/control.sock ;;
    *) socket=${HOME:-}/.local/state/wormholes/control.sock ;;
  esac
  [ -S "$socket" ] && [ -f "$1" ] && command -v curl > /dev/null 2>&1 || return 0
  folder=$(pwd)
  case $folder in *[!A-Za-z0-9._/-]*) return 0 ;; esac
  colours=false
  [ -t 1 ] && [ -z "${NO_COLOR:-}" ] && [ "${TERM:-dumb}" != dumb ] && colours=true
  answer=$(curl -s --noproxy '*' --max-time 5 --unix-socket "$socket" -w '\n%{http_code}' \
    -H 'Content-Type: application/json' \
    -d "{\"file\":\"$1\",\"folder\":\"$folder\",\"strict\":false,\"colours\":$colours}" \
    'http://localhost/v1/check?as=text') || return 0
  text=${answer%????}
  case ${answer##*[!0-9]} in
    200) result=0 ;;
    422) result=3 ;;
    *) return 0 ;;
  esac
  printf '%s' "$text"
  exit $result
}
