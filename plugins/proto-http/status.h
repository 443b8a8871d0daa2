/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef PROTO_HTTP_STATUS_H_
#define PROTO_HTTP_STATUS_H_

/* The usual reason phrase of a status code; never NULL. */
const char *status_reason(int code);

#endif
