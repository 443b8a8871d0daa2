# SPDX-License-Identifier: BSD-3-Clause
# shellcheck shell=sh disable=SC2034,SC2154
# What is installed, for those that build outside of the tree. MKEVENT_PREFIX is an installed mkevent; without it this
# build is laid out as one. Ends the script as skipped where nothing can be built.
unable=
command -v pkg-config >/dev/null || unable="no pkg-config"
case "$CFLAGS" in *-fsanitize*) unable="a plugin cannot be linked without the sanitizer" ;; esac
[ -z "$emulator" ] || unable="not a native build"
[ -n "${MKEVENT_PREFIX:-}" ] || [ -f .libs/backend-poll.so ] || unable="no plugins in this build"
if [ -n "$unable" ]; then
	begin all
	echo "$unable"
	skipped all
	exit 0
fi

lay_out() {
	prefix=$PWD/$work/prefix
	mkdir -p "$prefix/bin" "$prefix/include" "$prefix/lib/pkgconfig" "$prefix/lib/mkevent"
	cp -R "$MKEVENT_SOURCE"/core/include/* "$prefix/include/"
	chmod -R u+w "$prefix"
	cp -R core/include/event2 "$prefix/include/"
	cp -R .libs/libevent*.so* "$prefix/lib/"
	cp .libs/backend-*.so "$prefix/lib/mkevent/"
	cp .libs/event-plugin "$prefix/bin/"
	for file in core/*.pc; do
		sed "s|^prefix=.*|prefix=$prefix|; s|^libdir=.*|libdir=$prefix/lib|" "$file" >"$prefix/lib/pkgconfig/${file##*/}"
	done
}
prefix=${MKEVENT_PREFIX:-}
[ -n "$prefix" ] || lay_out
PKG_CONFIG_PATH=$prefix/lib/pkgconfig
LD_LIBRARY_PATH=$prefix/lib
export PKG_CONFIG_PATH LD_LIBRARY_PATH
unset EVENT_PLUGIN_PATH MAKEFLAGS MFLAGS MAKELEVEL
tool=$prefix/bin/event-plugin

# built NAME FOLDER TARGET: the sample's own Makefile does that.
built() {
	begin "$1"
	make -C "$2" "$3" >"$work/said" 2>&1
	status=$?
	[ $status -eq 0 ] || tail -n 8 "$work/said"
	verdict $status "$1"
}
