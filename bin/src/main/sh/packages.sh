# Installs Debian packages without starting the services in them; read by bin/test.

# missing_packages FILE: prints those named in the file that are not installed.
missing_packages() {
  sed -e 's/#.*//' -e '/^[[:space:]]*$/d' "$1" | while IFS= read -r package; do
    case $package in
      # Any Maven will do, wherever it came from.
      maven) command -v mvn > /dev/null 2>&1 && continue ;;
    esac
    [ "$(dpkg-query -W -f '${db:Status-Status}' "$package" 2> /dev/null)" = installed ] || printf '%s ' "$package"
  done
}

as_root() {
  if [ "$(id -u)" -eq 0 ]; then
    "$@"
  else
    sudo "$@"
  fi
}

# install_packages FILE: what is missing, and nothing else; a server that comes along stays off.
install_packages() {
  command -v apt-get > /dev/null 2>&1 || {
    say "no apt-get here: the tests need the programs in spec/packages.txt"
    return 0
  }
  missing=$(missing_packages "$1")
  [ -n "$missing" ] || return 0
  say "installing: $missing"
  as_root apt-get -qq update
  [ -e /usr/sbin/policy-rc.d ] || {
    trap 'as_root rm -f /usr/sbin/policy-rc.d' EXIT
    printf '#!/bin/sh\nexit 101\n' | as_root tee /usr/sbin/policy-rc.d > /dev/null
    as_root chmod 755 /usr/sbin/policy-rc.d
  }
  # shellcheck disable=SC2086
  as_root env DEBIAN_FRONTEND=noninteractive apt-get -qq -y --no-install-recommends install $missing > /dev/null
}
