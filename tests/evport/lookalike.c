/* SPDX-License-Identifier: BSD-3-Clause */
/* Event ports as the backend sees them, over poll(2): a table of associations for each port, the oldest first.
 *
 * The kernel is called by syscall(2), so that tests which count calls count the backend's alone.
 *
 * Kept: an association ends with its event, or with its descriptor (which is noticed by its file); associating again
 * changes it; ETIME when the time is over, with the count as it was. Different: whether something is ready is looked at
 * when events are fetched, not before. */
#include <port.h>

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#define PORTS 4096

struct association {
	void *user;
	dev_t device;
	ino_t inode;
};

struct port {
	struct pollfd *set;
	struct association *more; /* of each in the set */
	size_t count, room;
};

static struct port *ports[PORTS]; /* by the descriptor that stands for it */
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;

static void
let_go(int fd)
{
	if (!ports[fd]) return;
	free(ports[fd]->set);
	free(ports[fd]->more);
	free(ports[fd]);
	ports[fd] = NULL;
}

/* close(2) tells nobody: what is left of closed ports goes with this object. */
__attribute__((destructor)) static void
let_all_go(void)
{
	for (int fd = 0; fd < PORTS; fd++)
		let_go(fd);
}

int
port_create(void)
{
	int fd = eventfd(0, 0);
	if (fd < 0) return -1;
	pthread_mutex_lock(&mutex);
	if (fd < PORTS) {
		let_go(fd); /* its number was closed, or it would not be free */
		ports[fd] = calloc(1, sizeof(*ports[fd]));
	}
	bool made = fd < PORTS && ports[fd];
	pthread_mutex_unlock(&mutex);
	if (made) return fd;
	(void)close(fd);
	errno = ENOMEM;
	return -1;
}

static struct port *
port_of(int fd)
{
	pthread_mutex_lock(&mutex);
	struct port *port = fd >= 0 && fd < PORTS ? ports[fd] : NULL;
	pthread_mutex_unlock(&mutex);
	if (!port) errno = EBADF;
	return port;
}

static size_t
find(const struct port *port, int fd)
{
	size_t i = 0;
	while (i < port->count && port->set[i].fd != fd)
		i++;
	return i;
}

static void
take_out(struct port *port, size_t i)
{
	port->count--;
	memmove(&port->set[i], &port->set[i + 1], (port->count - i) * sizeof(port->set[0]));
	memmove(&port->more[i], &port->more[i + 1], (port->count - i) * sizeof(port->more[0]));
}

static bool
has_room(struct port *port)
{
	if (port->count < port->room) return true;
	size_t room = port->room ? port->room * 2 : 256;
	struct pollfd *set = realloc(port->set, room * sizeof(*set));
	if (set) port->set = set;
	struct association *more = realloc(port->more, room * sizeof(*more));
	if (more) port->more = more;
	if (set && more) port->room = room;
	return set && more;
}

int
port_associate(int fd, int source, uintptr_t object, int events, void *user)
{
	struct port *port = port_of(fd);
	struct stat facts;
	if (!port || source != PORT_SOURCE_FD || fstat((int)object, &facts) < 0) return -1;
	size_t i = find(port, (int)object);
	if (i < port->count) take_out(port, i);
	if (!has_room(port)) return -1;
	port->set[port->count] = (struct pollfd){(int)object, (short)events, 0};
	port->more[port->count++] = (struct association){user, facts.st_dev, facts.st_ino};
	return 0;
}

int
port_dissociate(int fd, int source, uintptr_t object)
{
	struct port *port = port_of(fd);
	if (!port || source != PORT_SOURCE_FD) return -1;
	size_t i = find(port, (int)object);
	if (i == port->count) return errno = ENOENT, -1;
	take_out(port, i);
	return 0;
}

/* Associations go with their descriptors. */
static void
forget_closed(struct port *port)
{
	for (size_t i = port->count; i-- > 0;) {
		struct stat facts;
		const struct association *is = &port->more[i];
		if (fstat(port->set[i].fd, &facts) < 0 || facts.st_dev != is->device || facts.st_ino != is->inode)
			take_out(port, i);
	}
}

int
port_getn(int fd, port_event_t *list, unsigned max, unsigned *count, const struct timespec *timeout)
{
	struct port *port = port_of(fd);
	unsigned n = 0;
	if (!port) return -1;
	forget_closed(port);
	struct timespec limit = timeout ? *timeout : (struct timespec){0, 0};
	long ready = syscall(SYS_ppoll, port->set, port->count, timeout ? &limit : NULL, NULL, 8);
	if (ready < 0) return -1;
	if (ready == 0) return errno = ETIME, -1;
	for (size_t i = 0; i < port->count && n < max;) {
		const struct pollfd *item = &port->set[i];
		if (!item->revents) {
			i++;
			continue;
		}
		list[n++] = (port_event_t){item->revents, PORT_SOURCE_FD, 0, (uintptr_t)item->fd, port->more[i].user};
		take_out(port, i);
	}
	*count = n;
	return 0;
}
