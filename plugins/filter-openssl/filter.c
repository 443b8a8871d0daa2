/* SPDX-License-Identifier: BSD-3-Clause */
/* TLS over another bufferevent: OpenSSL reads its input and writes its output through a BIO of ours. */
#include "tls.h"

#include <errno.h>
#include <event2/buffer.h>

/* ---- The bufferevent below --------------------------------------------------------------------------------------- */

static bool
begun(const struct tls *tls)
{
	return tls->under != NULL;
}

/* While nothing is to be read, the one below reads nothing either, so that the peer feels it. */
static void
arm(struct tls *tls)
{
	if (tls_wants(tls) & EV_READ)
		bufferevent_type_resume(tls->under, EV_READ);
	else
		bufferevent_type_suspend(tls->under, EV_READ);
}

static void
under_readable(struct bufferevent *under, void *arg)
{
	struct tls *tls = arg;
	struct bufferevent *bev = tls->bev;
	(void)under;
	bufferevent_type_begin(bev);
	tls_turn(tls, 0, EV_READ);
	bufferevent_type_end(bev);
}

static void
under_writable(struct bufferevent *under, void *arg)
{
	struct tls *tls = arg;
	struct bufferevent *bev = tls->bev;
	(void)under;
	bufferevent_type_begin(bev);
	tls_turn(tls, 0, EV_WRITE);
	bufferevent_type_end(bev);
}

static void
under_ended(struct tls *tls, short what, int error)
{
	tls->under_ended = true;
	/* What came before the end is read first; OpenSSL then sees the end itself and knows whether it is a clean one. */
	if ((what & BEV_EVENT_EOF) && (tls->handshaking || (bufferevent_type_on(tls->bev) & EV_READ))) {
		tls_turn(tls, EV_READ, EV_READ);
		return;
	}
	if ((what & BEV_EVENT_EOF) && evbuffer_get_length(bufferevent_get_input(tls->under)) > 0) return;
	if (tls->read_ended) return;
	bool fine = (what & BEV_EVENT_EOF) && (tls->flags & BUFFEREVENT_SSL_DIRTY_SHUTDOWN);
	short direction = what & (BEV_EVENT_READING | BEV_EVENT_WRITING);
	tls_fail(tls, (short)(direction | (fine ? BEV_EVENT_EOF : BEV_EVENT_ERROR)), error);
}

static void
under_event(struct bufferevent *under, short what, void *arg)
{
	struct tls *tls = arg;
	struct bufferevent *bev = tls->bev;
	int error = errno;
	(void)under;
	bufferevent_type_begin(bev);
	if (what & (BEV_EVENT_EOF | BEV_EVENT_ERROR))
		under_ended(tls, what, error);
	else if (what & BEV_EVENT_TIMEOUT)
		bufferevent_type_event(bev, what, 0);
	else if ((what & BEV_EVENT_CONNECTED) && !tls->handshaking)
		bufferevent_type_event(bev, BEV_EVENT_CONNECTED, 0);
	else if (what & BEV_EVENT_CONNECTED)
		tls_turn(tls, EV_WRITE, EV_READ | EV_WRITE);
	bufferevent_type_end(bev);
}

static void
unlink_filter(struct bufferevent *bev)
{
	struct tls *tls = tls_of(bev);
	if (!tls->under) return;
	bool close = bufferevent_type_options(bev) & BEV_OPT_CLOSE_ON_FREE;
	bufferevent_setcb(tls->under, NULL, NULL, NULL, NULL);
	if (!close) bufferevent_type_resume(tls->under, EV_READ);
	/* The BIO leads to us: it goes now, while the SSL object may live on. */
	if (tls->shaking)
		tls->cut = true;
	else
		SSL_set_bio(tls->ssl, NULL, NULL);
	tls->ended = true;
}

static void
destruct(struct bufferevent *bev)
{
	struct tls *tls = tls_of(bev);
	if (tls->ssl && (bufferevent_type_options(bev) & BEV_OPT_CLOSE_ON_FREE)) SSL_free(tls->ssl);
}

static int
flush(struct bufferevent *bev, short what, enum bufferevent_flush_mode mode)
{
	(void)tls_flush(bev, what, mode);
	return bufferevent_flush(tls_of(bev)->under, what, mode);
}

const struct bufferevent_ops tls_filter_ops = {
	.head = {sizeof(struct bufferevent_ops), BUFFEREVENT_TYPE_MAJOR, BUFFEREVENT_TYPE_MINOR},
	.name = "tls over a bufferevent",
	.flags = BUFFEREVENT_TYPE_CORE_TIMEOUTS,
	.data_size = sizeof(struct tls),
	.enable = tls_enable,
	.disable = tls_disable,
	.output = tls_output,
	.work = tls_work,
	.flush = flush,
	.unlink = unlink_filter,
	.destruct = destruct,
};

struct bufferevent *
plugin_bufferevent_openssl_filter_new(struct event_base *base, struct bufferevent *under, struct ssl_st *ssl,
	enum bufferevent_ssl_state state, int options)
{
	BIO *bio = under && ssl ? tls_bio_of_bufferevent() : NULL;
	if (!bio) return NULL;
	struct bufferevent *bev = bufferevent_type_new(base, &tls_filter_ops, options, under);
	if (!bev) {
		BIO_free(bio);
		return NULL;
	}
	struct tls *tls = bufferevent_type_data(bev, &tls_filter_ops);
	tls->bev = bev;
	tls->begun = begun;
	tls->arm = arm;
	tls->fd = -1;
	tls->under = under;
	BIO_set_data(bio, tls);
	SSL_set_bio(ssl, bio, bio);
	tls_take_over(tls, ssl, state);
	bufferevent_setcb(under, under_readable, under_writable, under_event, tls);
	(void)bufferevent_enable(under, EV_READ | EV_WRITE);
	(void)bufferevent_type_ready(bev); /* enable() of ours cannot fail */
	return bev;
}
