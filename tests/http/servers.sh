# SPDX-License-Identifier: BSD-3-Clause
# Sourced by the scripts beside it: a folder for their files, and servers that are started and ended with them.
. "$MKEVENT_SOURCE/tests/abi/report.sh"
cd "$MKEVENT_BUILD" || exit 1
work=$(mktemp -d)
servers=
trap 'for pid in $servers; do kill "$pid" 2>/dev/null; done; wait; rm -rf "$work"' EXIT

# real PROGRAM: the program, not libtool's script
real() { if [ -x "${1%/*}/.libs/${1##*/}" ]; then echo "${1%/*}/.libs/${1##*/}"; else echo "$1"; fi; }

# start NAME PATTERN PROGRAM [ARGUMENT...]: what PATTERN (of sed) makes of the line with which it says that it is ready
# comes into $said
start() {
	name=$1 pattern=$2
	shift 2
	: >"$work/$name.said"
	$emulator "$@" >"$work/$name.said" 2>"$work/$name.errors" &
	servers="$servers $!"
	for _ in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27 28 29 30; do
		said=$(sed -n "$pattern" "$work/$name.said")
		[ -n "$said" ] && return 0
		sleep 0.1
	done
	echo "$name does not start"
	cat "$work/$name.errors"
	return 1
}

# stop: ends the servers; whether each ended well
stop() {
	status=0
	for pid in $servers; do
		kill "$pid" 2>/dev/null
		wait "$pid" || { echo "a server ended with $?"; status=1; }
	done
	servers=
	cat "$work"/*.errors
	return $status
}
