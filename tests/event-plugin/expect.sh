# SPDX-License-Identifier: BSD-3-Clause
# shellcheck shell=sh
# What the scripts that run event-plugin have in common: $tool, a folder $work, and expect.
. "$MKEVENT_SOURCE/tests/abi/report.sh"
cd "$MKEVENT_BUILD" || exit 1
tool=./event-plugin
[ -x .libs/event-plugin ] && tool=.libs/event-plugin
work=event-plugin-test.$$
mkdir "$work" || exit 1
trap 'rm -rf "$MKEVENT_BUILD/$work"' EXIT

# expect NAME STATUS PATTERN ARGUMENT...: the tool ends with that, and a line of what it printed matches.
expect() {
	name=$1 wanted=$2 pattern=$3
	shift 3
	begin "$name"
	$emulator "$tool" "$@" >"$work/said" 2>&1
	status=$?
	if [ $status -eq "$wanted" ] && grep -Eq -e "$pattern" "$work/said"; then
		verdict 0 "$name"
	else
		echo "exit status $status, and:"
		head -n 5 "$work/said"
		verdict 1 "$name"
	fi
}
