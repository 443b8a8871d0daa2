/* SPDX-License-Identifier: BSD-3-Clause */
#include "method.h"

#include <string.h>

#define NAME_MAX_LENGTH 64

static const struct method {
	const char *name;
	uint32_t type;
	bool has_body;
} methods[] = {
	{"GET", EVHTTP_REQ_GET, false},
	{"POST", EVHTTP_REQ_POST, true},
	{"HEAD", EVHTTP_REQ_HEAD, false},
	{"PUT", EVHTTP_REQ_PUT, true},
	{"DELETE", EVHTTP_REQ_DELETE, false},
	{"OPTIONS", EVHTTP_REQ_OPTIONS, false},
	{"TRACE", EVHTTP_REQ_TRACE, false},
	{"CONNECT", EVHTTP_REQ_CONNECT, false},
	{"PATCH", EVHTTP_REQ_PATCH, true},
	{"PROPFIND", EVHTTP_REQ_PROPFIND, true},
	{"PROPPATCH", EVHTTP_REQ_PROPPATCH, true},
	{"MKCOL", EVHTTP_REQ_MKCOL, true},
	{"LOCK", EVHTTP_REQ_LOCK, true},
	{"UNLOCK", EVHTTP_REQ_UNLOCK, false},
	{"COPY", EVHTTP_REQ_COPY, false},
	{"MOVE", EVHTTP_REQ_MOVE, false},
};

#define COUNT (sizeof(methods) / sizeof(methods[0]))

uint32_t
method_type(struct http_span name, evhttp_ext_method_cb more)
{
	for (size_t i = 0; i < COUNT; i++)
		if (strncmp(methods[i].name, name.data, name.len) == 0 && !methods[i].name[name.len]) return methods[i].type;
	if (!more || name.len >= NAME_MAX_LENGTH) return 0;
	char text[NAME_MAX_LENGTH];
	memcpy(text, name.data, name.len);
	text[name.len] = '\0';
	struct evhttp_ext_method method = {text, 0, 0};
	return more(&method) == 0 ? method.type : 0;
}

const char *
method_name(uint32_t type, evhttp_ext_method_cb more, bool *has_body)
{
	for (size_t i = 0; i < COUNT; i++) {
		if (methods[i].type != type) continue;
		*has_body = methods[i].has_body;
		return methods[i].name;
	}
	struct evhttp_ext_method method = {NULL, type, 0};
	if (!more || more(&method) != 0) return NULL;
	*has_body = (method.flags & EVHTTP_METHOD_HAS_BODY) != 0;
	return method.method;
}
