#!/bin/bash
# Holds the documents to the tree: the two commands of the README are there and run, both languages show the same commands
# and the same settings, links lead somewhere, and every command that is documented is one the program knows.
# readme_settings_test.cpp compares the settings with the program's own table.
# usage: readme_test.sh [SOURCE_DIR] [KAIRAN]; with the program's path its --help is compared too.
set -euo pipefail
root=${1:-$(cd "$(dirname "$0")/../.." && pwd)}
kairan=${2:-}
cd "$root"
passed=0
failed=0
check() {  # check NAME WHAT_IS_WRONG
  if [ -z "$2" ]; then passed=$((passed + 1)); echo "ok: $1"
  else failed=$((failed + 1)); echo "FAILED: $1"; printf '%s\n' "$2" | sed 's/^/    /'; fi
}

# The first word of every command line in the shell blocks of a document.
commands_of() { awk '/^```sh/ { on = 1; next } /^```/ { on = 0 } on && NF && !/^#/ { print $0 }' "$1" | sed 's/[[:space:]]*#.*//'; }
settings_of() { grep -oE '`KAIRAN_[A-Z_]+`' "$1" | tr -d '`' | sort -u; }
links_of() { grep -oE '\]\([^)]+\)' "$1" | sed -E 's/^\]\(//; s/\)$//; s/#.*//' | grep -vE '^$|^https?:' | sort -u; }

for document in README.md README.ja.md; do
  wrong=''
  for command in scripts/run scripts/test; do
    commands_of "$document" | grep -qx "$command" || wrong+="no line with exactly: $command"$'\n'
  done
  [ "$(commands_of "$document" | sed -n 1p)" = scripts/run ] || wrong+="the first command is not scripts/run"$'\n'
  [ "$(commands_of "$document" | sed -n 2p)" = scripts/test ] || wrong+="the second command is not scripts/test"$'\n'
  check "$document shows the two commands first" "${wrong%$'\n'}"
  wrong=$(commands_of "$document" | awk '{ print $1 }' | grep '^scripts/' | sort -u | while read -r file; do
    [ -x "$file" ] || echo "$file is not an executable file"
  done)
  check "every script $document names is there" "$wrong"
done

check "both languages show the same commands" "$(diff <(commands_of README.md) <(commands_of README.ja.md) || true)"
check "both languages name the same settings" "$(diff <(settings_of README.md) <(settings_of README.ja.md) || true)"
check "continuous integration runs the README's test command" \
  "$(grep -qE '^exec scripts/test' .ci/run || echo '.ci/run does not run scripts/test')"

wrong=''
for document in README.md README.ja.md docs/*.md; do
  base=$(dirname "$document")
  while read -r link; do
    [ -z "$link" ] || [ -e "$base/$link" ] || wrong+="$document: $link leads nowhere"$'\n'
  done < <(links_of "$document" || true)
done
check "links lead somewhere" "${wrong%$'\n'}"

if [ -n "$kairan" ]; then
  wrong=$(grep -ohE '`?kairan [a-z]+' README.md docs/*.md | sed 's/^`//' | awk '{ print $2 }' | sort -u | while read -r command; do
    "$kairan" --help | grep -qE "^ +$command( |$)" || echo "kairan $command is documented, but --help does not know it"
  done)
  check "every documented command is one the program has" "$wrong"
fi

echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
