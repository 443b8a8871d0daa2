/* SPDX-License-Identifier: BSD-3-Clause */
/* kqueue(2) as the backend sees it, over epoll(7): one epoll set for each filter, and one that holds both.
 *
 * The kernel is called by syscall(2), so that tests which count calls count the backend's alone.
 *
 * Kept: changes and waiting in one call, errors as results with EV_ERROR in a result's room (without room they end the
 * call), EV_CLEAR, EV_EOF, NOTE_LOWAT above all that can come, NOTE_FILE_POLL, registrations that go with their
 * descriptor (which is noticed by its file, when it becomes ready), signals. Different: a queue is inherited by a
 * child. */
#include <sys/event.h>

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#define QUEUES 64
#define FDS 65536
#define SIGNALS 65

enum { READS, WRITES, KINDS };

struct note {
	void *udata;
	bool used, file;         /* file: epoll does not know it, and it is ready always */
	uint32_t events, serial; /* serial: comes back with an event of this registration, and of no other one */
	dev_t device;
	ino_t inode;
};

struct queue {
	bool used;
	int sets[KINDS], bell;
	struct note *notes[KINDS]; /* by fd */
	int highest, files;
	uint32_t last_serial;
	struct sigaction before[SIGNALS];
	volatile sig_atomic_t watched[SIGNALS], came[SIGNALS];
};

static struct queue queues[QUEUES]; /* by the descriptor that kqueue() gave, modulo QUEUES */
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;

static int
control(int set, int operation, int fd, struct epoll_event *event)
{
	return (int)syscall(SYS_epoll_ctl, set, operation, fd, event);
}

static int
collect(int set, struct epoll_event *events, int room)
{
	return (int)syscall(SYS_epoll_pwait, set, events, room, 0, NULL, 8);
}

static struct queue *
queue_of(int fd)
{
	return fd >= 0 && queues[fd % QUEUES].used ? &queues[fd % QUEUES] : NULL;
}

static void
let_go(struct queue *q)
{
	for (int k = 0; k < KINDS; k++) {
		close(q->sets[k]);
		free(q->notes[k]);
	}
	close(q->bell);
	memset(q, 0, sizeof(*q));
}

/* close(2) tells nobody: what is left of closed queues goes with this object. */
__attribute__((destructor)) static void
let_all_go(void)
{
	for (int i = 0; i < QUEUES; i++)
		if (queues[i].used) let_go(&queues[i]);
}

int
kqueue(void)
{
	int all = epoll_create1(EPOLL_CLOEXEC);
	if (all < 0) return -1;
	pthread_mutex_lock(&mutex);
	struct queue *q = &queues[all % QUEUES];
	if (q->used) let_go(q); /* its number was closed, or it would not be free */
	q->used = true;
	q->bell = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	for (int k = 0; k < KINDS; k++) {
		q->sets[k] = epoll_create1(EPOLL_CLOEXEC);
		q->notes[k] = calloc(FDS, sizeof(struct note));
		struct epoll_event event = {.events = EPOLLIN, .data.fd = k};
		control(all, EPOLL_CTL_ADD, q->sets[k], &event);
	}
	struct epoll_event event = {.events = EPOLLIN, .data.fd = KINDS};
	control(all, EPOLL_CTL_ADD, q->bell, &event);
	pthread_mutex_unlock(&mutex);
	return all;
}

/* ---- Signals ----------------------------------------------------------------------------------------------------- */

/* Stands before the program's own handler, which the real call leaves alone. */
static void
on_signal(int number)
{
	int saved = errno;
	bool told = false;
	for (int i = 0; i < QUEUES; i++) {
		uint64_t one = 1;
		if (!queues[i].used || !queues[i].watched[number]) continue;
		if (!told && queues[i].before[number].sa_handler != on_signal) {
			told = true;
			if (queues[i].before[number].sa_handler != SIG_DFL && queues[i].before[number].sa_handler != SIG_IGN)
				queues[i].before[number].sa_handler(number);
		}
		queues[i].came[number]++;
		(void)!write(queues[i].bell, &one, sizeof(one));
	}
	errno = saved;
}

static int
change_signal(struct queue *q, const struct kevent *change)
{
	int number = (int)change->ident;
	if (change->flags & EV_DELETE) {
		if (!q->watched[number]) return ENOENT;
		q->watched[number] = 0;
		return 0;
	}
	struct sigaction action = {.sa_handler = on_signal, .sa_flags = SA_RESTART};
	q->watched[number] = 1;
	return sigaction(number, &action, &q->before[number]) < 0 ? errno : 0;
}

static int
take_signals(struct queue *q, struct kevent *events, int room)
{
	int n = 0;
	uint64_t rung;
	(void)!read(q->bell, &rung, sizeof(rung));
	for (int number = 1; number < SIGNALS && n < room; number++) {
		if (!q->came[number]) continue;
		EV_SET(&events[n], (uintptr_t)number, EVFILT_SIGNAL, EV_CLEAR, 0, q->came[number], NULL);
		q->came[number] = 0;
		n++;
	}
	return n;
}

/* ---- Descriptors ------------------------------------------------------------------------------------------------- */

/* True while fd is the file that was registered. */
static bool
is_same(const struct note *note, int fd)
{
	struct stat facts;
	return fstat(fd, &facts) == 0 && facts.st_dev == note->device && facts.st_ino == note->inode;
}

static int
drop(struct queue *q, int kind, int fd)
{
	struct note *note = &q->notes[kind][fd];
	if (!note->used) return ENOENT;
	bool file = note->file, same = is_same(note, fd);
	memset(note, 0, sizeof(*note));
	if (file) q->files--;
	if (!same) return ENOENT;
	return file || control(q->sets[kind], EPOLL_CTL_DEL, fd, NULL) == 0 ? 0 : errno;
}

static int
change_fd(struct queue *q, const struct kevent *change)
{
	int kind = change->filter == EVFILT_READ ? READS : WRITES, fd = (int)change->ident;
	struct stat facts;
	if (fd < 0 || fd >= FDS) return EBADF;
	if (change->flags & EV_DELETE) return drop(q, kind, fd);
	if (fstat(fd, &facts) < 0) return EBADF;
	struct note *note = &q->notes[kind][fd];
	if (note->used && !is_same(note, fd)) (void)drop(q, kind, fd);
	uint32_t serial = ++q->last_serial;
	struct epoll_event event = {.data.u64 = (uint64_t)serial << 32 | (uint32_t)fd};
	event.events = kind == WRITES ? EPOLLOUT : change->fflags & NOTE_LOWAT ? EPOLLRDHUP : EPOLLIN | EPOLLRDHUP;
	if (change->flags & EV_CLEAR) event.events |= EPOLLET;
	int result = control(q->sets[kind], EPOLL_CTL_ADD, fd, &event);
	if (result < 0 && errno == EEXIST) result = control(q->sets[kind], EPOLL_CTL_MOD, fd, &event);
	bool file = result < 0 && errno == EPERM;
	if (result < 0 && !file) return errno;
	if (file && !note->file) q->files++;
	*note = (struct note){change->udata, true, file, event.events, serial, facts.st_dev, facts.st_ino};
	if (fd > q->highest) q->highest = fd;
	return 0;
}

/* A descriptor was closed while its file lives on in a copy: epoll goes on about it and cannot be told to stop. */
static void
make_anew(struct queue *q, int all, int kind)
{
	control(all, EPOLL_CTL_DEL, q->sets[kind], NULL); /* a child may hold it open */
	close(q->sets[kind]);
	q->sets[kind] = epoll_create1(EPOLL_CLOEXEC);
	struct epoll_event event = {.events = EPOLLIN, .data.fd = kind};
	control(all, EPOLL_CTL_ADD, q->sets[kind], &event);
	for (int fd = 0; fd <= q->highest; fd++) {
		struct note *note = &q->notes[kind][fd];
		if (!note->used || note->file) continue;
		struct epoll_event again = {note->events, {.u64 = (uint64_t)note->serial << 32 | (uint32_t)fd}};
		if (is_same(note, fd))
			control(q->sets[kind], EPOLL_CTL_ADD, fd, &again);
		else
			memset(note, 0, sizeof(*note));
	}
}

static int
take_files(struct queue *q, int kind, struct kevent *events, int room)
{
	int n = 0;
	for (int fd = 0; q->files > 0 && fd <= q->highest && n < room; fd++) {
		struct note *note = &q->notes[kind][fd];
		if (!note->file) continue;
		if (is_same(note, fd))
			EV_SET(&events[n++], (uintptr_t)fd, kind == READS ? EVFILT_READ : EVFILT_WRITE, 0, 0, 0, note->udata);
		else
			(void)drop(q, kind, fd);
	}
	return n;
}

static int
take_fds(struct queue *q, int all, int kind, struct kevent *events, int room)
{
	struct epoll_event ready[256];
	int got = collect(q->sets[kind], ready, room < 256 ? room : 256), n = 0;
	bool ghosts = false;
	for (int i = 0; i < got; i++) {
		int fd = (int)(uint32_t)ready[i].data.u64, waiting = 0;
		const struct note *note = &q->notes[kind][fd];
		if (!note->used || note->serial != ready[i].data.u64 >> 32 || !is_same(note, fd)) {
			ghosts = true;
			continue;
		}
		bool ended = ready[i].events & (EPOLLRDHUP | EPOLLHUP | EPOLLERR);
		/* Which error would have to be taken from the socket: any will do. */
		unsigned error = ready[i].events & EPOLLERR ? EIO : 0;
		(void)ioctl(fd, FIONREAD, &waiting);
		EV_SET(&events[n++], (uintptr_t)fd, kind == READS ? EVFILT_READ : EVFILT_WRITE, ended ? EV_EOF : 0, error,
			waiting, note->udata);
	}
	if (ghosts) make_anew(q, all, kind);
	return n + take_files(q, kind, events + n, room - n);
}

/* ---- The call ---------------------------------------------------------------------------------------------------- */

int
kevent(int fd, const struct kevent *changes, int change_count, struct kevent *events, int event_count,
	const struct timespec *timeout)
{
	struct queue *q = queue_of(fd);
	int n = 0;
	if (!q) {
		errno = EBADF;
		return -1;
	}
	for (int i = 0; i < change_count; i++) {
		int error = changes[i].filter == EVFILT_SIGNAL ? change_signal(q, &changes[i]) : change_fd(q, &changes[i]);
		if (!error) continue;
		if (n == event_count) {
			errno = error;
			return -1;
		}
		events[n] = changes[i];
		events[n].flags = EV_ERROR;
		events[n++].data = error;
	}
	if (n > 0 || event_count == 0) return n;
	const struct timespec none = {0, 0};
	struct pollfd all = {fd, POLLIN, 0};
	if (syscall(SYS_ppoll, &all, 1,
			q->files  ? &none
			: timeout ? &(struct timespec){timeout->tv_sec, timeout->tv_nsec}
					  : NULL,
			NULL, 8) < 0)
		return -1;
	n = take_signals(q, events, event_count);
	for (int k = 0; k < KINDS && n < event_count; k++)
		n += take_fds(q, fd, k, events + n, event_count - n);
	return n;
}
