#!/usr/bin/env bash
# Sees to it that the tests have a Chromium and curl, installing Debian's where that is allowed.
#
# Without them the tests that need them skip themselves; where CI is set, a skipped test counts as a failed one.
set -euo pipefail

has() { # has NAME…: whether one of these programs is here
  local name
  for name in "$@"; do
    if command -v "$name" >/dev/null; then return 0; fi
  done
  return 1
}

packages=()
has chromium chromium-browser google-chrome google-chrome-stable || packages+=(chromium fonts-liberation)
has curl || packages+=(curl)
if [ ${#packages[@]} = 0 ]; then exit 0; fi

if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
  echo "Installing ${packages[*]} for the tests" >&2
  if apt-get update -qq && DEBIAN_FRONTEND=noninteractive \
    apt-get install -y -qq --no-install-recommends "${packages[@]}" >/dev/null; then exit 0; fi
fi
echo "Not here: ${packages[*]}. The tests that need them will be skipped. On Debian or Ubuntu:" \
  "sudo apt-get install ${packages[*]}" >&2
