#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# The pages of section 3: one for each of the headers below, and for each function one that leads to it.
#
# usage: man3.sh SOURCE FOLDER AWK VERSION
set -eu
source=$1 folder=$2 awk=$3 version=$4
date=$(sed -n 's/^\.TH [^ ]* 7 \([^ ]*\).*/\1/p' "$source/doc/mkevent.7")
rm -rf "$folder"
mkdir -p "$folder"
while read -r page header library; do
	file=$source/core/include/event2/$header.h
	$awk -v page="$page" -v header="event2/$header.h" -v library="$library" -v version="$version" \
		-v date="$date" -f "$source/doc/man3.awk" "$file" >"$folder/$page.3"
done <<END
event event libevent_core
evbuffer buffer libevent_core
bufferevent bufferevent libevent_core
bufferevent_ssl bufferevent_ssl libevent_openssl
evconnlistener listener libevent_core
evutil util libevent_core
evthread thread libevent_pthreads
evwatch watch libevent_core
event_counters counters libevent_core
evhttp http libevent_extra
evws ws libevent_extra
evdns dns libevent_extra
evrpc rpc libevent_extra
evrpc_native rpc_native libevent_extra
evtag tag libevent_extra
event_plugin plugin libevent_core
bufferevent_type plugin_bufferevent libevent_core
event_compat event_compat libevent_core
evbuffer_compat buffer_compat libevent_core
bufferevent_compat bufferevent_compat libevent_core
evdns_compat dns_compat libevent_extra
evhttp_compat http_compat libevent_extra
END
for page in "$folder"/*.3; do
	name=${page##*/}
	header=$(sed -n '1s/.*Made from \(.*\);.*/\1/p' "$page")
	$awk -v names=1 -f "$source/doc/man3.awk" "$source/core/include/$header" | while read -r alias; do
		test -f "$folder/$alias.3" || echo ".so man3/$name" >"$folder/$alias.3"
	done
done
echo ".so man3/event.3" >"$folder/event_base.3"
