# SPDX-License-Identifier: BSD-3-Clause
# Programs to read and to copy from. They are not installed, and their warnings are errors.
if SAMPLES
noinst_PROGRAMS += \
	samples/dns-example \
	samples/fifo-reader \
	samples/http-client \
	samples/http-server \
	samples/rpc-calc \
	samples/rpc-native \
	samples/signal \
	samples/tcp-client \
	samples/tcp-echo \
	samples/timer \
	samples/ws-chat
if THREADS
noinst_PROGRAMS += samples/many-cores
endif
if OPENSSL
noinst_PROGRAMS += \
	samples/https-client \
	samples/https-server
endif
endif

sample_cflags = $(AM_CFLAGS)
samples_dns_example_CFLAGS = $(sample_cflags)
samples_dns_example_LDADD = libevent_extra.la libevent_core.la
samples_fifo_reader_CFLAGS = $(sample_cflags)
samples_fifo_reader_LDADD = libevent_core.la
samples_http_client_CFLAGS = $(sample_cflags)
samples_http_client_LDADD = libevent_extra.la libevent_core.la
samples_http_server_CFLAGS = $(sample_cflags)
samples_http_server_LDADD = libevent_extra.la libevent_core.la
samples_many_cores_CFLAGS = $(sample_cflags)
samples_many_cores_LDADD = libevent_extra.la libevent_pthreads.la libevent_core.la $(PTHREAD_LIBS)
samples_rpc_calc_SOURCES = samples/rpc-calc.c samples/calc.gen.c samples/calc.gen.h
samples_rpc_calc_CPPFLAGS = $(AM_CPPFLAGS) -I$(srcdir)/samples
samples_rpc_calc_CFLAGS = $(sample_cflags)
samples_rpc_calc_LDADD = libevent_extra.la libevent_core.la
EXTRA_DIST += samples/calc.rpc
samples_rpc_native_CFLAGS = $(sample_cflags)
samples_rpc_native_LDADD = libevent_extra.la libevent_core.la
samples_signal_CFLAGS = $(sample_cflags)
samples_signal_LDADD = libevent_core.la
samples_tcp_client_CFLAGS = $(sample_cflags)
samples_tcp_client_LDADD = libevent_core.la
samples_tcp_echo_CFLAGS = $(sample_cflags)
samples_tcp_echo_LDADD = libevent_core.la
samples_timer_CFLAGS = $(sample_cflags)
samples_timer_LDADD = libevent_core.la
samples_ws_chat_CFLAGS = $(sample_cflags)
samples_ws_chat_LDADD = libevent_extra.la libevent_core.la
samples_https_client_CFLAGS = $(sample_cflags) $(OPENSSL_CFLAGS)
samples_https_client_LDADD = libevent_openssl.la libevent_extra.la libevent_core.la $(OPENSSL_LIBS)
samples_https_server_CFLAGS = $(sample_cflags) $(OPENSSL_CFLAGS)
samples_https_server_LDADD = libevent_openssl.la libevent_extra.la libevent_core.la $(OPENSSL_LIBS)

EXTRA_DIST += \
	samples/out-of-tree/backend-count/Makefile \
	samples/out-of-tree/backend-count/README.md \
	samples/out-of-tree/backend-count/backend-count.c \
	samples/out-of-tree/backend-count/check \
	samples/out-of-tree/backend-count/ping-pong.c \
	samples/out-of-tree/filter-zlib/Makefile \
	samples/out-of-tree/filter-zlib/README.md \
	samples/out-of-tree/filter-zlib/filter-zlib.c \
	samples/out-of-tree/filter-zlib/filter-zlib.h \
	samples/out-of-tree/filter-zlib/zlib-send.c \
	samples/out-of-tree/proto-resp/Makefile \
	samples/out-of-tree/proto-resp/README.md \
	samples/out-of-tree/proto-resp/check \
	samples/out-of-tree/proto-resp/command.c \
	samples/out-of-tree/proto-resp/command.h \
	samples/out-of-tree/proto-resp/proto-resp.c \
	samples/out-of-tree/proto-resp/proto-resp.h \
	samples/out-of-tree/proto-resp/request-test.c \
	samples/out-of-tree/proto-resp/request.c \
	samples/out-of-tree/proto-resp/request.h \
	samples/out-of-tree/proto-resp/resp-client.c \
	samples/out-of-tree/proto-resp/resp-server.c \
	samples/out-of-tree/proto-resp/store.c \
	samples/out-of-tree/proto-resp/store.h
