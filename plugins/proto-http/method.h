/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef PROTO_HTTP_METHOD_H_
#define PROTO_HTTP_METHOD_H_

#include "parse.h"

#include <event2/http.h>

/* Type of the method of that name (with regard to case: RFC 9110, 9.1), or 0. more: who else knows some, or NULL. */
uint32_t method_type(struct http_span name, evhttp_ext_method_cb more);

/* Its name, or NULL. *has_body: a request of that method says how long its body is, even when there is none. */
const char *method_name(uint32_t type, evhttp_ext_method_cb more, bool *has_body);

#endif
