#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# The sample of a protocol, built outside of the tree: our client, redis-cli and redis-benchmark talk to its server.
. "$MKEVENT_SOURCE/tests/event-plugin/expect.sh"
. "$MKEVENT_SOURCE/tests/event-plugin/prefix.sh"

cp -R "$MKEVENT_SOURCE/samples/out-of-tree/proto-resp" "$work/"
chmod -R u+w,go-w "$work"
REQUESTS=1000
export REQUESTS
built "a server outside" "$PWD/$work/proto-resp" check
begin "redis-cli and redis-benchmark"
if command -v redis-cli >/dev/null && command -v redis-benchmark >/dev/null; then
	grep 'per second' "$work/said"
	verdict $? "redis-cli and redis-benchmark"
else
	skipped "redis-cli and redis-benchmark"
fi
[ $failures -eq 0 ]
