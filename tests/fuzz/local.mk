# SPDX-License-Identifier: BSD-3-Clause
# Fuzz targets, for clang's libFuzzer; none is built unless asked for:
#
#   ./configure --disable-shared CC=clang CFLAGS='-g -O1 -fsanitize=fuzzer-no-link,address,undefined' && make
#   make tests/fuzz/evbuffer && tests/fuzz/evbuffer -max_total_time=60
fuzz_flags = -fsanitize=fuzzer
fuzz_programs =
# In alphabetic order. A new one adds its lines.
fuzz_programs += tests/fuzz/evbuffer
tests_fuzz_evbuffer_LDFLAGS = $(AM_LDFLAGS) $(fuzz_flags)
fuzz_programs += tests/fuzz/http_client
tests_fuzz_http_client_LDFLAGS = $(AM_LDFLAGS) $(fuzz_flags)
fuzz_programs += tests/fuzz/http_parse
tests_fuzz_http_parse_SOURCES = tests/fuzz/http_parse.c $(http_parser_sources)
tests_fuzz_http_parse_CPPFLAGS = $(AM_CPPFLAGS) -I$(srcdir)/plugins/proto-http
tests_fuzz_http_parse_LDFLAGS = $(AM_LDFLAGS) $(fuzz_flags)
tests_fuzz_http_parse_LDADD =
fuzz_programs += tests/fuzz/http_server
tests_fuzz_http_server_LDFLAGS = $(AM_LDFLAGS) $(fuzz_flags)
fuzz_programs += tests/fuzz/uri
tests_fuzz_uri_LDFLAGS = $(AM_LDFLAGS) $(fuzz_flags)
fuzz_programs += tests/fuzz/ws_parse
tests_fuzz_ws_parse_SOURCES = tests/fuzz/ws_parse.c plugins/proto-ws/parse.c
tests_fuzz_ws_parse_CPPFLAGS = $(AM_CPPFLAGS) -I$(srcdir)/plugins/proto-ws
tests_fuzz_ws_parse_LDFLAGS = $(AM_LDFLAGS) $(fuzz_flags)
tests_fuzz_ws_parse_LDADD =
http_parser_sources = plugins/proto-http/chars.c plugins/proto-http/fields.c plugins/proto-http/parse.c
EXTRA_PROGRAMS += $(fuzz_programs)
CLEANFILES += $(fuzz_programs)

# DNS: each target also runs without a fuzzer, over changed seeds or its corpus, with the ordinary tests.
fuzz_programs += tests/fuzz/dns_client tests/fuzz/dns_config tests/fuzz/dns_message tests/fuzz/dns_server
tests_fuzz_dns_client_LDFLAGS = $(AM_LDFLAGS) $(fuzz_flags)
tests_fuzz_dns_config_LDFLAGS = $(AM_LDFLAGS) $(fuzz_flags)
tests_fuzz_dns_server_LDFLAGS = $(AM_LDFLAGS) $(fuzz_flags)
tests_fuzz_dns_message_SOURCES = tests/fuzz/dns_message.c $(dns_parser_sources)
tests_fuzz_dns_message_CPPFLAGS = $(AM_CPPFLAGS) -I$(srcdir)/plugins/proto-dns
tests_fuzz_dns_message_LDFLAGS = $(AM_LDFLAGS) $(fuzz_flags)
tests_fuzz_dns_message_LDADD =
EXTRA_DIST += tests/fuzz/corpus

# RPC: tagged data with generated code; native functions with the plugin's files, some of whose names get others, since
# the plugin is in the core as well then.
fuzz_programs += tests/fuzz/native tests/fuzz/tag
tests_fuzz_native_SOURCES = tests/fuzz/native.c plugins/proto-rpc/codec.c plugins/proto-rpc/native_value.c \
	plugins/proto-rpc/signature.c plugins/proto-rpc/tag.c
tests_fuzz_native_CPPFLAGS = $(AM_CPPFLAGS) -I$(srcdir)/plugins/proto-rpc -Drpc_host=fuzz_host -Drpc_free=fuzz_free
tests_fuzz_native_LDFLAGS = $(AM_LDFLAGS) $(fuzz_flags)
tests_fuzz_tag_SOURCES = tests/fuzz/tag.c tests/rpcgen/messages.gen.c tests/rpcgen/messages.gen.h
tests_fuzz_tag_CPPFLAGS = $(AM_CPPFLAGS) -I$(srcdir)/tests/rpcgen
tests_fuzz_tag_LDFLAGS = $(AM_LDFLAGS) $(fuzz_flags)
