#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# event-plugin: each command, its exit status, and what it says of files that are broken.
. "$MKEVENT_SOURCE/tests/abi/report.sh"
cd "$MKEVENT_BUILD" || exit 1
tool=./event-plugin
[ -x .libs/event-plugin ] && tool=.libs/event-plugin
work=event-plugin-test.$$
mkdir "$work" || exit 1
trap 'rm -rf "$MKEVENT_BUILD/$work"' EXIT

# expect NAME STATUS PATTERN ARGUMENT...: the tool ends with that, and a line of what it printed matches.
expect() {
	name=$1 wanted=$2 pattern=$3
	shift 3
	begin "$name"
	$emulator "$tool" "$@" >"$work/said" 2>&1
	status=$?
	if [ $status -eq "$wanted" ] && grep -Eq -e "$pattern" "$work/said"; then
		verdict 0 "$name"
	else
		echo "exit status $status, and:"
		head -n 5 "$work/said"
		verdict 1 "$name"
	fi
}

expect "no command" 2 '^usage: event-plugin'
expect "unknown command" 2 '^usage: event-plugin' dance
expect "unknown option" 2 '^usage: event-plugin' --dance list
expect help 0 'verify ' --help
expect version 0 '^event-plugin [0-9]' --version
expect list 0 '^backend-poll ' list
expect "list, JSON" 0 '^\[\{"name":".*\}\]$' --json list
expect "list, arguments" 2 '^usage: event-plugin list' list all
expect path 0 '/' path
expect "path, JSON" 0 '^\["/.*"\]$' --json path
expect "info" 0 '^kind       backend' info backend-select
expect "info of a file" 0 '^name       backend-select' info "$MKEVENT_BUILD/.libs/backend-select.so"
expect "info, JSON" 0 '"licence":"BSD-3-Clause"' --json info backend-select
expect "info, missing" 1 'no-such-plugin' info no-such-plugin
expect "verify" 0 'would load' verify .libs/backend-select.so
expect "call, missing function" 1 'no such function|needs libffi' call backend-select none
if grep -q '^LIBFFI_TRUE=.#' config.log; then
	expect "call, without libffi" 1 'needs libffi' call backend-select
else
	expect "call, usage" 2 '^usage: event-plugin call' call backend-select
fi
expect bench 0 '^select +[0-9]' bench

# The suite for backends: a good one, and one that does a single thing wrong.
expect "check-backend, usage" 2 '^usage: event-plugin check-backend' check-backend
expect "check-backend" 0 '^backend-poll: [0-9]+ ok, 0 failed' check-backend backend-poll
expect "check-backend, one check" 0 '^backend-poll: 2 ok, 0 failed' check-backend backend-poll readable
expect "check-backend, JSON" 0 '"check":"readable","result":"ok","why":null' --json check-backend backend-poll readable
expect "check-backend, missing" 1 '^failed .*no-such-plugin' check-backend no-such-plugin
wrong=tests/event-plugin/.libs/backend-wrong.so
if [ -f $wrong ]; then
	expect "check-backend, a file" 0 '^tests/.*: [0-9]+ ok, 0 failed' check-backend $wrong
	expect "check-backend, no backend" 1 'no-interface.*; ' check-backend tests/broken-plugins/.libs/backend-no-interface.so
	while read -r EVENT_WRONG check why; do
		export EVENT_WRONG
		expect "check-backend, $EVENT_WRONG" 1 "^failed +$check: .*$why" check-backend $wrong "$check"
	done <<-END
		load-fails loads_and_opens its battery is flat
		open-fails loads_and_opens open\\(\\) says
		crashes readable killed by signal
		hangs nothing_watched did not come back within
		deaf-to-write writable is 0, not 1
		never-forgets writable is 1, not 0
		spins deadlines before a deadline
		early deadlines before a deadline
		allocates steady_state_allocates_nothing is [0-9]+, not 0
		twice readable two entries
		one-only little_room_starves_nobody is 1, not 7
		other-bits readable said 0x
		edges-for-levels readable is 0, not 1
	END
	unset EVENT_WRONG
fi

printf 'not a shared object' >"$work/backend-text.so"
: >"$work/backend-empty.so"
cp .libs/backend-select.so "$work/backend-other.so"
head -c 5000 .libs/backend-select.so >"$work/backend-short.so"
for broken in text empty other short missing; do
	expect "verify, $broken" 1 "backend-$broken.so: .*; " verify "$work/backend-$broken.so"
done
expect "verify, several" 1 'would load' verify .libs/backend-select.so "$work/backend-text.so"
[ $failures -eq 0 ]
