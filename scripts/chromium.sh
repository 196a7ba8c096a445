#!/usr/bin/env bash
# Sees to it that the page tests have a Chromium, installing Debian's where that is allowed.
#
# Without one the page tests skip themselves; where CI is set, a skipped test counts as a failed one.
set -euo pipefail

for name in chromium chromium-browser google-chrome google-chrome-stable; do
  if command -v "$name" >/dev/null; then exit 0; fi
done
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
  echo "Installing Chromium for the page tests" >&2
  if apt-get update -qq && DEBIAN_FRONTEND=noninteractive \
    apt-get install -y -qq --no-install-recommends chromium fonts-liberation >/dev/null; then exit 0; fi
fi
echo "No Chromium here: the page tests will be skipped. On Debian or Ubuntu: sudo apt-get install chromium" >&2
