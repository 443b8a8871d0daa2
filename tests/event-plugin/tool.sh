#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# event-plugin: each command, its exit status, and what it says of files that are broken.
. "$MKEVENT_SOURCE/tests/event-plugin/expect.sh"

expect "no command" 2 '^usage: event-plugin'
expect "unknown command" 2 '^usage: event-plugin' dance
expect "unknown option" 2 '^usage: event-plugin' --dance list
expect help 0 'verify ' --help
expect version 0 '^event-plugin [0-9]' --version
expect list 0 '^backend-poll ' list
expect "list, JSON" 0 '^\[\{"name":".*\}\]$' --json list
expect "list, arguments" 2 '^usage: event-plugin list' list all
expect "info" 0 '^kind       backend' info backend-select
expect "info, JSON" 0 '"licence":"BSD-3-Clause"' --json info backend-select
expect "info, missing" 1 'no-such-plugin' info no-such-plugin
expect "call, missing function" 1 'no such function' call backend-select none
expect "call, usage" 2 '^usage: event-plugin call' call backend-select
if grep -q '^LIBFFI_TRUE=.#' config.log; then
	expect "call, without libffi" 1 'there must be the plugin rpc-native' call proto-http evhttp_htmlescape '<'
else
	expect "call" 0 '^&lt;$' call proto-http evhttp_htmlescape '<'
	expect "call, wrong number of arguments" 1 'wants arguments as in' call proto-http evhttp_htmlescape
fi

# One of somebody else's is measured, too.
measured=select
if [ -f tests/event-plugin/.libs/backend-wrong.so ]; then
	EVENT_PLUGIN_PATH=$EVENT_PLUGIN_PATH:$MKEVENT_BUILD/tests/event-plugin/.libs
	measured=wrong
fi
expect bench 0 "^$measured +[0-9]" bench

# ---- Files, where the plugins are files ----
if [ ! -f .libs/backend-select.so ]; then
	expect "path, built in" 0 '^\[\]$' --json path
	expect "verify, built in" 1 'loads no files; build the plugin in' verify "$MKEVENT_BUILD/backend-select.so"
	exit $((failures > 0))
fi
expect path 0 '/' path
expect "path, JSON" 0 '^\["/.*"\]$' --json path
expect "info of a file" 0 '^name       backend-select' info "$MKEVENT_BUILD/.libs/backend-select.so"
expect "verify" 0 'would load' verify .libs/backend-select.so
printf 'not a shared object' >"$work/backend-text.so"
: >"$work/backend-empty.so"
cp .libs/backend-select.so "$work/backend-other.so"
head -c 5000 .libs/backend-select.so >"$work/backend-short.so"
for broken in text empty other short missing; do
	expect "verify, $broken" 1 "backend-$broken.so: .*; " verify "$work/backend-$broken.so"
done
expect "verify, several" 1 'would load' verify .libs/backend-select.so "$work/backend-text.so"
[ $failures -eq 0 ]
