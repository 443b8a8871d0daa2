#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# Every file that can hold a comment says in its first lines under which licence it is.
. "$MKEVENT_SOURCE/tests/abi/report.sh"
cd "$MKEVENT_SOURCE" || exit 1

begin "licences"
silent=$(
	{
		find core plugins tools samples tests doc cmake m4 -type f \( -name '*.[chy]' -o -name '*.sh' -o -name '*.awk' -o \
			-name '*.mk' -o -name 'mkevent*.m4' -o -name '*.in' -o -name '*.[137]' -o -name '*.dox' -o -name 'Makefile' \) \
			! -name '*.gen.*' ! -path '*/man3/*'
		ls bootstrap quickstart configure.ac Makefile.am debian/rules debian/local.mk debian/tests/compile debian/tests/consumer.c debian/tests/plugins
	} | while read -r file; do
		head -n 3 "$file" | grep -q -e 'SPDX-License-Identifier: BSD-3-Clause' -e '^\.so ' || echo "$file"
	done
)
[ -z "$silent" ] || echo "$silent"
[ -z "$silent" ]
verdict $? "licences"
[ $failures -eq 0 ]
