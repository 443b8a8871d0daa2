#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# Manual pages: every exported function has one, and none has what man or mandoc warns of.
. "$MKEVENT_SOURCE/tests/abi/report.sh"
cd "$MKEVENT_BUILD" || exit 1

begin "a page for every function"
missing=
for name in $(sed '/_$/d' "$MKEVENT_SOURCE"/core/*.sym); do
	[ -f "doc/man3/$name.3" ] || missing="$missing $name"
done
[ -z "$missing" ] || echo "no page for$missing"
[ -z "$missing" ]
verdict $? "a page for every function"

begin "pages that lead somewhere"
lost=
for page in doc/man3/*.3 "$MKEVENT_SOURCE"/doc/*.[137]; do
	to=$(sed -n '1s/^\.so man[0-9]*\///p' "$page")
	[ -z "$to" ] || [ -f "doc/man3/$to" ] || [ -f "$MKEVENT_SOURCE/doc/$to" ] || lost="$lost $page"
done
[ -z "$lost" ] || echo "they lead nowhere:$lost"
[ -z "$lost" ]
verdict $? "pages that lead somewhere"

# lint NAME COMMAND...: of each page that is one, it must say nothing
lint() {
	name=$1
	shift
	if ! command -v "$1" >/dev/null 2>&1; then
		skipped "$name"
		return
	fi
	begin "$name"
	said=$(for page in doc/man3/*.3 "$MKEVENT_SOURCE"/doc/*.[137]; do
		grep -q '^\.so ' "$page" || "$@" "$page" 2>&1 >/dev/null
	done)
	[ -z "$said" ] || echo "$said" | head -n 20
	[ -z "$said" ]
	verdict $? "$name"
}
mandoc_warns() { mandoc -Tlint -W warning "$1" >&2; }
LC_ALL=C.UTF-8 MANWIDTH=80
export LC_ALL MANWIDTH
lint "man --warnings" man --warnings -E UTF-8 -l -Tutf8 -Z
if command -v mandoc >/dev/null 2>&1; then lint "mandoc -Tlint" mandoc_warns; else skipped "mandoc -Tlint"; fi
[ $failures -eq 0 ]
