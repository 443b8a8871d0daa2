# SPDX-License-Identifier: BSD-3-Clause
# Table tests of the pure parsers: they link a parser's sources alone, and nothing of ours beside.
plain_programs += tests/parser/test_http_parse
tests_parser_test_http_parse_SOURCES = \
	tests/parser/test_http_parse.c \
	plugins/proto-http/chars.c \
	plugins/proto-http/fields.c \
	plugins/proto-http/parse.c
tests_parser_test_http_parse_CPPFLAGS = $(AM_CPPFLAGS) -I$(srcdir)/plugins/proto-http
tests_parser_test_http_parse_LDADD = $(CMOCKA_LIBS)
