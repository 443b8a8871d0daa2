# SPDX-License-Identifier: BSD-3-Clause
bin_PROGRAMS += event-plugin
event_plugin_SOURCES = \
	$(contract_sources) \
	plugins/proto-rpc/signature.c \
	plugins/proto-rpc/signature.h \
	tools/event-plugin/bench.c \
	tools/event-plugin/call.c \
	tools/event-plugin/check.c \
	tools/event-plugin/json.c \
	tools/event-plugin/main.c \
	tools/event-plugin/show.c \
	tools/event-plugin/tool.h
event_plugin_CPPFLAGS = $(AM_CPPFLAGS) -I$(srcdir)/plugins/proto-rpc -I$(srcdir)/tests/contract
event_plugin_LDADD = libevent_core.la
if !PLUGINS
event_plugin_CPPFLAGS += -DCONTRACT_COUNTS_NOTHING
# All that is built in, to be listed and called.
event_plugin_LDFLAGS = $(AM_LDFLAGS) $(BUILTIN_KEEP)
endif
