#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# Our client against unbound and nsd, and dig and dnsperf against our server, all on the loopback. What is not installed
# is left out.
. "$MKEVENT_SOURCE/tests/abi/report.sh"
cd "$MKEVENT_BUILD" || exit 1
PATH=$PATH:/usr/sbin:/sbin
work=$(mktemp -d)
chmod 755 "$work"
pids=
stop() {
	for pid in $pids; do kill "$pid" 2>/dev/null; done
	wait
	pids=
}
trap 'stop; rm -rf "$work"' EXIT

program() {
	if [ -x "${1%/*}/.libs/${1##*/}" ]; then echo "${1%/*}/.libs/${1##*/}"; else echo "$1"; fi
}
ask=$(program tests/dns/ask)
sample=$(program samples/dns-example)
[ -x "$ask" ] || exit 77
have() { command -v "$1" >/dev/null 2>&1; }
have unbound || have nsd || have dig || exit 77

# A port that nobody uses, or is about to: below those that the system gives away.
port=$((20000 + $$ % 10000))

{
	echo '$ORIGIN peers.test.'
	echo '@ 300 IN SOA ns me 1 3600 600 86400 60'
	echo '@ 300 IN NS ns'
	echo 'ns 300 IN A 127.0.0.1'
	echo 'text 300 IN TXT "no address"'
	echo 'chain 300 IN CNAME chain2'
	echo 'chain2 300 IN CNAME chain3'
	echo 'chain3 300 IN CNAME chain4'
	echo 'chain4 300 IN A 10.9.9.9'
	i=0
	while [ $i -lt 500 ]; do
		echo "n$i 300 IN A 10.0.$((i / 250)).$((i % 250))"
		[ $i -lt 250 ] && echo "big 300 IN A 10.7.0.$i"
		i=$((i + 1))
	done
} >"$work/peers.test"

wait_for_port() {
	for _ in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
		$emulator "$ask" "127.0.0.1:$port" 1 timeout=0.2 attempts=1 >/dev/null 2>&1 && return 0
		sleep 0.1
	done
	return 1
}

# client NAME: every kind of question, by UDP with and without EDNS0, by TCP alone, and where datagrams are lost.
client() {
	status=0
	wait_for_port || { echo "$1 does not answer"; cat "$work/log"; status=1; }
	[ $status = 0 ] && { $emulator "$ask" "127.0.0.1:$port" 20000 || status=1; }
	[ $status = 0 ] && { $emulator "$ask" "127.0.0.1:$port" 5000 edns-udp-size=512 || status=1; }
	[ $status = 0 ] && { $emulator "$ask" "127.0.0.1:$port" 5000 use-vc= || status=1; }
	[ $status = 0 ] && { $emulator "$ask" "127.0.0.1:$port" 3000 drop=7 timeout=0.2 attempts=12 max-timeouts=1000 ||
		status=1; }
	stop
	port=$((port + 1))
	verdict $status "$1"
}

if have unbound; then
	begin unbound
	cat >"$work/unbound.conf" <<END
server:
	interface: 127.0.0.1@$port
	chroot: ""
	directory: "$work"
	username: ""
	pidfile: ""
	use-syslog: no
	do-daemonize: no
	num-threads: 1
	access-control: 127.0.0.0/8 allow
	module-config: "iterator"
	do-not-query-localhost: no
	local-zone: "test." nodefault
	local-zone: "elsewhere.test." always_refuse
	incoming-num-tcp: 50
remote-control:
	control-enable: no
auth-zone:
	name: "peers.test."
	zonefile: "$work/peers.test"
	for-upstream: no
	for-downstream: yes
auth-zone:
	name: "broken.test."
	master: 127.0.0.1@1
	for-upstream: no
	for-downstream: yes
END
	# On the libevent that it was built with: a sanitized one of ours does not fit into it.
	env -u LD_LIBRARY_PATH unbound -d -c "$work/unbound.conf" >"$work/log" 2>&1 &
	pids="$pids $!"
	client unbound
fi

if have nsd; then
	begin nsd
	cat >"$work/nsd.conf" <<END
server:
	ip-address: 127.0.0.1@$port
	zonesdir: "$work"
	username: ""
	chroot: ""
	pidfile: ""
	database: ""
	xfrdir: "$work"
	zonelistfile: "$work/zone.list"
	xfrdfile: "$work/xfrd.state"
	server-count: 1
	tcp-query-count: 0
	rrl-ratelimit: 0
remote-control:
	control-enable: no
zone:
	name: "peers.test"
	zonefile: "peers.test"
zone:
	name: "broken.test"
	zonefile: "nothing"
END
	env -u LD_LIBRARY_PATH nsd -d -c "$work/nsd.conf" >"$work/log" 2>&1 &
	pids="$pids $!"
	client nsd
fi

if [ -x "$sample" ]; then
	$emulator "$sample" -s $port >"$work/log" 2>&1 &
	pids="$pids $!"
	sleep 0.3
	if have dig; then
		begin dig
		status=0
		same() {
			want=$1
			shift
			is=$(dig +time=2 +tries=2 @127.0.0.1 -p $port "$@" | grep -v '^;' | grep . | tr '\n\t' '  ' | sed 's/  */ /g; s/ $//')
			[ "$is" = "$want" ] || { echo "dig $*: \"$is\", not \"$want\""; status=1; }
		}
		same "192.0.2.1" +short example.test A
		same "2001:db8::1" +short +tcp example.test AAAA
		same "example.test. 192.0.2.1" +short +noedns www.example.test A
		same "example.test." +short -x 192.0.2.1
		same "" +short nope.example.test A
		same "www.example.test. 300 IN CNAME example.test." +noall +answer www.example.test CNAME
		dig @127.0.0.1 -p $port nope.example.test | grep -q 'status: NXDOMAIN' || { echo "no NXDOMAIN"; status=1; }
		dig @127.0.0.1 -p $port +edns=1 +noednsneg example.test | grep -q 'status: BADVERS' || { echo "no BADVERS"; status=1; }
		verdict $status dig
	fi
	if have dnsperf; then
		begin dnsperf
		printf 'example.test A\nwww.example.test AAAA\nnope.example.test A\n' >"$work/queries"
		status=0
		for way in udp tcp; do
			dnsperf -m $way -s 127.0.0.1 -p $port -d "$work/queries" -l 1 -c 4 >"$work/perf" 2>&1
			grep -q 'Queries lost: *0 ' "$work/perf" || { cat "$work/perf"; status=1; }
		done
		verdict $status dnsperf
	fi
	stop
fi
[ $failures -eq 0 ]
