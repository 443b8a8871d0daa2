#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# The samples of RPC: a server process and a client process each; and their generated code is what the generator writes.
. "$MKEVENT_SOURCE/tests/abi/report.sh"
cd "$MKEVENT_BUILD" || exit 1
[ -x samples/rpc-calc ] || exit 77
work=$(mktemp -d)
server=
trap '[ -z "$server" ] || kill "$server"; rm -rf "$work"' EXIT

# real PROGRAM: the program, not libtool's script
real() { if [ -x "${1%/*}/.libs/${1##*/}" ]; then echo "${1%/*}/.libs/${1##*/}"; else echo "$1"; fi; }

# start PROGRAM: sets server and port
start() { serve "$work/said" $emulator "$1" serve 0; }
# stop: whether the server ended well
stop() {
	kill "$server" && wait "$server"
	status=$?
	server=
	return $status
}

begin generated
cp "$MKEVENT_SOURCE/samples/calc.rpc" "$work/" && generator=$MKEVENT_BUILD/$(real ./event_rpcgen | sed 's|^\./||') &&
	(cd "$work" && $emulator "$generator" --quiet calc.rpc) &&
	cmp "$work/calc.gen.c" "$MKEVENT_SOURCE/samples/calc.gen.c" && cmp "$work/calc.gen.h" "$MKEVENT_SOURCE/samples/calc.gen.h"
verdict $? generated

begin rpc-calc
program=$(real samples/rpc-calc)
start "$program" && [ "$($emulator "$program" "$port" budget 20 -5 27)" = "budget: the sum of 3 numbers is 42" ] && stop
verdict $? rpc-calc

begin rpc-native
program=$(real samples/rpc-native)
if grep -q '^LIBFFI_TRUE=.#' config.log; then
	skipped rpc-native
else
	cat >"$work/wanted" <<-END
		3 words
		9 letters raised: PLAIN <C> TEXT
		as HTML: plain &lt;C&gt; text
	END
	start "$program" && $emulator "$program" "$port" "plain <C> text" >"$work/answers" && stop && diff "$work/wanted" "$work/answers"
	verdict $? rpc-native
fi
[ $failures -eq 0 ]
