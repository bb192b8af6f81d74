# shellcheck shell=bash
# What scripts/run, scripts/test and scripts/bench share: progress lines, packages, building, free ports, waiting.
# Sourced, never run. Needs nothing but bash, coreutils, dpkg and apt.

export LC_ALL=C.UTF-8
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
started=$SECONDS

# Seconds since the start in front of every line, so that a slow step shows itself.
say() { printf '[%4ds] %s\n' "$((SECONDS - started))" "$*"; }
fail() { printf '[%4ds] failed: %s\n' "$((SECONDS - started))" "$*" >&2; exit 1; }

as_root() {
  if [ "$(id -u)" -eq 0 ]; then "$@"
  elif command -v sudo >/dev/null; then sudo -E "$@"
  else fail "packages are missing and this is neither root nor a user with sudo: run it as root once"
  fi
}

# Names in scripts/lib/packages.txt under the given headings; "package:command" where a command found does as well.
packages_of() {
  local heading
  for heading in "$@"; do
    awk -v want="[$heading]" '/^\[/ { on = ($0 == want); next } on && NF && !/^#/ { print $1 (NF > 1 ? ":" $2 : "") }' "$root/scripts/lib/packages.txt"
  done
}

missing_packages() {
  local each name
  for each in "$@"; do
    name=${each%%:*}
    if [ "$each" != "$name" ] && command -v "${each#*:}" >/dev/null; then continue; fi
    [ "$(dpkg-query -W -f '${db:Status-Status}' "$name" 2>/dev/null)" = installed ] || printf '%s\n' "$name"
  done
}

# Installs what is missing, and only that. Services that come with a package are not started: Kairan runs its own Redis.
install_packages() {
  local missing policy=/usr/sbin/policy-rc.d own_policy='' log
  mapfile -t missing < <(missing_packages "$@")
  if [ "${#missing[@]}" -eq 0 ]; then say "packages: all $# are installed"; return; fi
  say "packages: installing ${#missing[@]} of $# (${missing[*]})"
  command -v apt-get >/dev/null || fail "this needs Debian 12 (apt-get is not here)"
  if [ ! -e "$policy" ]; then
    own_policy=1
    printf '#!/bin/sh\nexit 101\n' | as_root tee "$policy" >/dev/null
    as_root chmod 755 "$policy"
  fi
  log=$(mktemp)
  if ! { as_root apt-get -q update && as_root env DEBIAN_FRONTEND=noninteractive apt-get -q -y \
        -o Dpkg::Use-Pty=0 -o Acquire::Retries=3 install --no-install-recommends "${missing[@]}"; } >"$log" 2>&1; then
    tail -n 30 "$log" >&2
    [ -z "$own_policy" ] || as_root rm -f "$policy"
    fail "apt-get could not install the packages (its last lines are above)"
  fi
  rm -f "$log"
  [ -z "$own_policy" ] || as_root rm -f "$policy"
  say "packages: installed"
}

# One job per processor, and no more than the memory carries: a compiler takes up to 1.2 GB.
build_jobs() {
  local cpus mem_kb by_memory
  cpus=$(nproc)
  mem_kb=$(awk '/^MemAvailable:/ { print $2 }' /proc/meminfo)
  by_memory=$((mem_kb / 1200000))
  [ "$by_memory" -ge 1 ] || by_memory=1
  if [ "$by_memory" -lt "$cpus" ]; then echo "$by_memory"; else echo "$cpus"; fi
}

# build PRESET [TARGET...]: configures and builds, with ninja's own progress.
build() {
  local preset=$1 log="$root/build/$1-configure.log"
  shift
  mkdir -p "$root/build"
  say "configure: $preset"
  (cd "$root" && cmake --preset "$preset") >"$log" 2>&1 || { tail -n 30 "$log" >&2; fail "cmake could not configure $preset"; }
  say "build: $preset ${*:-everything}"
  local targets=()
  [ $# -eq 0 ] || targets=(--target "$@")
  (cd "$root" && NINJA_STATUS='        [%f/%t, %es] ' cmake --build --preset "$preset" -j "$(build_jobs)" "${targets[@]}") ||
    fail "the build of $preset did not succeed"
  say "build: $preset done"
}

# A TCP port on loopback that nothing listens on. Another program can still take it before it is used; callers say so then.
free_port() {
  local port tries=0
  while [ $tries -lt 100 ]; do
    port=$((20000 + RANDOM % 12000))
    if ! (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; then echo "$port"; return; fi
    tries=$((tries + 1))
  done
  fail "no free TCP port found on 127.0.0.1"
}

# wait_for SECONDS COMMAND...: until the command succeeds; 1 when the time is over.
wait_for() {
  local until=$((SECONDS + $1))
  shift
  until "$@" >/dev/null 2>&1; do
    [ "$SECONDS" -lt "$until" ] || return 1
    sleep 0.1
  done
}

# build_console: the staff's web application into build/console, from its lock file; again only when its sources changed.
# False, with the reason in build/console.log, when npm cannot fetch its libraries: the gateway runs without it.
build_console() {
  local stamp="$root/build/console/.sources" sum
  sum=$(cd "$root" && find console adapters/simulator/page -path console/node_modules -prune -o -type f -print0 | sort -z |
    xargs -0 sha256sum | sha256sum)
  if [ -e "$stamp" ] && [ "$(cat "$stamp")" = "$sum" ]; then say "console: built"; return 0; fi
  say "console: building"
  mkdir -p "$root/build"
  if ! (cd "$root/console" && npm ci --no-audit --no-fund && npm run build) >"$root/build/console.log" 2>&1; then
    tail -n 5 "$root/build/console.log" | sed 's/^/        /'
    say "console: not built (build/console.log says why); everything else works without it"
    return 1
  fi
  printf '%s' "$sum" >"$stamp"
  say "console: built"
}
