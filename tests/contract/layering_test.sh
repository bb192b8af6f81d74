#!/bin/bash
# The architecture as a test: includes obey the arrows
#     main -> adapters -> gateway -> intents, broadcasts -> store -> base
# and each third-party library is known to the files named here only, so that it can be replaced in one place.
# usage: layering_test.sh [SOURCE_DIR]; every wrong include is one line; ends with "N passed, N failed".
set -euo pipefail
root=${1:-$(cd "$(dirname "$0")/../.." && pwd)}
cd "$root"
passed=0
failed=0

check() {  # check NAME WRONG_LINES
  if [ -z "$2" ]; then passed=$((passed + 1)); echo "ok: $1"
  else failed=$((failed + 1)); echo "FAILED: $1"; printf '%s\n' "$2" | sed 's/^/    /'; fi
}

sources() { find "$@" -type f \( -name '*.h' -o -name '*.cpp' \) 2>/dev/null | sort; }

# includes FILES...: "file:line:path" of every include, both forms.
includes() {
  [ $# -gt 0 ] || return 0
  grep -nHE '^[[:space:]]*#[[:space:]]*include[[:space:]]*[<"]' "$@" |
    sed -E 's/^([^:]+:[0-9]+):[[:space:]]*#[[:space:]]*include[[:space:]]*[<"]([^>"]+)[>"].*/\1:\2/' || true
}

# room_sees ROOM ALLOWED_ROOM...: includes of project headers outside the room and the allowed ones are wrong.
rooms='base store intents broadcasts gateway adapters tests console'
room_sees() {
  local room=$1 allowed files wrong
  shift
  allowed=" $room $* "
  mapfile -t files < <(sources "$room" | grep -v '^gateway/main/' || true)
  [ "${#files[@]}" -gt 0 ] || { check "$room/ has sources" "$room/ is empty or missing"; return; }
  wrong=$(includes "${files[@]}" | awk -F: -v allowed="$allowed" -v rooms=" $rooms " '
    { split($3, part, "/")
      if ($3 ~ /\.\./) print $0 " (relative paths hide the room)"
      else if (index(rooms, " " part[1] " ") && !index(allowed, " " part[1] " ")) print
      else if ($3 ~ /^gateway\/main\//) print $0 " (only the executable sees its own folder)" }')
  check "$room/ includes only:$allowed" "$wrong"
}

room_sees base
room_sees store base
room_sees intents store base
room_sees broadcasts store base
room_sees gateway intents broadcasts store base
room_sees adapters gateway intents broadcasts store base

# Adapters do not know each other; what they share lies directly in adapters/.
for folder in adapters/*/; do
  mapfile -t files < <(sources "$folder")
  [ "${#files[@]}" -gt 0 ] || continue
  own=${folder%/}
  wrong=$(includes "${files[@]}" | awk -F: -v own="$own/" '$3 ~ /^adapters\/[^\/]+\// && index($3, own) != 1')
  check "$own/ knows no other adapter" "$wrong"
done

# only_in LIBRARY PATTERN FILE...: the library's headers appear in these files (of the product) and nowhere else.
only_in() {
  local library=$1 pattern=$2 files wrong
  shift 2
  mapfile -t files < <(sources base store intents broadcasts gateway adapters)
  wrong=$(includes "${files[@]}" | awk -F: -v pattern="$pattern" -v allowed=" $* " '
    $3 ~ pattern && !index(allowed, " " $1 " ")')
  check "$library only in: $*" "$wrong"
}

only_in hiredis '^hiredis' store/redis_connection.cpp
only_in cpp-httplib '^httplib' gateway/http_server.cpp adapters/http_client.cpp
only_in libcurl '^curl/' adapters/mail/smtp_mailer.cpp
only_in spdlog '^(spdlog|fmt)/' base/log.cpp
only_in argon2 '^argon2' base/password_hash.cpp
only_in OpenSSL '^openssl/' base/crypto.cpp
mapfile -t commands < <(find gateway/main -name 'main.cpp' -o -name '*_command.cpp' | sort)
only_in CLI11 '^CLI/' "${commands[@]}"

# Heavy or fixed-vocabulary headers stay out of the rooms' headers.
mapfile -t headers < <(find base store intents broadcasts gateway adapters -name '*.h' 2>/dev/null | sort)
wrong=$(includes "${headers[@]}" |
  awk -F: '$3 ~ /^(nlohmann\/json\.hpp|hiredis|httplib|spdlog|openssl|unicode\/|mecab|yaml-cpp|pugixml|re2\/|zip\.h|CLI\/|curl\/)/')
check "third-party headers stay out of headers (json_fwd.hpp is allowed)" "$wrong"

# What clang 14 cannot compile in C++20 would cost the fuzzers and the thread-safety check.
mapfile -t files < <(sources base store intents broadcasts gateway adapters tests)
wrong=$(includes "${files[@]}" | awk -F: '$3 ~ /^(ranges|format|expected)$/')
check "no <ranges>, <format> or <expected>" "$wrong"

wrong=$(sources base store intents broadcasts gateway adapters | xargs grep -HnE '^[[:space:]]*using namespace' |
  grep -vE 'using namespace std::(chrono_literals|string_literals|string_view_literals|literals);' || true)
check "no using namespace but for the standard literals" "$wrong"

echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
