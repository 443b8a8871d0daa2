#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# The generator's code on ours and on the system's libevent, the same binary: what one writes the other reads, and each
# calls the other. Without a libevent on the system, ours talks to itself.
. "$MKEVENT_SOURCE/tests/abi/report.sh"
cd "$MKEVENT_BUILD" || exit 1
[ -e .libs/libevent_extra-2.1.so.7 ] || exit 77
case ${CFLAGS:-} in *-fsanitize*) exit 77 ;; esac # a library without it cannot be put under such a program
here=$MKEVENT_SOURCE/tests/rpcgen
work=$(mktemp -d)
server=
trap '[ -z "$server" ] || kill "$server"; rm -rf "$work"' EXIT
unset LD_LIBRARY_PATH
theirs=$(PATH=$PATH:/sbin:/usr/sbin ldconfig -p 2>/dev/null | sed -n 's|.*libevent_core-2\.1\.so\.7 .*=> \(.*\)/[^/]*|\1|p' | head -n 1)
[ -z "$theirs" ] || [ -e "$theirs/libevent_extra-2.1.so.7" ] || theirs=
[ -z "$theirs" ] || [ ! -d "$theirs/mkevent" ] || theirs=
[ -z "${MKEVENT_CROSS:-}" ] || theirs= # for another processor

begin compile
$CC -I"$here" -Icore/include -I"$MKEVENT_SOURCE/core/include" ${CFLAGS:-} "$here/peer.c" "$here/messages.gen.c" \
	-o "$work/peer" -L.libs -levent_extra -levent_core
verdict $? compile

# run SIDE ARGUMENT...
run() {
	case $1 in
	mkevent) folder=$MKEVENT_BUILD/.libs ;;
	libevent) folder=$theirs ;;
	esac
	shift
	LD_LIBRARY_PATH=$folder exec $emulator "$work/peer" "$@"
}

bytes() {
	begin "bytes: $1 to $2"
	(run "$1" write) >"$work/bytes.$1" && (run "$2" read) <"$work/bytes.$1"
	verdict $? "bytes: $1 to $2"
}

# calls CLIENT SERVER WHAT MODE: the client does WHAT with a server in that MODE
calls() {
	begin "$3: $1 to $2"
	serve "$work/said" run "$2" "$4" 0 && (run "$1" "$3" "$port") 2>"$work/errors"
	status=$?
	grep -v 'event has no event_base set' "$work/errors" # libevent says that of each call without a time-out
	kill "$server" && wait "$server" 2>/dev/null
	server=
	verdict $status "$3: $1 to $2"
}

sides=mkevent${theirs:+ libevent}
for one in $sides; do
	for other in $sides; do
		bytes "$one" "$other"
		calls "$one" "$other" call serve
	done
	if ! grep -q '^LIBFFI_TRUE=.#' config.log; then calls "$one" mkevent greet serve-native; fi
done
if [ -n "$theirs" ]; then
	begin "the same bytes"
	cmp "$work/bytes.mkevent" "$work/bytes.libevent"
	verdict $? "the same bytes"
fi
[ $failures -eq 0 ]
