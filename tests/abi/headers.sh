#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# Runs nothing of ours.
# Every public header compiles alone, in C and in C++, under strict warnings. Needs CC and CXX (which may be missing).
. "$MKEVENT_SOURCE/tests/abi/report.sh"
include="-I$MKEVENT_SOURCE/core/include -I$MKEVENT_BUILD/core/include"
source=headers-test.$$
trap 'rm -f "$source.c" "$source.cc"' EXIT

cd "$MKEVENT_SOURCE/core/include" || exit 1
headers=$(echo *.h event2/*.h)
cd "$MKEVENT_BUILD" || exit 1
for header in $headers; do
	[ "$header" = event2/event-config.h ] && continue
	begin "$header"
	printf '#include <%s>\nint main(void) { return 0; }\n' "$header" | tee "$source.c" >"$source.cc"
	status=0
	$CC $include -std=gnu99 -Wall -Wextra -Werror -Wstrict-prototypes -Wundef -fsyntax-only "$source.c" || status=1
	if command -v "${CXX:-c++}" >/dev/null 2>&1; then
		${CXX:-c++} $include -std=c++11 -Wall -Wextra -Werror -fsyntax-only "$source.cc" || status=1
	fi
	verdict $status "$header"
done
[ $failures -eq 0 ]
