#!/bin/bash
# Runs one end-to-end program with Node. usage: run.sh PROGRAM.mjs [ARGUMENT...]
set -euo pipefail
cd "$(dirname "$0")"
command -v node >/dev/null || { echo "skipped: node is not installed"; exit 0; }
major=$(node -p 'process.versions.node.split(".")[0]')
[ "$major" -ge 18 ] || { echo "skipped: node is version $major, these tests need 18"; exit 0; }
exec node "$@"
