# SPDX-License-Identifier: BSD-3-Clause
bin_PROGRAMS += event-plugin
event_plugin_SOURCES = \
	$(contract_sources) \
	tools/event-plugin/bench.c \
	tools/event-plugin/check.c \
	tools/event-plugin/json.c \
	tools/event-plugin/main.c \
	tools/event-plugin/show.c \
	tools/event-plugin/tool.h
if LIBFFI
event_plugin_SOURCES += \
	plugins/proto-rpc/signature.c \
	plugins/proto-rpc/signature.h \
	plugins/proto-rpc/signature_ffi.c \
	plugins/proto-rpc/signature_ffi.h \
	tools/event-plugin/call.c
else
event_plugin_SOURCES += tools/event-plugin/call_none.c
endif
event_plugin_CPPFLAGS = $(AM_CPPFLAGS) -I$(srcdir)/plugins/proto-rpc -I$(srcdir)/tests/contract $(LIBFFI_CFLAGS)
if !PLUGINS
event_plugin_CPPFLAGS += -DCONTRACT_COUNTS_NOTHING
endif
event_plugin_LDADD = libevent_core.la $(LIBFFI_LIBS)
