#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# Each library exports exactly the names of its list, has libevent's soname, and leaves nothing open.
# Runs nothing of ours.
. "$MKEVENT_SOURCE/tests/abi/report.sh"
cd "$MKEVENT_BUILD" || exit 1
ls .libs/libevent_core-2.1.so.7 >/dev/null 2>&1 || exit 77
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

for list in "$MKEVENT_SOURCE"/core/libevent*.sym; do
	library=$(basename "$list" .sym)
	file=.libs/$library-2.1.so.7
	[ -f "$file" ] || continue
	begin "$library"
	status=0
	LC_ALL=C sort -u "$list" >"$work/wanted"
	nm -D --defined-only "$file" | awk '{ print $NF }' | sed 's/@.*//' | LC_ALL=C sort -u >"$work/there"
	LC_ALL=C comm -23 "$work/wanted" "$work/there" | sed 's/^/missing: /' >"$work/differences"
	LC_ALL=C comm -13 "$work/wanted" "$work/there" | grep -v '^__\(asan\|ubsan\|sanitizer\|tsan\|odr_asan\)' |
		sed 's/^/not public: /' >>"$work/differences"
	[ -s "$work/differences" ] && { cat "$work/differences"; status=1; }
	readelf -d "$file" | grep -q "SONAME.*\[$library-2\.1\.so\.7\]" || { echo "wrong soname"; status=1; }
	verdict $status "$library"
done

begin umbrella
status=0
for need in core extra; do
	readelf -d .libs/libevent-2.1.so.7 | grep -q "NEEDED.*libevent_$need-2\.1\.so\.7" || { echo "does not need $need"; status=1; }
done
verdict $status umbrella
[ $failures -eq 0 ]
