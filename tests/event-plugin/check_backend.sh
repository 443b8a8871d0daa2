#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# event-plugin check-backend: a good backend passes, and one that does a single thing wrong fails the check for it.
. "$MKEVENT_SOURCE/tests/event-plugin/expect.sh"

expect "check-backend, usage" 2 '^usage: event-plugin check-backend' check-backend
expect "check-backend" 0 '^backend-poll: [0-9]+ ok, 0 failed' check-backend backend-poll
expect "check-backend, one check" 0 '^backend-poll: 2 ok, 0 failed' check-backend backend-poll readable
expect "check-backend, JSON" 0 '"check":"readable","result":"ok","why":null' --json check-backend backend-poll readable
expect "check-backend, missing" 1 '^failed .*no-such-plugin' check-backend no-such-plugin
wrong=tests/event-plugin/.libs/backend-wrong.so
if [ -f $wrong ]; then
	expect "check-backend, a file" 0 '^tests/.*: [0-9]+ ok, 0 failed' check-backend $wrong
	expect "check-backend, no backend" 1 'no-interface.*; ' check-backend tests/broken-plugins/.libs/backend-no-interface.so
	counted=yes
	$emulator "$tool" check-backend $wrong steady_state_allocates_nothing | grep -q '^skipped.*not counted' && counted=no
	while read -r EVENT_WRONG check why; do
		[ "$EVENT_WRONG" != allocates ] || [ $counted = yes ] || continue
		export EVENT_WRONG
		expect "check-backend, $EVENT_WRONG" 1 "^failed +$check: .*$why" check-backend $wrong "$check"
	done <<-END
		load-fails loads_and_opens its battery is flat
		open-fails loads_and_opens open\\(\\) says
		crashes readable (killed by signal|ended the process)
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

[ $failures -eq 0 ]
