/* SPDX-License-Identifier: BSD-3-Clause */
/* TLS over a socket of its own: OpenSSL reads and writes the descriptor, two events tell when it can. */
#include "tls.h"

#include <errno.h>

/* The descriptor that the SSL object came with, or -1. (SSL_get_fd() alone would leave an error in the queue.) */
static evutil_socket_t
fd_of(const SSL *ssl)
{
	return SSL_get_rbio(ssl) ? SSL_get_fd(ssl) : -1;
}

static bool
begun(const struct tls *tls)
{
	return tls->fd >= 0;
}

/* Adds or deletes an event only when that changes something. */
static void
arm(struct tls *tls)
{
	short wants = tls->fd >= 0 ? tls_wants(tls) : 0;
	for (int i = TLS_READABLE; i <= TLS_WRITABLE; i++) {
		short bit = i == TLS_READABLE ? EV_READ : EV_WRITE;
		if ((wants & bit) && !(tls->armed & bit)) {
			if (event_add(&tls->events[i], NULL) < 0) {
				tls_fail(
					tls, (short)((i == TLS_READABLE ? BEV_EVENT_READING : BEV_EVENT_WRITING) | BEV_EVENT_ERROR), errno);
				return;
			}
			tls->armed |= bit;
		} else if (!(wants & bit) && (tls->armed & bit)) {
			(void)event_del_noblock(&tls->events[i]);
			tls->armed &= (short)~bit;
		}
	}
}

static void
on_ready(evutil_socket_t fd, short what, void *arg)
{
	struct tls *tls = arg;
	struct bufferevent *bev = tls->bev;
	(void)fd;
	bufferevent_type_begin(bev);
	tls_turn(tls, 0, what);
	bufferevent_type_end(bev);
}

static int
assign(struct tls *tls, struct event_base *base)
{
	if (event_assign(&tls->events[TLS_READABLE], base, tls->fd, EV_READ | EV_PERSIST, on_ready, tls) < 0) return -1;
	return event_assign(&tls->events[TLS_WRITABLE], base, tls->fd, EV_WRITE | EV_PERSIST, on_ready, tls);
}

static void
disarm(struct tls *tls)
{
	(void)event_del_noblock(&tls->events[TLS_READABLE]);
	(void)event_del_noblock(&tls->events[TLS_WRITABLE]);
	tls->armed = 0;
}

static evutil_socket_t
get_fd(struct bufferevent *bev)
{
	return tls_of(bev)->fd;
}

static int
set_fd(struct bufferevent *bev, evutil_socket_t fd)
{
	struct tls *tls = tls_of(bev);
	BIO *bio = NULL;
	if (tls->shaking) return -1;
	if (fd >= 0 && fd_of(tls->ssl) != fd) {
		bio = tls_bio_of_socket(fd);
		if (!bio) return -1;
	}
	disarm(tls);
	if (bio || fd < 0) SSL_set_bio(tls->ssl, bio, bio);
	tls->fd = fd;
	tls_restart(tls);
	return assign(tls, bufferevent_get_base(bev));
}

static int
set_base(struct bufferevent *bev, struct event_base *base)
{
	struct tls *tls = tls_of(bev);
	disarm(tls);
	if (assign(tls, base) < 0) return -1;
	arm(tls);
	return 0;
}

static void
unlink_socket(struct bufferevent *bev)
{
	disarm(tls_of(bev));
}

static void
destruct(struct bufferevent *bev)
{
	struct tls *tls = tls_of(bev);
	event_debug_unassign(&tls->events[TLS_READABLE]);
	event_debug_unassign(&tls->events[TLS_WRITABLE]);
	if (!tls->ssl || !(bufferevent_type_options(bev) & BEV_OPT_CLOSE_ON_FREE)) return;
	tls_goodbye(tls);
	SSL_free(tls->ssl);
	if (tls->fd >= 0) (void)evutil_closesocket(tls->fd);
}

const struct bufferevent_ops tls_socket_ops = {
	.head = {sizeof(struct bufferevent_ops), BUFFEREVENT_TYPE_MAJOR, BUFFEREVENT_TYPE_MINOR},
	.name = "tls",
	.flags = BUFFEREVENT_TYPE_CORE_TIMEOUTS,
	.events = 2,
	.events_offset = offsetof(struct tls, events),
	.data_size = sizeof(struct tls),
	.enable = tls_enable,
	.disable = tls_disable,
	.output = tls_output,
	.work = tls_work,
	.flush = tls_flush,
	.get_fd = get_fd,
	.set_fd = set_fd,
	.connected = tls_connected,
	.set_base = set_base,
	.unlink = unlink_socket,
	.destruct = destruct,
};

struct bufferevent *
plugin_bufferevent_openssl_socket_new(
	struct event_base *base, evutil_socket_t fd, struct ssl_st *ssl, enum bufferevent_ssl_state state, int options)
{
	evutil_socket_t own = fd_of(ssl);
	if (fd < 0) fd = own;
	if (own >= 0 && own != fd) return NULL; /* they would be read past each other */
	BIO *bio = NULL;
	if (fd >= 0 && own < 0 && !(bio = tls_bio_of_socket(fd))) return NULL;
	struct bufferevent *bev = bufferevent_type_new(base, &tls_socket_ops, options, NULL);
	if (!bev) goto no_bev;
	struct tls *tls = bufferevent_type_data(bev, &tls_socket_ops);
	tls->bev = bev;
	tls->begun = begun;
	tls->arm = arm;
	tls->fd = fd;
	if (assign(tls, base) < 0) goto no_events;
	if (bio) SSL_set_bio(ssl, bio, bio);
	tls_take_over(tls, ssl, state);
	if (bufferevent_type_ready(bev) == 0) return bev;
	bio = NULL; /* it is the SSL object's */
no_events:
	tls->ssl = NULL; /* what the caller brought stays the caller's */
	bufferevent_free(bev);
no_bev:
	BIO_free(bio);
	return NULL;
}
