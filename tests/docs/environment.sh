#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# mkevent(7) tells of every variable that the library and its tools read, and of no other.
. "$MKEVENT_SOURCE/tests/abi/report.sh"
cd "$MKEVENT_SOURCE" || exit 1
page=doc/mkevent.7

begin "variables that are read"
unknown=
for name in $(grep -rhoE '(setting|getenv) ?\("[A-Z_]+"\)' core plugins tools --include='*.c' | sed 's/.*"\(.*\)".*/\1/' | sort -u); do
	grep -q "$name" "$page" || unknown="$unknown $name"
done
[ -z "$unknown" ] || echo "$page has nothing on$unknown"
[ -z "$unknown" ]
verdict $? "variables that are read"

begin "variables that are described"
unread=
for name in $(sed -n '/^.SH ENVIRONMENT/,/^.SH FILES/p' "$page" | grep -oE '\bM?K?EVENT_[A-Z_]+' | sort -u); do
	case $name in
	EVENT_NO*) grep -rq '"EVENT_NO"' core --include='*.c' && continue ;;
	esac
	grep -rqE "(setting|getenv) ?\(\"$name\"\)" core plugins tools --include='*.c' || unread="$unread $name"
done
[ -z "$unread" ] || echo "nobody reads$unread"
[ -z "$unread" ]
verdict $? "variables that are described"
[ $failures -eq 0 ]
