#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# The generator: what it writes compiles without a warning, in C and in C++, and works; what is wrong gets its line.
. "$MKEVENT_SOURCE/tests/abi/report.sh"
generator=$MKEVENT_BUILD/event_rpcgen
[ -x "$MKEVENT_BUILD/.libs/event_rpcgen" ] && generator=$MKEVENT_BUILD/.libs/event_rpcgen
here=$MKEVENT_SOURCE/tests/rpcgen
work=rpcgen-test.$$
trap 'rm -rf "$MKEVENT_BUILD/$work"' EXIT
cd "$MKEVENT_BUILD" && mkdir "$work" && cd "$work" || exit 1
include="-I. -I$MKEVENT_SOURCE/core/include -I$MKEVENT_BUILD/core/include"
strict="-std=gnu11 -g -Wall -Wextra -Wshadow -Wstrict-prototypes -Wconversion -Werror"

cp "$here/messages.rpc" .
begin generate
$emulator "$generator" messages.rpc >said && [ -s messages.gen.c ] && [ -s messages.gen.h ]
verdict $? generate
begin "checked in" # for programs that are built without the generator
cmp messages.gen.c "$here/messages.gen.c" && cmp messages.gen.h "$here/messages.gen.h"
verdict $? "checked in"
begin "generate, names given"
$emulator "$generator" --quiet messages.rpc one.h two.c && grep -q '"one.h"' two.c
verdict $? "generate, names given"

begin compile
$CC $include $strict ${CFLAGS:-} -c messages.gen.c && $CC $include $strict ${CFLAGS:-} -c "$here/use.c"
verdict $? compile
begin "header in C++"
if command -v "${CXX:-c++}" >/dev/null 2>&1; then
	${CXX:-c++} $include -Wall -Wextra -Werror -fsyntax-only -include messages.gen.h -x c++ /dev/null
else
	true
fi
verdict $? "header in C++"
begin run
if [ -f "$MKEVENT_BUILD/.libs/libevent_core.so" ]; then
	$CC ${CFLAGS:-} use.o messages.gen.o -o use -L"$MKEVENT_BUILD/.libs" -levent_extra -levent_core && $emulator ./use
	verdict $? run
else
	skipped run # what static libraries need besides is not known here
fi

# wrong NAME LINE WORDS TEXT: the generator ends with 1 and says so, and leaves no output.
wrong() {
	begin "$1"
	printf '%b' "$4" >bad.rpc
	rm -f bad.gen.c bad.gen.h
	$emulator "$generator" bad.rpc >said 2>&1
	status=$?
	[ $status -eq 1 ] && grep -q "^bad.rpc:$2: .*$3" said && [ ! -e bad.gen.c ] && [ ! -e bad.gen.h ]
	status=$?
	[ $status -eq 0 ] || cat said
	verdict $status "$1"
}
wrong "nothing" 1 'no struct' ''
wrong "no end of a comment" 2 'no end' '\n/* struct'
wrong "unknown type" 2 'expected int' 'struct a {\n float x = 1; }'
wrong "no tag" 2 "expected '='" 'struct a {\n int x; }'
wrong "no semicolon" 3 "expected ';'" 'struct a {\n int x = 1\n }'
wrong "bad number" 1 'is no number' 'struct a { int x = 1z; }'
wrong "large number" 1 'is no number' 'struct a { int x = 4294967296; }'
wrong "large tag" 1 'a tag is less' 'struct a { int x = 2147483647; }'
wrong "same tag" 3 'has the tag 1 of x in line 2' 'struct a {\n int x = 1;\n int y = 1; }'
wrong "same field" 3 'declared in line 2' 'struct a {\n int x = 1;\n int x = 2; }'
wrong "same message" 2 'declared in line 1' 'struct a { int x = 1; }\nstruct a { int x = 1; }'
wrong "unknown message" 2 'there is no struct b' 'struct a {\n struct[b] x = 1; }'
wrong "array of bytes" 1 'no arrays of bytes' 'struct a { array bytes x = 1; }'
wrong "length of an int" 1 'only bytes have a length' 'struct a { int x[4] = 1; }'
wrong "no length" 1 'from 1 to' 'struct a { bytes x[0] = 1; }'
wrong "empty message" 2 'has no field' '\nstruct a { }'
wrong "unknown directive" 1 'only #include' '#define X'
wrong "strange character" 2 'unexpected character' 'struct a {\n int x @ 1; }'
wrong "cut off" 1 'the end of the file' 'struct a { int x = 1;'

begin "missing file"
$emulator "$generator" none.rpc 2>said
[ $? -eq 1 ] && grep -q 'none.rpc: No such file' said
verdict $? "missing file"
begin usage
$emulator "$generator" 2>said
[ $? -eq 2 ] && grep -q '^usage:' said
verdict $? usage
[ $failures -eq 0 ]
