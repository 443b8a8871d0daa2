# SPDX-License-Identifier: BSD-3-Clause
# Tests. A program runs once (plain_programs) or once under each backend (loop_programs); its source is its own name
# with .c unless it says otherwise. Each case of a cmocka program is one result of `make check`.

plain_programs =
loop_programs =

# Programs in alphabetic order. A new one adds its line: to loop_programs when it runs an event loop.
plain_programs += tests/unit/test_dns_memory
plain_programs += tests/unit/test_evbuffer
plain_programs += tests/unit/test_evbuffer_file
plain_programs += tests/unit/test_evbuffer_inner
plain_programs += tests/unit/test_evbuffer_io
plain_programs += tests/unit/test_evbuffer_memory
plain_programs += tests/unit/test_evbuffer_model
plain_programs += tests/unit/test_evbuffer_move
plain_programs += tests/unit/test_evbuffer_room
plain_programs += tests/unit/test_evbuffer_search
plain_programs += tests/unit/test_getaddrinfo
plain_programs += tests/unit/test_heap
plain_programs += tests/unit/test_uri
plain_programs += tests/unit/test_tag
plain_programs += tests/unit/test_util
loop_programs += tests/unit/test_bufferevent
loop_programs += tests/unit/test_bufferevent_calls
tests_unit_test_bufferevent_calls_LDFLAGS = $(AM_LDFLAGS) -export-dynamic
loop_programs += tests/unit/test_bufferevent_connect
loop_programs += tests/unit/test_bufferevent_filter
loop_programs += tests/unit/test_bufferevent_limits
loop_programs += tests/unit/test_bufferevent_memory
loop_programs += tests/unit/test_bufferevent_pair
loop_programs += tests/unit/test_bufferevent_random
loop_programs += tests/unit/test_bufferevent_type
EXTRA_DIST += tests/unit/bufferevent_fixture.h
loop_programs += tests/unit/test_dns_chaos
loop_programs += tests/unit/test_dns_client
loop_programs += tests/unit/test_dns_config
loop_programs += tests/unit/test_dns_forgery
loop_programs += tests/unit/test_dns_getaddrinfo
loop_programs += tests/unit/test_dns_server
loop_programs += tests/unit/test_dns_transport
EXTRA_DIST += tests/unit/dns_env.h tests/unit/dns_fixture.h
EXTRA_DIST += tests/unit/event_fixture.h tests/unit/loop_thread.h tests/unit/unseen.h
check_PROGRAMS += tests/dns/ask
check_PROGRAMS += tests/http/relay
loop_programs += tests/unit/test_current
loop_programs += tests/unit/test_descriptors
loop_programs += tests/unit/test_event
loop_programs += tests/unit/test_finalize
loop_programs += tests/unit/test_http_client
loop_programs += tests/unit/test_http_crowd
loop_programs += tests/unit/test_http_flow
loop_programs += tests/unit/test_http_memory
loop_programs += tests/unit/test_http_server
loop_programs += tests/unit/test_inspect
loop_programs += tests/unit/test_loop
loop_programs += tests/unit/test_ratelimit
loop_programs += tests/unit/test_rpc
if LIBFFI
loop_programs += tests/unit/test_rpc_native
loop_programs += tests/unit/test_rpc_native_wrong
if PLUGINS
plain_programs += tests/unit/test_rpc_native_load
endif
endif
loop_programs += tests/unit/test_timer

# Programs that need more than the common libraries.
if OPENSSL
loop_programs += tests/unit/test_http_tls tests/unit/test_ssl tests/unit/test_ssl_faults
endif
if PLUGINS
plain_programs += tests/unit/test_backend_choice
plain_programs += tests/unit/test_registry
endif
if OPENSSL
if THREADS
loop_programs += tests/unit/test_ssl_threads
endif
endif
EXTRA_DIST += tests/unit/ssl_fixture.h
tests_unit_test_http_tls_CPPFLAGS = $(AM_CPPFLAGS) $(OPENSSL_CFLAGS)
tests_unit_test_http_tls_LDADD = libevent_openssl.la $(test_libs) $(OPENSSL_LIBS)
tests_unit_test_ssl_CPPFLAGS = $(AM_CPPFLAGS) $(OPENSSL_CFLAGS)
tests_unit_test_ssl_LDADD = libevent_openssl.la $(test_libs) $(OPENSSL_LIBS)
tests_unit_test_ssl_threads_CPPFLAGS = $(AM_CPPFLAGS) $(OPENSSL_CFLAGS)
tests_unit_test_ssl_threads_LDADD = libevent_openssl.la $(test_libs) $(OPENSSL_LIBS)
tests_unit_test_ssl_faults_CPPFLAGS = $(AM_CPPFLAGS) $(OPENSSL_CFLAGS)
tests_unit_test_ssl_faults_LDADD = libevent_openssl.la $(test_libs) $(OPENSSL_LIBS)

# Those that use event2/thread.h, which is empty in a build without thread support.
if THREADS
plain_programs += tests/unit/test_bias
loop_programs += tests/unit/test_bufferevent_threads
loop_programs += tests/unit/test_counters
loop_programs += tests/unit/test_dns_threads
loop_programs += tests/unit/test_evbuffer_callbacks
loop_programs += tests/unit/test_fork
loop_programs += tests/unit/test_http_holes
loop_programs += tests/unit/test_listener
loop_programs += tests/unit/test_signal
loop_programs += tests/unit/test_threads
loop_programs += tests/unit/test_watch
loop_programs += tests/unit/test_ws
plain_programs += tests/unit/test_debug_mode
plain_programs += tests/unit/test_locks
plain_programs += tests/unit/test_log
endif

# What goes through the look-alikes of kqueue, /dev/poll and event ports where the real ones are missing: all that a
# backend can do wrong.
lookalike_programs = tests/unit/test_bufferevent tests/unit/test_descriptors tests/unit/test_event \
	tests/unit/test_finalize tests/unit/test_timer
if PLUGINS
lookalike_programs += tests/contract/contract
endif
if THREADS
lookalike_programs += tests/unit/test_fork tests/unit/test_listener tests/unit/test_signal tests/unit/test_threads
endif

# Folders of tests that have several sources.
include tests/broken-plugins/local.mk
include tests/contract/local.mk
include tests/devpoll/local.mk
include tests/event-plugin/local.mk
include tests/evport/local.mk
include tests/kqueue/local.mk
include tests/parser/local.mk

# Scripts, in alphabetic order.
test_scripts =
test_scripts += tests/abi/exports.sh
test_scripts += tests/abi/headers.sh
test_scripts += tests/docs/environment.sh
test_scripts += tests/docs/licences.sh
test_scripts += tests/docs/pages.sh
test_scripts += tests/event-plugin/check_backend.sh
test_scripts += tests/event-plugin/outside.sh
test_scripts += tests/event-plugin/redis.sh
test_scripts += tests/event-plugin/tool.sh
EXTRA_DIST += tests/event-plugin/expect.sh tests/event-plugin/prefix.sh
test_scripts += tests/dns/peers.sh
test_scripts += tests/http/browser.sh
test_scripts += tests/http/curl.sh
test_scripts += tests/rpcgen/interop.sh
test_scripts += tests/rpcgen/rpcgen.sh
test_scripts += tests/rpcgen/samples.sh
test_scripts += tests/samples/many-cores.sh
include tests/registry/local.mk
TESTS += $(test_scripts)
EXTRA_DIST += $(test_scripts) tests/abi/report.sh tests/http/browser.html tests/http/servers.sh

if CMOCKA
check_PROGRAMS += $(plain_programs) $(loop_programs)

test_entries = $(plain_programs:=.t) $(loop_programs:=-poll.t) $(loop_programs:=-select.t)
if BACKEND_EPOLL
test_entries += $(loop_programs:=-epoll.t)
endif
if BACKEND_KQUEUE
test_entries += $(loop_programs:=-kqueue.t)
endif
if BACKEND_URING
if PLUGINS
test_entries += tests/contract/contract-uring.t
endif
endif
if BACKEND_DEVPOLL
test_entries += $(loop_programs:=-devpoll.t)
endif
if BACKEND_EVPORT
test_entries += $(loop_programs:=-evport.t)
endif
if KQUEUE_LOOKALIKE
test_entries += $(lookalike_programs:=-kqueue.t)
endif
if DEVPOLL_LOOKALIKE
test_entries += $(lookalike_programs:=-devpoll.t)
endif
if EVPORT_LOOKALIKE
test_entries += $(lookalike_programs:=-evport.t)
endif
TESTS += $(test_entries)
endif

AM_CPPFLAGS += -I$(srcdir)/tests/include
test_libs = libevent_core.la libevent_extra.la $(threads_lib) $(CMOCKA_LIBS) $(PTHREAD_LIBS)
if THREADS
threads_lib = libevent_pthreads.la
endif
LDADD = $(test_libs)

TEST_EXTENSIONS = .t .sh
T_LOG_DRIVER = $(SHELL) $(srcdir)/tests/driver
SH_LOG_DRIVER = $(SHELL) $(srcdir)/tests/driver
SH_LOG_COMPILER = $(SHELL) $(srcdir)/tests/run --script
AM_TESTS_ENVIRONMENT = \
	MKEVENT_BUILD='$(abs_top_builddir)'; MKEVENT_SOURCE='$(abs_top_srcdir)'; CC='$(CC)'; CFLAGS='$(CFLAGS) $(SANITIZER_CFLAGS)'; \
	MKEVENT_CROSS='$(CROSS_HOST)'; MKEVENT_EMULATOR='$(EMULATOR)'; \
	export MKEVENT_BUILD MKEVENT_SOURCE MKEVENT_CROSS MKEVENT_EMULATOR CC CFLAGS;

# In a cross build: does the emulator, or the system itself, run what was built? What cannot run is skipped.
if CROSS
check_PROGRAMS += tests/canary
endif
tests_canary_LDADD =
check-local:
	@MKEVENT_BUILD='$(abs_top_builddir)' MKEVENT_CROSS='$(CROSS_HOST)' MKEVENT_EMULATOR='$(EMULATOR)' \
		$(SHELL) $(srcdir)/tests/run --report
if !CMOCKA
	@echo "The unit tests were left out: $(CC) finds no cmocka."
endif

# An entry is a script that runs one program under one backend; it can also be run by hand.
$(test_entries): $(srcdir)/tests/local.mk
	$(AM_V_GEN)$(MKDIR_P) $(@D) && \
	printf '#!/bin/sh\nMKEVENT_BUILD=%s MKEVENT_SOURCE=%s exec sh %s/tests/run %s "$$@"\n' \
		'$(abs_top_builddir)' '$(abs_top_srcdir)' '$(abs_top_srcdir)' '$(@:.t=)' >$@ && chmod +x $@
CLEANFILES += $(test_entries)


# The cases that stand for known defects of the libraries before us, and where libevent itself differs.
check-known-holes: all $(check_PROGRAMS) $(test_entries)
	@MKEVENT_BUILD='$(abs_top_builddir)' MKEVENT_SOURCE='$(abs_top_srcdir)' \
		MKEVENT_CROSS='$(CROSS_HOST)' MKEVENT_EMULATOR='$(EMULATOR)' $(SHELL) $(srcdir)/tests/known-holes '$(MAKE)' $(test_entries) $(test_scripts)
check-differential: all $(check_PROGRAMS)
	@MKEVENT_BUILD='$(abs_top_builddir)' MKEVENT_SOURCE='$(abs_top_srcdir)' $(SHELL) $(srcdir)/tests/differential/compare
.PHONY: check-known-holes check-differential
CLEANFILES += known-holes.log

EXTRA_DIST += tests/unit/evbuffer_test.h tests/unit/evbuffer_model.h
EXTRA_DIST += tests/cases.awk tests/differential/compare tests/differential/list tests/DIFFERENCES.md tests/driver \
	tests/include/cmocka.h tests/include/temporary.h tests/known-holes tests/run

EXTRA_DIST += tests/unit/http_fixture.h tests/unit/http_rogue.h tests/unit/registry_fixture.h
EXTRA_DIST += tests/rpcgen/messages.rpc tests/rpcgen/use.c tests/rpcgen/peer.c tests/rpcgen/messages.gen.c \
	tests/rpcgen/messages.gen.h
EXTRA_DIST += tests/unit/rpc_native_fixture.h tests/unit/rpc_number.h tests/unit/rpc_pool.h
