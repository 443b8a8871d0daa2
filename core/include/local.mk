# SPDX-License-Identifier: BSD-3-Clause
# What programs include.
event2dir = $(includedir)/event2
nodist_event2_HEADERS = core/include/event2/event-config.h
include_HEADERS = \
	core/include/evdns.h \
	core/include/event.h \
	core/include/evhttp.h \
	core/include/evrpc.h \
	core/include/evutil.h
event2_HEADERS = \
	core/include/event2/buffer.h \
	core/include/event2/buffer_compat.h \
	core/include/event2/bufferevent.h \
	core/include/event2/bufferevent_compat.h \
	core/include/event2/bufferevent_ssl.h \
	core/include/event2/bufferevent_struct.h \
	core/include/event2/counters.h \
	core/include/event2/dns.h \
	core/include/event2/dns_compat.h \
	core/include/event2/dns_struct.h \
	core/include/event2/event.h \
	core/include/event2/event_compat.h \
	core/include/event2/event_struct.h \
	core/include/event2/http.h \
	core/include/event2/http_compat.h \
	core/include/event2/http_struct.h \
	core/include/event2/keyvalq_struct.h \
	core/include/event2/listener.h \
	core/include/event2/plugin.h \
	core/include/event2/plugin_bufferevent.h \
	core/include/event2/plugin_dns.h \
	core/include/event2/plugin_http.h \
	core/include/event2/plugin_native.h \
	core/include/event2/plugin_rpc.h \
	core/include/event2/plugin_ssl.h \
	core/include/event2/plugin_ws.h \
	core/include/event2/rpc.h \
	core/include/event2/rpc_compat.h \
	core/include/event2/rpc_native.h \
	core/include/event2/rpc_struct.h \
	core/include/event2/tag.h \
	core/include/event2/tag_compat.h \
	core/include/event2/thread.h \
	core/include/event2/util.h \
	core/include/event2/visibility.h \
	core/include/event2/watch.h \
	core/include/event2/ws.h
