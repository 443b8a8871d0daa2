#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# The benchmarks still run: each case for a moment, on the libraries of this tree and in the peers' programs, and the
# table is made of it. The figures as such are not looked at.
set -eu
[ -z "${MKEVENT_CROSS:-}" ] || { echo "skipped: under an emulator they would measure that"; exit 77; }
cd "${MKEVENT_BUILD:?is the build tree}"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
MKEVENT_BENCH_DIVIDE=2000 BENCH_ROUNDS=1 BENCH_WHO='mkevent libev libuv bare'
ASAN_OPTIONS=detect_leaks=0 # of the clients' processes
export MKEVENT_BENCH_DIVIDE BENCH_ROUNDS BENCH_WHO ASAN_OPTIONS

programs=
for name in bev cores dns evbuffer http loop memory process process_all rpc scale threads timer tls uri; do
	[ ! -x "tests/bench/$name" ] || programs="$programs tests/bench/$name"
done
sh "$MKEVENT_SOURCE/tests/bench/run" -o "$work/bench.tsv" -p "$programs" 2>"$work/told"
if grep -v skipped "$work/told"; then exit 1; fi
awk -f "$MKEVENT_SOURCE/tests/bench/table.awk" "$MKEVENT_SOURCE/tests/bench/rows" "$work/bench.tsv" | tee "$work/table"
grep -q 'goals met' "$work/table"
