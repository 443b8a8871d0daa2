#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# curl against the file server of the samples and against the relay beside this script: methods, bodies both ways,
# ranges, connections, the ways to reach a server. What came is compared with what was sent, byte by byte.
command -v curl >/dev/null 2>&1 || { echo "skipped: curl is not installed"; exit 77; }
[ -x "$MKEVENT_BUILD/samples/http-server" ] || { echo "skipped: the samples are not built"; exit 77; }
. "$MKEVENT_SOURCE/tests/http/servers.sh"

site=$work/site
mkdir "$site" "$site/sub"
head -c 3000000 /dev/urandom >"$site/large.bin"
head -c 100 "$site/large.bin" >"$site/small.bin"
dd if=/dev/null of="$site/huge.bin" bs=1000000 seek=60 2>/dev/null # 60 MB of nothing
: >"$site/empty.txt"
echo '<h1>A page</h1>' >"$site/page.html"
echo 'not to be had' >"$work/secret.txt"
ln -s ../secret.txt "$site/link.txt"

start tcp 's,^http-server: \(http://[^ ]*/\) .*,\1,p' "$(real samples/http-server)" -p 0 "$site" || exit 1
url=$said
start unix 's,^http-server: unix socket \([^ ]*\) .*,\1,p' "$(real samples/http-server)" -u "$work/socket" "$site" || exit 1
start relay 's,^listening on port \(.*\),http://127.0.0.1:\1,p' "$(real tests/http/relay)" || exit 1
relay=$said

# The system's curl, with the system's libraries.
plain_curl() { timeout 20 env -u LD_LIBRARY_PATH -u http_proxy -u all_proxy curl -q -sS "$@"; }
# fetch ARGUMENT...: curl, its answer in $work/body, the head in $work/head, what it says in $work/trace
fetch() {
	: >"$work/body"
	plain_curl -v -o "$work/body" -D "$work/head" "$@" 2>"$work/trace"
}
# wanted STATUS: of the last answer
wanted() {
	is=$(sed -n 's,^HTTP/1\.[01] \([0-9]*\).*,\1,p' "$work/head" | tail -n 1)
	[ "$is" = "$1" ] || { echo "status $is instead of $1"; cat "$work/trace"; return 1; }
}
same() { cmp "$work/body" "$1"; }
field() { tr -d '\r' <"$work/head" | grep -qixF -- "$1" || { echo "no \"$1\" in"; cat "$work/head"; return 1; }; }
without() { ! grep -qi "^$1:" "$work/head" || { echo "$1 in"; cat "$work/head"; return 1; }; }
empty() { [ ! -s "$work/body" ]; }

get() {
	fetch "${url}large.bin" && wanted 200 && same "$site/large.bin" && field "Content-Length: 3000000" &&
		fetch "${url}empty.txt" && wanted 200 && empty && field "Content-Length: 0" &&
		fetch "${url}page.html" && wanted 200 && same "$site/page.html" && field "Content-Type: text/html; charset=utf-8" &&
		fetch "${url}nothing" && wanted 404
}
# Nobody compresses here, whatever the client would take; and what comes compressed in transfer is not taken.
codings() {
	fetch --compressed "${url}page.html" && wanted 200 && without Content-Encoding && same "$site/page.html" &&
		fetch --tr-encoding "${url}page.html" && wanted 200 && without Transfer-Encoding && same "$site/page.html" &&
		fetch -H 'Transfer-Encoding: gzip, chunked' -d a=b "${url}form" && wanted 501 && field "Connection: close"
}
head_() {
	fetch -I "${url}large.bin" && wanted 200 && field "Content-Length: 3000000" && field "Accept-Ranges: bytes" &&
		fetch -I "${url}nothing" && wanted 404
}
folders() {
	fetch "$url" && wanted 200 && grep -q '<a href="large.bin">large.bin</a>' "$work/body" &&
		fetch "${url}sub" && wanted 301 && field "Location: /sub/" && fetch -L "${url}sub" && wanted 200
}
# What lies outside stays outside.
outside() {
	for path in ../secret.txt sub/../../secret.txt %2e%2e/secret.txt ..%2fsecret.txt link.txt; do
		fetch --path-as-is "$url$path" && wanted 403 || return 1
	done
	fetch "${url}page.html%00.txt" && wanted 400
}
post() {
	fetch --data-binary "@$site/large.bin" "$relay/echo" && wanted 200 && same "$site/large.bin" &&
		fetch -d a=b -d c=d "${url}form" && wanted 200 && echo "7 bytes" | cmp - "$work/body" &&
		fetch -F "file=@$site/small.bin" -F name=value "${url}form" && wanted 200 && grep -aq 'name="file"' "$work/tcp.said"
}
put() {
	fetch -T "$site/large.bin" "$relay/echo" && wanted 200 && same "$site/large.bin" &&
		fetch -T "$site/empty.txt" "$relay/echo" && wanted 200 && empty
}
delete() { fetch -X DELETE "${url}large.bin" && wanted 200 && [ -s "$site/large.bin" ]; }
options() {
	fetch -X OPTIONS "${url}page.html" && wanted 204 && field "Allow: GET, HEAD, POST, PUT, DELETE, OPTIONS" && empty &&
		fetch -X OPTIONS --request-target '*' "$url" && wanted 204
}
other_methods() { fetch -X PATCH "${url}page.html" && wanted 405 && fetch -X BREW "${url}page.html" && wanted 501; }
chunked_up() {
	fetch -T - "$relay/echo" <"$site/large.bin" && grep -qi '^> Transfer-Encoding: chunked' "$work/trace" && wanted 200 &&
		same "$site/large.bin" && fetch -T - -X POST "${url}form" <"$site/small.bin" && wanted 200 &&
		echo "100 bytes" | cmp - "$work/body"
}
chunked_down() {
	fetch --data-binary "@$site/large.bin" "$relay/echo" && field "Transfer-Encoding: chunked" && without Content-Length &&
		same "$site/large.bin" && fetch --raw --data-binary "abc" "$relay/echo" &&
		printf '3\r\nabc\r\n0\r\n\r\n' | cmp - "$work/body"
}
# range SPECIFICATION FIRST LENGTH
range() {
	fetch -r "$1" "${url}large.bin" && wanted 206 && field "Content-Range: bytes $2-$(($2 + $3 - 1))/3000000" &&
		tail -c "+$(($2 + 1))" "$site/large.bin" | head -c "$3" | cmp - "$work/body"
}
ranges() {
	range 0-99 0 100 && range 1000-1000 1000 1 && range 2999990- 2999990 10 && range -100 2999900 100 &&
		range 100000-9999999 100000 2900000 && range -9999999 0 3000000
}
range_unsatisfiable() {
	fetch -r 3000000- "${url}large.bin" && wanted 416 && field "Content-Range: bytes */3000000" && empty &&
		fetch -H 'Range: bytes=5-3' "${url}small.bin" && wanted 200 && same "$site/small.bin" &&
		fetch -H 'Range: lines=1-2' "${url}small.bin" && wanted 200 && same "$site/small.bin"
}
resumed() {
	head -c 1234567 "$site/large.bin" >"$work/partial" &&
		plain_curl -C - -o "$work/partial" -D "$work/head" "${url}large.bin" && wanted 206 && cmp "$work/partial" "$site/large.bin"
}
not_modified() {
	fetch -z "$site/page.html" "${url}page.html" && wanted 304 && empty && without Content-Length &&
		fetch -z "1 Jan 2020" "${url}page.html" && wanted 200 && same "$site/page.html"
}
expect_continue() {
	fetch -H 'Expect: 100-continue' --expect100-timeout 15 --data-binary "@$site/large.bin" "$relay/echo" &&
		grep -q '^< HTTP/1.1 100 Continue' "$work/trace" && wanted 200 && same "$site/large.bin" &&
		fetch -H 'Expect: a-miracle' -d a=b "${url}form" && wanted 417 &&
		fetch -H 'Expect: 100-continue' --expect100-timeout 15 -H 'Content-Length: 999999999' -X POST -d a=b "${url}form" &&
		wanted 413 && ! grep -q '^< HTTP/1.1 100' "$work/trace"
}
unix_socket() {
	fetch --unix-socket "$work/socket" "http://localhost/large.bin" && wanted 200 && same "$site/large.bin" &&
		fetch --unix-socket "$work/socket" -T "$site/small.bin" "http://localhost/form" && wanted 200
}
# A target that is a whole address, as proxies get it.
absolute_form() {
	fetch -x "$url" "http://elsewhere.test/page.html" && wanted 200 && same "$site/page.html" &&
		grep -q '^> GET http://elsewhere.test/page.html HTTP/1.1' "$work/trace"
}
# Through server and client of ours.
proxy() {
	fetch -x "$relay" "${url}large.bin" && wanted 200 && same "$site/large.bin" &&
		fetch -x "$relay" -r 100-199 "${url}large.bin" && wanted 206 && field "Content-Range: bytes 100-199/3000000" &&
		fetch -x "$relay" -I "${url}large.bin" && wanted 200 && field "Content-Length: 3000000" &&
		fetch -x "$relay" --data-binary "@$site/large.bin" "$relay/echo" && wanted 200 && same "$site/large.bin" &&
		fetch -x "$relay" "http://127.0.0.1:1/" && wanted 502
}
slow_reader() {
	fetch --limit-rate 4M -x "$relay" "${url}large.bin" && wanted 200 && same "$site/large.bin"
}
# Clients that leave in the middle of their answer take nobody with them.
gone() {
	for _ in 1 2 3 4 5 6; do
		fetch -m 0.1 --limit-rate 100k "${url}huge.bin" && echo "that was quick" && return 1
		fetch -m 0.1 --limit-rate 100k -x "$relay" "${url}huge.bin" && echo "that was quick" && return 1
	done
	fetch "${url}small.bin" && same "$site/small.bin" && fetch -x "$relay" "${url}small.bin" && same "$site/small.bin"
}
# One connection for all, and none for the next after "close".
reused() {
	made=$(plain_curl -w '%{num_connects} ' -o "$work/1" "${url}small.bin" -o "$work/2" "${url}large.bin" \
		-o "$work/3" "${url}empty.txt" -o "$work/4" "${url}small.bin")
	[ "$made" = "1 0 0 0 " ] && cmp "$work/1" "$site/small.bin" && cmp "$work/2" "$site/large.bin" && cmp "$work/4" "$site/small.bin" &&
		made=$(plain_curl -H 'Connection: close' -w '%{num_connects} ' -o "$work/1" "${url}small.bin" -o "$work/2" \
			"${url}small.bin") && [ "$made" = "1 1 " ] && cmp "$work/2" "$site/small.bin"
}
# Many requests in one write: curl does not do that with HTTP, but carries them.
pipelined() {
	i=0
	while [ $((i += 1)) -le 100 ]; do
		[ $i -eq 100 ] && last='Connection: close\r\n' || last=
		printf "GET /page.html HTTP/1.1\r\nHost: a\r\n$last\r\n"
	done >"$work/requests"
	host=${url#http://}
	plain_curl "telnet://${host%/}" <"$work/requests" >"$work/answers"
	[ "$(grep -c '^HTTP/1.1 200 OK' "$work/answers")" -eq 100 ] && [ "$(grep -c '^<h1>A page</h1>' "$work/answers")" -eq 100 ]
}
parallel() {
	set --
	for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do set -- "$@" -o "$work/p$i" "${url}large.bin"; done
	plain_curl -Z --parallel-immediate "$@" 2>/dev/null || return 1
	for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do cmp "$work/p$i" "$site/large.bin" || return 1; done
}
old_version() {
	fetch -0 "${url}large.bin" && wanted 200 && same "$site/large.bin" && without Transfer-Encoding &&
		fetch -0 -d abc "$relay/echo" && wanted 200 && without Transfer-Encoding && printf abc | cmp - "$work/body"
}
too_long() {
	long=$(head -c 70000 /dev/zero | tr '\0' x)
	echo "X-Long: $long" >"$work/long"
	fetch -H "@$work/long" "${url}page.html" && wanted 431 && field "Connection: close"
}

for case in get codings head_ folders outside post put delete options other_methods chunked_up chunked_down ranges range_unsatisfiable \
	resumed not_modified expect_continue unix_socket absolute_form proxy slow_reader gone reused pipelined parallel old_version too_long; do
	begin "${case%_}"
	$case
	verdict $? "${case%_}"
done
begin ended_well
stop
verdict $? ended_well
[ $failures -eq 0 ]
