/* SPDX-License-Identifier: BSD-3-Clause */
/* A connect or a resolution that is under way: between connect.c and hostname.c. */
#ifndef MKEVENT_BUFFEREVENT_CONNECT_H_
#define MKEVENT_BUFFEREVENT_CONNECT_H_

#include "bufferevent/bufferevent.h"

struct bev_lookup;

struct bev_connect {
	struct event wait; /* for the socket to become writable */
	struct bev_lookup *lookup;
	enum {
		BEV_CONNECT_IDLE,
		BEV_CONNECT_RESOLVING,
		BEV_CONNECT_WAITING,
		BEV_CONNECT_FAILED /* told to the program; waits for its next try */
	} state;
	int known; /* 1, -1: the end is known already, and told from the loop */
	int error; /* of known -1 */
};

/* The state, made when there is none; NULL: no memory. */
struct bev_connect *bev_connect_get_locked(struct bev *b);
/* As bufferevent_socket_connect(). */
int bev_connect_locked(struct bev *b, const struct sockaddr *address, int length);
/* Lets go of a resolution; its end finds nobody. */
void bev_lookup_cancel_locked(struct bev_connect *connect);

#endif
