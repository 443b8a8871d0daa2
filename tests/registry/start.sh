#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# How a process gets its backend: at start, in a jail, under a filter of system calls, in a moved tree, with privileges.
. "$MKEVENT_SOURCE/tests/abi/report.sh"
probe=$MKEVENT_BUILD/tests/registry/.libs/probe
[ -x "$probe" ] || probe=$MKEVENT_BUILD/tests/registry/probe
core=$MKEVENT_BUILD/.libs
[ -x "$probe" ] || exit 77
work=$(mktemp -d /tmp/registry-start-XXXXXX)
trap 'chmod -R u+rwx "$work"; rm -rf "$work"' EXIT
chmod 755 "$work"
# The leak checker needs /proc, which a jail has not.
export ASAN_OPTIONS=detect_leaks=0
unset EVENT_PLUGIN_PATH EVENT_BACKEND EVENT_PLUGIN_LOAD
builtin=$(grep -q builtin_backend_poll "$MKEVENT_BUILD/registry_builtin.c" && echo yes)
best=$($emulator "$probe" base | sed -n 's/^method //p')
root=$([ "$(id -u)" -eq 0 ] && echo yes)

# is TEXT... : what the last command printed, line by line; a line may be a pattern
out=$work/out
saw() { "$@" >"$out" 2>&1; echo "exit $?" >>"$out"; }
is() {
	status=0
	[ "$(wc -l <"$out")" -eq $# ] || status=1
	while IFS= read -r line; do
		case $line in $1) ;; *) status=1 ;; esac
		[ $# -gt 0 ] && shift
	done <"$out"
	[ $status -eq 0 ] || sed 's/^/  | /' "$out"
	return $status
}
# check NAME: verdict on the command before
check() {
	seen=$?
	begin "$1"
	verdict $seen "$1"
}
# skip NAME WHY
skip() { begin "$1"; echo "$2"; skipped "$1"; }

# ---- A program that has all of it built in ----
if [ ! -f "$core/backend-poll.so" ]; then
	for name in "$best" poll select; do
		EVENT_BACKEND=$name saw $emulator "$probe" log no-files run run
		is "method $name" "method $name" 'exit 0'
		check "built_in_$name"
	done
	EVENT_PLUGIN_PATH=/nowhere/at/all saw $emulator "$probe" log memory run shutdown run loaded
	grep -v '^loaded .* (built in)$' "$out" >"$work/rest" && mv "$work/rest" "$out"
	is "method $best" "method $best" 'exit 0'
	check built_in_without_a_warning
	exit $((failures > 0))
fi

# ---- Loaded before the program can close itself in ----
mkdir "$work/jail"
if [ "$root" ] && $emulator "$probe" chroot "$work/jail" >/dev/null 2>&1; then
	saw $emulator "$probe" log chroot "$work/jail" run loaded
	is "method $best" "loaded backend-$best */backend-$best.so" \
		${builtin:+'loaded backend-poll (built in)'} 'exit 0'
	check hole_backend_after_chroot
	EVENT_BACKEND=select saw $emulator "$probe" log chroot "$work/jail" run
	is 'method select' 'exit 0'
	check named_backend_after_chroot
	EVENT_PLUGIN_LOAD=lazy saw $emulator "$probe" log chroot "$work/jail" run run
	if [ "$builtin" ]; then
		is 'log: mkevent: no backend plugin in *; using the built-in backend-poll*' 'method poll' 'method poll' 'exit 0'
	else
		is 'log: mkevent: no backend fits *' 'no base' 'log: mkevent: no backend fits *' 'no base' 'exit 0'
	fi
	check lazy_and_chroot_is_the_last_resort
else
	skip hole_backend_after_chroot 'no chroot without root'
fi

# ---- Nothing is looked for afterwards ----
saw $emulator "$probe" log no-files run run base
if grep -q '^no-files: failed' "$out"; then
	skip hole_backend_under_a_filter_without_openat 'no filters of system calls here'
else
	is "method $best" "method $best" "method $best" 'exit 0'
	check hole_backend_under_a_filter_without_openat
fi

# ---- What the constructor has to say, and its memory ----
EVENT_PLUGIN_PATH=here saw $emulator "$probe" log base base
is 'log: mkevent: EVENT_PLUGIN_PATH: "here" is not absolute*' "method $best" "method $best" 'exit 0'
check messages_of_the_constructor_wait_for_the_log
EVENT_PLUGIN_PATH=here saw $emulator "$probe"
is 'exit 0'
check and_are_not_printed_without_a_base
saw $emulator "$probe" memory log run loaded shutdown run shutdown
is "method $best" "loaded backend-$best *" "method $best" 'exit 0'
check allocator_given_after_the_constructor

# ---- Where plugins are ----
EVENT_PLUGIN_PATH='' saw $emulator "$probe" log base
is "method $best" 'exit 0'
check empty_path
EVENT_PLUGIN_PATH=/nowhere/at/all saw $emulator "$probe" log base
is "method $best" 'exit 0'
check missing_folder
mkdir "$work/moved" "$work/moved/mkevent"
cp "$core"/libevent_core-2.1.so.7 "$work/moved/"
cp "$core"/backend-*.so "$work/moved/mkevent/"
# The program's own rpath would win over LD_LIBRARY_PATH if it were the older kind.
LD_LIBRARY_PATH=$work/moved saw $emulator "$probe" log base loaded
if grep -q "loaded backend-.* $work/" "$out"; then
	is "method $best" "loaded backend-$best $work/moved/mkevent/backend-$best.so" 'exit 0'
	check moved_tree
else
	skip moved_tree 'the folder that was configured comes first, and it is filled'
fi
rm -r "$work/moved/mkevent"
LD_LIBRARY_PATH=$work/moved saw $emulator "$probe" log run run loaded
if grep -q 'loaded backend-.* /' "$out"; then
	skip no_folder_at_all 'an installed copy is found'
elif [ ! "$builtin" ]; then
	is 'log: mkevent: no backend fits *' 'no base' 'log: mkevent: no backend fits *' 'no base' 'exit 0'
	check no_folder_at_all
else
	is 'log: mkevent: no backend plugin in *; using the built-in backend-poll*' 'method poll' 'method poll' \
		'loaded backend-poll (built in)' 'exit 0'
	check no_folder_at_all
fi
mkdir "$work/broken"
for name in epoll kqueue evport devpoll poll select; do echo 'no ELF' >"$work/broken/backend-$name.so"; done
EVENT_PLUGIN_PATH=$work/broken saw $emulator "$probe" log base
status=0
for name in "$best" poll select; do
	grep -q "^log: mkevent: $work/broken/backend-$name.so: not a shared object" "$out" || status=1
	grep "^log: mkevent: no backend fits" "$out" | grep -q "$work/broken/backend-$name.so" || status=1
done
grep -q '^no base' "$out" || status=1
[ $status -eq 0 ] || cat "$out"
(exit $status)
check no_backend_at_all_names_every_file

# A copy with more rights than its user: the environment is void there, in a plain copy it is not.
# ---- Privileges ----
as_nobody() { setpriv --reuid 65534 --regid 65534 --clear-groups env LD_LIBRARY_PATH= "$@"; }
secure_copy() { # NAME: the copy is at $work/NAME
	as_nobody EVENT_BACKEND=poll EVENT_PLUGIN_PATH="$work/broken" $emulator "$work/$1" log base
}
cp "$probe" "$work/plain"
chmod 755 "$work/plain"
saw as_nobody EVENT_BACKEND=poll $emulator "$work/plain" log base
if [ ! "$root" ] || ! command -v setpriv >/dev/null || grep -q __asan_init "$probe" || ! is 'method poll' 'exit 0' >/dev/null; then
	why='no root, the build tree is closed to others, or a leak checker cannot be told to be quiet'
	skip hole_set_uid_copy "$why"
	skip hole_copy_with_a_file_capability "$why"
else
	# A file system without set-uid, or without capabilities, makes a plain copy.
	privileged() { # NAME CASE
		if ! as_nobody $emulator "$work/$1" secure 2>/dev/null | grep -q 'secure 1'; then
			skip "$2" 'such a copy gains no privileges here'
			return
		fi
		saw secure_copy "$1"
		is "method $best" 'exit 0'
		check "$2"
	}
	for name in suid sgid able; do cp "$probe" "$work/$name"; done
	chmod 4755 "$work/suid"
	privileged suid hole_set_uid_copy
	chgrp 1 "$work/sgid" && chmod 2755 "$work/sgid"
	privileged sgid hole_set_gid_copy
	chmod 755 "$work/able" && setcap cap_net_bind_service+ep "$work/able" 2>/dev/null
	privileged able hole_copy_with_a_file_capability
	mkdir "$work/open"
	cp "$core"/backend-*.so "$work/open/"
	chmod 777 "$work/open"
	EVENT_PLUGIN_PATH=$work/open EVENT_BACKEND=poll saw $emulator "$probe" log base
	is "log: mkevent: $work/open/backend-poll.so: $work/open may be written by all*" 'log: mkevent: EVENT_BACKEND=poll *' \
		'no base' 'exit 0'
	check writable_folder_as_root
fi
[ $failures -eq 0 ]
