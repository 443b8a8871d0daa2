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

# serve PIPE PROGRAM [ARGUMENT...]: starts a server that tells its port in its first line; sets server and port. The pipe
# is what is waited at: a file might still have an earlier server's line. Fails when the server ends before.
serve() {
	pipe=$1
	shift
	rm -f "$pipe"
	mkfifo "$pipe" || return 1
	"$@" >"$pipe" &
	server=$!
	exec 3<"$pipe"
	port=
	read -r line <&3 && port=${line#listening on port }
	[ -n "$port" ]
}
