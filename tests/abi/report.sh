# SPDX-License-Identifier: BSD-3-Clause
# Sourced by test scripts: their cases are told apart as those of the C programs are.
failures=0
emulator=${MKEVENT_EMULATOR:-} # in front of each program that was built
begin() { printf '[ RUN      ] %s\n' "$1"; }
# verdict STATUS NAME
verdict() {
	if [ "$1" -eq 0 ]; then
		printf '[       OK ] %s\n' "$2"
	else
		printf '[  FAILED  ] %s\n' "$2"
		failures=$((failures + 1))
	fi
}
skipped() { printf '[  SKIPPED ] %s\n' "$1"; }
