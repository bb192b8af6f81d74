#!/bin/bash
# clang-tidy over the product's sources, each compiled by itself: the builds compile several as one, so this also proves that
# every source includes what it needs. The list of checks is .clang-tidy.
# usage: tidy.sh [FILE...]   default: every source of the product
set -euo pipefail
# shellcheck source=scripts/lib/common.sh
. "$(dirname "$0")/common.sh"
# shellcheck disable=SC2154 # common.sh sets root
cd "$root"
mkdir -p build
cmake --preset dev -B build/tidy -DCMAKE_UNITY_BUILD=OFF >build/tidy-configure.log 2>&1 || fail "cannot configure: see build/tidy-configure.log"
if [ $# -eq 0 ]; then
  mapfile -t files < <(find base store intents broadcasts gateway adapters -name '*.cpp' 2>/dev/null | sort)
else
  files=("$@")
fi
status=0
# GCC's own warning names mean nothing to clang.
printf '%s\n' "${files[@]}" | xargs -P "$(build_jobs)" -n 4 clang-tidy-14 -p build/tidy --quiet \
  --extra-arg=-Wno-unknown-warning-option --extra-arg=-Wno-unused-command-line-argument >build/tidy.log 2>&1 || status=1
grep -E '(error|warning):' build/tidy.log | sort -u || true
exit "$status"
