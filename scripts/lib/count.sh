# shellcheck shell=bash
# Counts single tests in the output of `ctest -V`. Sourced by scripts/test; tests/contract/count_test.sh holds it to this:
#  - a Catch2 program counts by its test cases;
#  - a program whose last words are "N passed, N failed[, N skipped]" counts by them;
#  - one that says "skipped: REASON" and nothing else of the kind counts as one skipped;
#  - any other counts as one; so does one that ends badly without having reported a failure (a crash, a sanitizer, a timeout).

# count_tests FILE: "passed failed skipped"
count_tests() {
  awk '
    # "7: All tests passed (9 assertions in 3 test cases)"
    match($0, /^[0-9]+: All tests passed \([0-9]+ assertions? in [0-9]+ test cases?\)/) {
      id = $0; sub(/:.*/, "", id)
      n = $0; sub(/ test cases?\).*/, "", n); sub(/.* in /, "", n)
      pass[id] += n; said[id] = 1
    }
    # "7: test cases: 5 | 4 passed | 1 failed"
    /^[0-9]+: test cases: / {
      id = $0; sub(/:.*/, "", id); said[id] = 1
      count = split($0, part, "|")
      for (i = 2; i <= count; i++) {
        n = part[i] + 0
        if (part[i] ~ /passed/ || part[i] ~ /failed as expected/) pass[id] += n
        else if (part[i] ~ /failed/) fail[id] += n
      }
    }
    /^[0-9]+: [0-9]+ passed, [0-9]+ failed(, [0-9]+ skipped)?[ \t\r]*$/ {
      id = $0; sub(/:.*/, "", id); said[id] = 1
      line = $0; sub(/^[0-9]+: /, "", line)
      split(line, part, ",")
      pass[id] += part[1] + 0; fail[id] += part[2] + 0; skip[id] += part[3] + 0
    }
    /^[0-9]+: skipped: / { id = $0; sub(/:.*/, "", id); says_skipped[id] = 1 }
    # " 3/20 Test  #7: store .......   Passed    0.51 sec"
    match($0, /^ *[0-9]+\/[0-9]+ Test +#[0-9]+: /) {
      id = $0; sub(/^[^#]*#/, "", id); sub(/:.*/, "", id)
      if ($0 ~ /\.\.\. *Passed/) {
        if (said[id]) ;
        else if (says_skipped[id]) skip[id] = 1
        else pass[id] = 1
      } else if (fail[id] + 0 == 0) fail[id] = 1
      total_pass += pass[id]; total_fail += fail[id]; total_skip += skip[id]
    }
    END { print total_pass + 0, total_fail + 0, total_skip + 0 }' "$1"
}

# show_failures FILE: the output of every program that did not pass.
show_failures() {
  local id
  sed -nE '/\.\.\. *Passed/!s/^ *[0-9]+\/[0-9]+ Test +#([0-9]+): .*/\1/p' "$1" | while read -r id; do
    echo "---- test $id ----"
    grep -E "^$id: " "$1" | sed -E "s/^$id: //" | tail -n 200
  done
}
