/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef PROTO_WS_ACCEPT_H_
#define PROTO_WS_ACCEPT_H_

#define WS_ACCEPT_SIZE 29

/* The value of Sec-WebSocket-Accept for a key (RFC 6455, 4.2.2): 28 characters and a NUL. */
void ws_accept(const char *key, char accept[WS_ACCEPT_SIZE]);

#endif
