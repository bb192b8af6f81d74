#!/bin/bash
# Holds scripts/lib/count.sh to what it says, on the shapes that ctest and the programs print.
# usage: count_test.sh [SOURCE_DIR]
set -euo pipefail
root=${1:-$(cd "$(dirname "$0")/../.." && pwd)}
. "$root/scripts/lib/count.sh"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
passed=0
failed=0
expect() {  # expect NAME COUNTS <<LOG
  local got
  cat >"$work/log"
  got=$(count_tests "$work/log")
  if [ "$got" = "$2" ]; then passed=$((passed + 1))
  else failed=$((failed + 1)); echo "FAILED: $1: got '$got', expected '$2'"
  fi
}

expect "a Catch2 program counts by its test cases" "3 0 0" <<'LOG'
7: All tests passed (9 assertions in 3 test cases)
1/2 Test  #7: store ............................   Passed    0.51 sec
LOG
expect "a single case is counted too" "1 0 0" <<'LOG'
7: All tests passed (1 assertion in 1 test case)
1/1 Test #7: store ............................   Passed    0.51 sec
LOG
expect "failed cases are counted beside passed ones" "4 1 0" <<'LOG'
7: test cases:  5 |  4 passed | 1 failed
7: assertions: 90 | 89 passed | 1 failed
1/1 Test #7: store ............................***Failed    0.51 sec
LOG
expect "a program's own last line counts" "5 0 2" <<'LOG'
12: 5 passed, 0 failed, 2 skipped
12/12 Test #12: e2e ............................   Passed    9.51 sec
LOG
expect "a suite that cannot run is one skipped" "0 0 1" <<'LOG'
3: skipped: no chromium here
1/1 Test #3: e2e ............................   Passed    0.01 sec
LOG
expect "an ordinary program is one test" "1 0 0" <<'LOG'
1/1 Test #3: fuzz_json ............................   Passed    5.01 sec
LOG
expect "a crash after good words is a failure" "3 1 0" <<'LOG'
7: All tests passed (9 assertions in 3 test cases)
7: ERROR: LeakSanitizer: detected memory leaks
1/1 Test #7: store ............................***Failed    0.51 sec
LOG
expect "a crash without a word is a failure" "0 1 0" <<'LOG'
1/1 Test #7: store ............................***Exception: SegFault  0.51 sec
LOG
expect "a program that is not there is a failure" "0 1 0" <<'LOG'
1/1 Test #7: store ............................***Not Run   0.00 sec
LOG
expect "a timeout is a failure" "0 1 0" <<'LOG'
1/1 Test #7: store ............................***Timeout 600.01 sec
LOG
expect "programs that run side by side are kept apart" "6 1 1" <<'LOG'
1: some words
2: All tests passed (9 assertions in 3 test cases)
1: test cases: 4 | 3 passed | 1 failed
1/3 Test #1: base ............................***Failed    0.51 sec
3: skipped: ../shared is absent
2/3 Test #2: store ............................   Passed    0.51 sec
3/3 Test #3: lists_shared ............................   Passed    0.51 sec
LOG

echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
