#!/usr/bin/env bash
# Compiles requirements*.txt and package-lock.json anew: versions and hashes, no
# addresses, so that the files are good behind any mirror. Needs a .venv, but no
# finished setup: that would refuse inputs newer than their locks.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
.venv/bin/python -m venv "$scratch/venv"
"$scratch/venv/bin/pip" install --quiet 'pip-tools>=7.6,<8'

compile() {
  local name=$1 note=$2
  shift 2
  # An existing file keeps its versions unless --upgrade says otherwise.
  "$scratch/venv/bin/pip-compile" --quiet --generate-hashes --strip-extras \
    --no-header --no-emit-index-url --no-emit-trusted-host --no-emit-find-links \
    "$@" --output-file "$name.txt" "$name.in"
  { printf '# Written by `make lock` from %s.in%s. Do not edit.\n#\n' "$name" "$note"
    grep -v -e '^# Written by' -e '^#$' "$name.txt"; } >"$scratch/out"
  cp "$scratch/out" "$name.txt"
}

compile requirements "" "$@"
compile requirements-dev ", requirements.txt included" "$@"
compile requirements-node "" "$@"
PATH="$PWD/.venv/bin:$PATH" npm install --package-lock-only --ignore-scripts \
  --omit-lockfile-registry-resolved --no-audit --no-fund --loglevel=error
if grep -Hn '"resolved"' package-lock.json ||
  grep -HnE 'https?://|index-url|find-links' requirements*.txt; then
  echo "lock: a download address slipped into a lock file" >&2
  exit 1
fi
