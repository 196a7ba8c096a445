#!/usr/bin/env bash
# Makes a virtual environment hold exactly what a lock says, and does nothing when it already does.
#
#   scripts/install.sh run         in .venv what the server needs
#   scripts/install.sh dev         in .venv that and the tools of its developers
#   scripts/install.sh examples    in .venv-examples the frameworks that the examples are for
set -euo pipefail
cd "$(dirname "$0")/.."

kind=${1:-run}
venv=.venv
case $kind in
  run) lock=requirements.lock ;;
  dev) lock=requirements-dev.lock ;;
  # Frameworks and the server disagree about versions, so they do not share an environment.
  examples) lock=requirements-examples.lock venv=.venv-examples ;;
  *) echo "scripts/install.sh: run, dev or examples, not '$kind'." >&2; exit 2 ;;
esac

say() { if [ -t 2 ]; then printf '\033[1m%s\033[0m\n' "$*" >&2; else echo "$*" >&2; fi; }
fail() { printf '\n%s\n' "$*" >&2; exit 1; }

# A virtual environment is bound to its path and its Python, so a moved or half-made one counts as none.
state() { echo "$PWD $(cksum <"$1") $(cksum <pyproject.toml)"; }
is_done() { [ -x "$venv/bin/python" ] && [ "$(cat "$venv/.installed-$1" 2>/dev/null)" = "$(state "$2")" ]; }
if is_done dev requirements-dev.lock || is_done "$kind" "$lock"; then exit 0; fi

is_new_enough() { "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; }
find_python() {
  local name
  for name in "${PYTHON:-python3}" python3.14 python3.13 python3.12 python3.11; do
    if is_new_enough "$name"; then command -v "$name"; return; fi
  done
  fail "Moltbook needs Python 3.11 or newer and found $(python3 --version 2>/dev/null || echo none).
Install one, or name it: make install PYTHON=/path/to/python3.12"
}

make_venv() {
  local python=$1
  if ! "$python" -c 'import ensurepip, venv' 2>/dev/null; then
    # Debian keeps these two apart from Python itself.
    local package
    package=$("$python" -c 'import sys; print(f"python3.{sys.version_info.minor}-venv")')
    if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
      say "Installing $package"
      apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq "$package" >/dev/null
    else
      fail "$python cannot make virtual environments. On Debian or Ubuntu: sudo apt-get install $package"
    fi
  fi
  say "Making $venv with $("$python" --version)"
  "$python" -m venv --clear "$venv"
}

if ! { is_new_enough "$venv/bin/python" && "$venv/bin/python" -m pip --version >/dev/null 2>&1 &&
  [ "$(cat "$venv/.made-at" 2>/dev/null)" = "$PWD" ]; }; then
  python=$(find_python)
  make_venv "$python"
  echo "$PWD" >"$venv/.made-at"
fi
rm -f "$venv"/.installed-*

pip=("$venv/bin/python" -m pip --disable-pip-version-check --no-input)
size=$([ "$kind" = examples ] && echo 60 || echo 200)
say "Installing $(grep -c '^[a-z0-9].*==' "$lock") packages from $lock; the first time this fetches some $size MB"
known='^(Requirement already satisfied|Looking in|Ignoring|Installing collected|Successfully installed)|^ +(Using cached|Downloading)'
"${pip[@]}" install --require-hashes --no-deps -r "$lock" | { grep --line-buffered -vE "$known" || true; } ||
  fail "The packages could not be installed; pip says why above. 'make install' goes on where it stopped."
# With --no-build-isolation the locked hatchling builds it, and nothing is fetched unlocked.
"${pip[@]}" install --quiet --no-deps --no-build-isolation --editable . ||
  fail "Moltbook itself could not be installed; pip says why above."
state "$lock" >"$venv/.installed-$kind"
