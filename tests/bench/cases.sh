# SPDX-License-Identifier: BSD-3-Clause
# Read by run, instructions and http-peers, within the build tree: what there is to measure, and on what.

# The system's libevent: its folder, or nothing.
theirs=$(PATH=$PATH:/sbin:/usr/sbin ldconfig -p 2>/dev/null | sed -n 's|.*libevent_core-2\.1\.so\.7 .*=> \(.*\)/[^/]*|\1|p' | head -n 1)

# The real program, not libtool's wrapper.
real() { if [ -x "${1%/*}/.libs/${1##*/}" ]; then echo "${1%/*}/.libs/${1##*/}"; else echo "$1"; fi; }

# The cases of a program, in one line.
list() { if [ -x "$1" ]; then LD_LIBRARY_PATH=$MKEVENT_BUILD/.libs "$1" --list 2>/dev/null | tr '\n' ' '; fi; }

has() { case " $1 " in *" $2 "*) return 0 ;; *) return 1 ;; esac; }

# chosen PROGRAM NAME...: is the case $case among those asked for? What only the pictures need is not measured unless it
# is named.
chosen() {
	short=${1##*/}
	shift
	[ $# -gt 0 ] || case $case in timers_among_* | connections_*) return 1 ;; *) return 0 ;; esac
	for wanted; do
		[ "$wanted" != "$short" ] && [ "$wanted" != "$case" ] && [ "$wanted" != "${case%_*}" ] || return 0
	done
	return 1
}
