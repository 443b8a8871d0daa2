/* SPDX-License-Identifier: BSD-3-Clause */
/* A look-alike of Solaris's header, for testing the evport backend elsewhere: the part of the interface that the
 * backend uses, over poll(2). It is no event port: see lookalike.c for where it differs. */
#ifndef TESTS_EVPORT_PORT_H_
#define TESTS_EVPORT_PORT_H_

#include <stdint.h>
#include <time.h>

#define PORT_SOURCE_FD 4

typedef struct port_event {
	int portev_events;
	unsigned short portev_source, portev_pad;
	uintptr_t portev_object;
	void *portev_user;
} port_event_t;

int port_create(void);
int port_associate(int port, int source, uintptr_t object, int events, void *user);
int port_dissociate(int port, int source, uintptr_t object);
int port_getn(int port, port_event_t *list, unsigned max, unsigned *count, const struct timespec *timeout);

#endif
