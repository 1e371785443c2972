# Finds a JDK without starting a process; read by the scripts in bin/.

WANTED_JDK=25

# say MESSAGE: one line for the person at the terminal.
say() {
  printf 'wormholes: %s\n' "$*" >&2
}

# jdk_version HOME: prints nothing, sets $version to the feature number in HOME/release, or to 0.
jdk_version() {
  version=0
  [ -r "$1/release" ] && [ -x "$1/bin/java" ] || return 0
  while IFS='=' read -r key value; do
    if [ "$key" = JAVA_VERSION ]; then
      value=${value#\"}
      value=${value%%[!0-9]*}
      version=${value:-0}
      return 0
    fi
  done < "$1/release"
}

# find_jdk: sets $jdk to the first home of at least $WANTED_JDK, or fails.
# What a person named comes first; among those that merely stand there the wanted one beats newer ones.
find_jdk() {
  for jdk in "${WORMHOLES_JAVA_HOME:-}" "${JAVA_HOME:-}"; do
    [ -n "$jdk" ] || continue
    jdk_version "$jdk"
    [ "$version" -ge "$WANTED_JDK" ] && return 0
  done
  newer=
  for jdk in /usr/lib/jvm/*; do
    jdk_version "$jdk"
    [ "$version" -eq "$WANTED_JDK" ] && return 0
    [ "$version" -gt "$WANTED_JDK" ] && newer=$jdk
  done
  jdk=$newer
  [ -n "$jdk" ]
}

# need_jdk: find_jdk, or one line that says what is missing and the exit code for that.
need_jdk() {
  find_jdk && return 0
  say "needs a JDK $WANTED_JDK or newer: install one under /usr/lib/jvm, or set WORMHOLES_JAVA_HOME to its folder"
  exit 69
}

# need_maven: stops the same way when there is no Maven; Maven then runs on the JDK that was found.
need_maven() {
  command -v mvn > /dev/null 2>&1 || {
    say "needs Maven 3.8.7 or newer to build: install the package maven"
    exit 69
  }
  export JAVA_HOME="$jdk"
  export MAVEN_OPTS="--enable-native-access=ALL-UNNAMED --sun-misc-unsafe-memory-access=allow ${MAVEN_OPTS:-}"
}
