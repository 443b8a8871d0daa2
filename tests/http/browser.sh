#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# Headless Chromium against the samples: browser.html is served by http-server, and does from within the browser what a
# page can do; ws-chat is the other end of its WebSocket. Nothing but the loopback is spoken to.
for browser in chromium chromium-browser google-chrome; do
	command -v "$browser" >/dev/null 2>&1 && break
	browser=
done
[ -n "$browser" ] || { echo "skipped: chromium is not installed"; exit 77; }
[ -x "$MKEVENT_BUILD/samples/http-server" ] || { echo "skipped: the samples are not built"; exit 77; }
. "$MKEVENT_SOURCE/tests/http/servers.sh"

site=$work/site
mkdir "$site"
cp "$MKEVENT_SOURCE/tests/http/browser.html" "$site/index.html"
echo 'h1 { color: rgb(1, 2, 3) }' >"$site/style.css"
head -c 1000000 /dev/urandom >"$site/large.bin"
digest=$(sha256sum <"$site/large.bin")

start server 's,^http-server: \(http://[^ ]*/\) .*,\1,p' "$(real samples/http-server)" -p 0 "$site" || exit 1
url=$said
start chat 's,^ws-chat: http://127.0.0.1:\([0-9]*\)/ .*,\1,p' "$(real samples/ws-chat)" 0 || exit 1
chat=$said
start relay 's,^listening on port \(.*\),\1,p' "$(real tests/http/relay)" || exit 1
relay=$said

# browse ARGUMENT...: one page, as the browser sees it when it is complete, in $work/page; the profile is thrown away
browse() {
	timeout -k 5 50 env -u LD_LIBRARY_PATH HOME="$work" "$browser" --headless --no-sandbox --disable-gpu --disable-quic \
		--disable-dev-shm-usage --disable-background-networking --disable-component-update --disable-sync \
		--disable-extensions --no-first-run --no-default-browser-check --proxy-server=direct:// \
		--host-resolver-rules="MAP * ~NOTFOUND, EXCLUDE 127.0.0.1" --user-data-dir="$work/profile" "$@" >"$work/page" 2>"$work/browser.log"
	status=$?
	rm -rf "$work/profile"
	return $status
}

has() {
	begin "$1"
	grep -qF "<li>$1 $2</li>" "$work/page"
	verdict $? "$1"
}

begin page
browse --dump-dom "${url}index.html?$chat,$relay" && grep -q '<title>finished</title>' "$work/page"
verdict $? page
has get "200 ${digest%% *}"
has range "206 100"
has post "200 300000 bytes"
has parallel 30
has form "$(sed -n 's/^  Content-Length: //p' "$work/server.said" | tail -n 1) bytes"
has websocket "1000 true 12,14,409 guest 1: Grüße"
has refused 1009
has style "rgb(1, 2, 3)"

# The form arrived as it was written: both fields, the first in UTF-8.
begin form_arrived
grep -aq 'Grüße' "$work/server.said" && grep -aq 'a&b' "$work/server.said"
verdict $? form_arrived

begin listing
rm "$site/index.html" && browse --dump-dom "$url" && grep -qF '<a href="large.bin">large.bin</a>' "$work/page"
verdict $? listing

begin chat_page
# What comes after the page is complete is seen only if there is a while to wait for it.
for _ in 1 2 3; do
	browse --virtual-time-budget=10000 --dump-dom "http://127.0.0.1:$chat/" && grep -q '<div>(connected)</div>' "$work/page" &&
		grep -q '<div>guest [0-9]* came</div>' "$work/page" && break
done
verdict $? chat_page

begin screenshot
browse --virtual-time-budget=10000 --window-size=800,600 --screenshot="$work/shot.png" "http://127.0.0.1:$chat/" && [ -s "$work/shot.png" ] &&
	[ "$(dd if="$work/shot.png" bs=1 skip=1 count=3 2>/dev/null)" = PNG ]
verdict $? screenshot
[ -z "${MKEVENT_KEEP_SHOT:-}" ] || cp "$work/shot.png" "$MKEVENT_KEEP_SHOT"

begin ended_well
stop
verdict $? ended_well
[ $failures -eq 0 ] || tail -n 20 "$work/browser.log" "$work/page"
[ $failures -eq 0 ]
