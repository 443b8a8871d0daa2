# SPDX-License-Identifier: BSD-3-Clause
# Table tests of the pure parsers: they link a parser's sources alone, and nothing of ours beside.
plain_programs += tests/parser/test_http_parse
tests_parser_test_http_parse_SOURCES = \
	tests/parser/http_rows.h \
	tests/parser/test_http_parse.c \
	plugins/proto-http/chars.c \
	plugins/proto-http/fields.c \
	plugins/proto-http/parse.c
tests_parser_test_http_parse_CPPFLAGS = $(AM_CPPFLAGS) -I$(srcdir)/plugins/proto-http
tests_parser_test_http_parse_LDADD = $(CMOCKA_LIBS)

dns_parser_sources = \
	plugins/proto-dns/answer.c \
	plugins/proto-dns/lines.c \
	plugins/proto-dns/message.c \
	plugins/proto-dns/name.c \
	plugins/proto-dns/writer.c
plain_programs += tests/parser/test_dns_answer
tests_parser_test_dns_answer_SOURCES = tests/parser/test_dns_answer.c tests/parser/dns_message.h $(dns_parser_sources)
tests_parser_test_dns_answer_CPPFLAGS = $(AM_CPPFLAGS) -I$(srcdir)/plugins/proto-dns
tests_parser_test_dns_answer_LDADD = $(CMOCKA_LIBS)
plain_programs += tests/parser/test_dns_text
tests_parser_test_dns_text_SOURCES = tests/parser/test_dns_text.c tests/parser/dns_message.h $(dns_parser_sources)
tests_parser_test_dns_text_CPPFLAGS = $(AM_CPPFLAGS) -I$(srcdir)/plugins/proto-dns
tests_parser_test_dns_text_LDADD = $(CMOCKA_LIBS)

# The fuzz targets over changed seeds, or over a corpus and mutations of it.
plain_programs += tests/fuzz/replay_dns_client tests/fuzz/replay_dns_config tests/fuzz/replay_dns_message \
	tests/fuzz/replay_dns_server
tests_fuzz_replay_dns_client_SOURCES = tests/fuzz/replay.c tests/fuzz/dns_client.c
tests_fuzz_replay_dns_config_SOURCES = tests/fuzz/dns_replay.c tests/fuzz/dns_config.c
tests_fuzz_replay_dns_config_CPPFLAGS = $(AM_CPPFLAGS) -DROUNDS=500
tests_fuzz_replay_dns_message_SOURCES = tests/fuzz/dns_replay.c tests/fuzz/dns_message.c $(dns_parser_sources)
tests_fuzz_replay_dns_message_CPPFLAGS = $(AM_CPPFLAGS) -I$(srcdir)/plugins/proto-dns
tests_fuzz_replay_dns_message_LDADD =
tests_fuzz_replay_dns_server_SOURCES = tests/fuzz/dns_replay.c tests/fuzz/dns_server.c

# The fuzz targets of tests/fuzz without a fuzzer: over their corpus and mutations of it.
plain_programs += tests/fuzz/replay_http_client
tests_fuzz_replay_http_client_SOURCES = tests/fuzz/http_client.c tests/fuzz/replay.c
plain_programs += tests/fuzz/replay_http_parse
tests_fuzz_replay_http_parse_SOURCES = $(tests_fuzz_http_parse_SOURCES) tests/fuzz/replay.c
tests_fuzz_replay_http_parse_CPPFLAGS = $(tests_fuzz_http_parse_CPPFLAGS)
tests_fuzz_replay_http_parse_LDADD =
plain_programs += tests/fuzz/replay_http_server
tests_fuzz_replay_http_server_SOURCES = tests/fuzz/http_server.c tests/fuzz/replay.c
plain_programs += tests/fuzz/replay_native
tests_fuzz_replay_native_SOURCES = $(tests_fuzz_native_SOURCES) tests/fuzz/replay.c
tests_fuzz_replay_native_CPPFLAGS = $(tests_fuzz_native_CPPFLAGS)
plain_programs += tests/fuzz/replay_tag
tests_fuzz_replay_tag_SOURCES = $(tests_fuzz_tag_SOURCES) tests/fuzz/replay.c
tests_fuzz_replay_tag_CPPFLAGS = $(tests_fuzz_tag_CPPFLAGS)
plain_programs += tests/fuzz/replay_uri
tests_fuzz_replay_uri_SOURCES = tests/fuzz/uri.c tests/fuzz/replay.c
plain_programs += tests/fuzz/replay_ws_parse
tests_fuzz_replay_ws_parse_SOURCES = $(tests_fuzz_ws_parse_SOURCES) tests/fuzz/replay.c
tests_fuzz_replay_ws_parse_CPPFLAGS = $(tests_fuzz_ws_parse_CPPFLAGS)
tests_fuzz_replay_ws_parse_LDADD =
