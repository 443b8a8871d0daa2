/* SPDX-License-Identifier: BSD-3-Clause */
/* What programs ask of a TLS bufferevent: its SSL object, errors, flags, a new handshake. */
#include "tls.h"

#include <event2/util.h>
#include <openssl/err.h>

/* All of them: NULL, and no lock, when bev is none of ours. */
static struct tls *
enter(struct bufferevent *bev)
{
	struct tls *tls = tls_of(bev);
	if (tls) bufferevent_lock(bev);
	return tls;
}

struct ssl_st *
plugin_bufferevent_openssl_get_ssl(struct bufferevent *bev)
{
	const struct tls *tls = tls_of(bev);
	return tls ? tls->ssl : NULL;
}

unsigned long
plugin_bufferevent_get_openssl_error(struct bufferevent *bev)
{
	unsigned long error = 0;
	struct tls *tls = enter(bev);
	if (!tls) return 0;
	if (tls->error_count > 0) {
		error = tls->errors[tls->error_first];
		tls->error_first = (tls->error_first + 1) % TLS_ERRORS_MAX;
		tls->error_count--;
	}
	bufferevent_unlock(bev);
	return error;
}

static uint64_t
change_flags(struct bufferevent *bev, uint64_t set, uint64_t clear)
{
	struct tls *tls = enter(bev);
	if (!tls) return EV_UINT64_MAX;
	uint64_t before = tls->flags;
	tls->flags = (before | set) & ~clear;
	bufferevent_unlock(bev);
	return before;
}

uint64_t
plugin_bufferevent_ssl_set_flags(struct bufferevent *bev, uint64_t flags)
{
	return change_flags(bev, flags, 0);
}

uint64_t
plugin_bufferevent_ssl_clear_flags(struct bufferevent *bev, uint64_t flags)
{
	return change_flags(bev, 0, flags);
}

uint64_t
plugin_bufferevent_ssl_get_flags(struct bufferevent *bev)
{
	return change_flags(bev, 0, 0);
}

int
plugin_bufferevent_openssl_get_allow_dirty_shutdown(struct bufferevent *bev)
{
	uint64_t flags = change_flags(bev, 0, 0);
	return flags == EV_UINT64_MAX ? -1 : (flags & BUFFEREVENT_SSL_DIRTY_SHUTDOWN) != 0;
}

void
plugin_bufferevent_openssl_set_allow_dirty_shutdown(struct bufferevent *bev, int allow)
{
	(void)change_flags(bev, allow ? BUFFEREVENT_SSL_DIRTY_SHUTDOWN : 0, allow ? 0 : BUFFEREVENT_SSL_DIRTY_SHUTDOWN);
}

int
plugin_bufferevent_ssl_renegotiate(struct bufferevent *bev)
{
	struct tls *tls = enter(bev);
	if (!tls) return -1;
	ERR_clear_error();
	int result = !tls->ended && !tls->handshaking && SSL_renegotiate(tls->ssl) == 1 ? 0 : -1;
	ERR_clear_error();
	if (result == 0) {
		/* Reading and writing carry it out, so that data that comes in between is not in its way. */
		tls->renegotiating = true;
		bufferevent_type_schedule(bev, EV_READ | EV_WRITE);
	}
	bufferevent_unlock(bev);
	return result;
}
