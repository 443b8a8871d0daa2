#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# A plugin of somebody else's: built outside of the tree with pkg-config against what is installed, then broken in one
# way after the other, and event-plugin names each.
. "$MKEVENT_SOURCE/tests/event-plugin/expect.sh"
. "$MKEVENT_SOURCE/tests/event-plugin/prefix.sh"

cp -R "$MKEVENT_SOURCE/samples/out-of-tree/backend-count" "$work/"
chmod -R u+w,go-w "$work"
mine=$PWD/$work/backend-count
built "builds outside" "$mine" all
expect "verify" 0 'backend-count.so: would load$' verify "$mine/backend-count.so"
EVENT_PLUGIN_PATH=$mine
export EVENT_PLUGIN_PATH
expect "info" 0 '^summary +counts the calls' info backend-count
expect "check-backend" 0 ' 0 failed' check-backend backend-count 'hole_*'

# ---- Broken, and named ----

# broken WAY PATTERN: the file that this way leaves is refused with those words.
broken() { expect "broken: $1" 1 "backend-count.so: .*$2" verify "$work/broken/backend-count.so"; }
start() {
	rm -rf "$work/broken"
	mkdir "$work/broken"
	cp "$mine/backend-count.so" "$work/broken/"
}
# source SED-SCRIPT FLAG...: compiled from a source with that difference.
source_with() {
	start
	sed "$1" "$mine/backend-count.c" >"$work/broken/broken.c"
	shift
	# shellcheck disable=SC2046 # several words
	"${CC:-cc}" -w -o "$work/broken/backend-count.so" "$work/broken/broken.c" $(pkg-config --cflags --libs mkevent-plugin) \
		"$@" || failures=$((failures + 1))
}
# patch OFFSET BYTES: bytes in octal, as printf has them.
# shellcheck disable=SC2059
patch() { printf "$2" | dd of="$work/broken/backend-count.so" bs=1 seek="$1" conv=notrunc 2>/dev/null; }

source_with 's/^EVENT_PLUGIN_DEFINE/#undef EVENT_PLUGIN_ABI_MAJOR\n#define EVENT_PLUGIN_ABI_MAJOR 9\n&/'
broken "another contract" 'made for contract 9, this core has 1; '
source_with 's/^EVENT_PLUGIN_DEFINE/#undef EVENT_PLUGIN_ABI_MINOR\n#define EVENT_PLUGIN_ABI_MINOR 7\n&/'
broken "a newer contract" 'needs contract 1\.7, this core has 1\.0; '
source_with '' -DEVENT_PLUGIN_BUILTIN=backend_count
broken "no descriptor" 'no symbol "event_plugin"'
source_with 's/"backend-poll"/"backend-nowhere"/'
broken "an unknown need" 'it needs the backend backend-nowhere, which is not in '
source_with 's/"backend-poll", EVENT_PLUGIN_BACKEND_MAJOR/"backend-poll", 7/'
broken "a need of another version" 'it needs the backend backend-poll, which has version 1\.0, not 7\.0; '
source_with 's/^load(.*/&\n{\n\textern int nobody_has_this(void);\n\tif (nobody_has_this()) return -1;/; /^load(/{n;s/^{//;}' -Wl,-z,undefs
broken "an undefined symbol" 'undefined symbol: nobody_has_this'
source_with 's/\.wait = count_wait,//'
broken "a function that is missing" 'its interface lacks wait\(\); '
source_with 's/(EVENT_PLUGIN_BACKEND, "backend-count"/(77, "backend-count"/'
broken "an unknown kind" 'it is a thing of an unknown kind, but a backend, '
start
head -c 3000 "$mine/backend-count.so" >"$work/broken/backend-count.so"
broken "cut short" 'cut short: the file ends after 3000 bytes'
start
patch 18 '\377\376'
broken "another machine" 'made for another architecture \(ELF machine '
start
patch 4 "$(od -An -tu1 -j4 -N1 "$mine/backend-count.so" | awk '{ print $1 == 2 ? "\\001" : "\\002" }')"
broken "another word size" 'made for another architecture .*bits; this process: '
start
echo 'echo plugin' >"$work/broken/backend-count.so"
broken "a script" 'not a shared object \(no ELF file\)'
start
mv "$work/broken/backend-count.so" "$work/broken/backend-other.so"
expect "broken: another name" 1 'calls itself "backend-count", its file "backend-other"; ' verify "$work/broken/backend-other.so"
if [ "$(id -u)" -eq 0 ]; then
	start
	chmod o+w "$work/broken/backend-count.so"
	broken "a file that all may write" 'may be written by all, .*; run chmod o-w on it'
	start
	chmod o+w "$work/broken"
	broken "a folder that all may write" 'broken may be written by all, '
fi

source_with 's/(EVENT_PLUGIN_BACKEND, "backend-count"/(EVENT_PLUGIN_SERVICE, "backend-count"/'
EVENT_PLUGIN_PATH=$PWD/$work/broken
expect "the wrong kind" 1 '^failed .*: it is no backend' check-backend backend-count
source_with 's/counts the calls/is a second one/'
EVENT_PLUGIN_PATH=$mine:$PWD/$work/broken
expect "one name twice, the first" 0 '^summary +counts the calls' info backend-count
EVENT_PLUGIN_PATH=$PWD/$work/broken:$mine
expect "one name twice, the other first" 0 '^summary +is a second one' info backend-count

[ $failures -eq 0 ]
