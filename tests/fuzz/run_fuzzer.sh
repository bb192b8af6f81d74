#!/bin/sh
# Replays a corpus, then fuzzes for KAIRAN_FUZZ_SECONDS (default 5). usage: run_fuzzer.sh PROGRAM [CORPUS]
set -eu
work=$(mktemp -d); trap 'rm -rf "$work"' EXIT
exec_seconds=${KAIRAN_FUZZ_SECONDS:-5}
"$1" -max_total_time="$exec_seconds" -timeout=10 -rss_limit_mb=2048 -print_final_stats=0 -artifact_prefix="$work/" "$work" ${2:-}
