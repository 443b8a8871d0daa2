#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# samples/many-cores: some questions, answered by whichever threads, then the end by a signal; each thread tells what it
# did, and the sum is right.
set -eu
cd "${MKEVENT_BUILD:?is the build tree}"
server=samples/.libs/many-cores client=samples/.libs/http-client
[ -x "$server" ] && [ -x "$client" ] || exit 77
told=$(mktemp)
trap 'rm -f "$told"; kill "$process" 2>/dev/null || :' EXIT
emulator=${MKEVENT_EMULATOR:-}
$emulator "$server" 0 3 >"$told" &
process=$!
tries=0
until url=$(sed -n 's|^\(http://[^ ]*\) on 3 threads$|\1|p' "$told") && [ -n "$url" ]; do
	[ $((tries += 1)) -lt 100 ] || { echo "it does not say where it listens"; exit 1; }
	sleep 0.05
done
for i in 1 2 3 4 5 6; do $emulator "$client" "$url" 2>/dev/null | grep -q '^answer [0-9]* of this thread$'; done
kill -INT "$process"
wait "$process"
[ "$(sed -n 's/^thread [0-9]: \([0-9]*\) answers$/\1/p' "$told" | paste -sd + - | sed 's/+/ + /g' | xargs expr)" = 6 ]
[ "$(grep -c '^thread' "$told")" = 3 ]
