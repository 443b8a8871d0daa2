/* SPDX-License-Identifier: BSD-3-Clause */
/* The header fields that decide how a message is framed and whether the connection stays. */
#ifndef PROTO_HTTP_FIELDS_H_
#define PROTO_HTTP_FIELDS_H_

#include "parse.h"

/* Takes note of parser->name and value. Returns HTTP_PARSE_OK, or why the message is refused. */
enum http_parse_error http_fields_add(struct http_parser *parser);

/* All fields are in: fills in the framing. Returns HTTP_PARSE_OK, or why and in *status what a server answers. */
enum http_parse_error http_fields_end(struct http_parser *parser, int *status);

#endif
