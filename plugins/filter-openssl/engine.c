/* SPDX-License-Identifier: BSD-3-Clause */
/* Bytes through OpenSSL.
 *
 * Any call may want the other direction first, so what each operation waits for is kept apart. OpenSSL may hold bytes
 * that it has read already: whoever stops reading before it says WANT_READ asks for another turn, for the socket will
 * not become readable again for them. A write that must be repeated is repeated with at least as many bytes.
 *
 * The lock is released around the handshake alone, where the program's callbacks (verification, names, tickets) run. */
#include "tls.h"

#include <errno.h>
#include <event2/buffer.h>
#include <openssl/err.h>

#define RECORD 16384 /* RFC 8446, 5.1: the most that one record holds */
#define HINT_SMALL 2048
/* Then the program's callbacks have their turn, and others theirs. What was read then lies in the cache still, and in
 * chains that need not be given back to the kernel. */
#define READ_AT_ONCE (4 * RECORD)
#define RECORDS_WRITTEN_AT_ONCE 16

struct tls *
tls_of(const struct bufferevent *bev)
{
	struct tls *tls = bufferevent_type_data(bev, &tls_socket_ops);
	return tls ? tls : bufferevent_type_data(bev, &tls_filter_ops);
}

/* ---- Ends -------------------------------------------------------------------------------------------------------- */

/* Takes the thread's queue of errors over, so that none is left for somebody else's call. */
static void
collect_errors(struct tls *tls)
{
	unsigned long error;
	while ((error = ERR_get_error()) != 0) {
		if (tls->error_count == TLS_ERRORS_MAX) continue;
		tls->errors[(tls->error_first + tls->error_count++) % TLS_ERRORS_MAX] = error;
	}
}

void
tls_fail(struct tls *tls, short what, int error)
{
	if (tls->ended) return;
	tls->ended = true;
	tls->arm(tls);
	bufferevent_type_event(tls->bev, what, error);
}

/* The stream was cut off without a goodbye: an end only for those who said that they take it for one. */
static bool
is_cut_off(int reason, int result, int error)
{
	if (reason == SSL_ERROR_SYSCALL) return result == 0 || error == 0;
#ifdef SSL_R_UNEXPECTED_EOF_WHILE_READING
	return ERR_GET_REASON(ERR_peek_error()) == SSL_R_UNEXPECTED_EOF_WHILE_READING;
#else
	return false;
#endif
}

static void
end(struct tls *tls, short direction, int reason, int result)
{
	int error = errno;
	if (reason == SSL_ERROR_ZERO_RETURN && direction == BEV_EVENT_READING) {
		/* The peer writes no more. What we have to say may still go out. */
		ERR_clear_error();
		tls->read_ended = true;
		tls->arm(tls);
		bufferevent_type_event(tls->bev, (short)(direction | BEV_EVENT_EOF), 0);
		return;
	}
	bool cut_off = is_cut_off(reason, result, error);
	collect_errors(tls);
	if (cut_off || reason != SSL_ERROR_SYSCALL) error = 0;
	short what = cut_off && (tls->flags & BUFFEREVENT_SSL_DIRTY_SHUTDOWN) ? BEV_EVENT_EOF : BEV_EVENT_ERROR;
	tls_fail(tls, (short)(direction | what), error);
}

/* After a call that did not succeed: what it waits for, or 0 when that was the end. */
static short
wanted(struct tls *tls, short direction, int result)
{
	int reason = SSL_get_error(tls->ssl, result);
	if (reason == SSL_ERROR_WANT_READ || reason == SSL_ERROR_WANT_WRITE) {
		ERR_clear_error();
		return reason == SSL_ERROR_WANT_READ ? EV_READ : EV_WRITE;
	}
	end(tls, direction, reason, result);
	return 0;
}

/* How much went over the wire since it was asked last; a filter's is paid by what is under it. */
static size_t
wire_bytes(struct tls *tls, short what)
{
	if (tls->under) return 0;
	uint64_t *before = what == EV_READ ? &tls->wire_in : &tls->wire_out;
	uint64_t now =
		what == EV_READ ? BIO_number_read(SSL_get_rbio(tls->ssl)) : BIO_number_written(SSL_get_wbio(tls->ssl));
	size_t moved = now >= *before ? (size_t)(now - *before) : (size_t)now;
	*before = now;
	return moved;
}

/* ---- Handshake --------------------------------------------------------------------------------------------------- */

void
tls_take_over(struct tls *tls, SSL *ssl, enum bufferevent_ssl_state state)
{
	tls->ssl = ssl;
	tls->initial = state;
	tls->read_hint = HINT_SMALL;
	/* Output buffers move and grow between a write and its repetition. */
	SSL_set_mode(ssl, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
	/* One read for a record's head and body, not two. */
	SSL_set_read_ahead(ssl, 1);
	tls_restart(tls);
}

/* It is the peer that speaks first: a try before would be in vain, and have OpenSSL make its buffers, 40 KB, for one
 * that may never speak. What is under us otherwise than by the socket alone may hold first bytes already. */
static void
accept_when_spoken_to(struct tls *tls)
{
	SSL_set_accept_state(tls->ssl);
	if (!tls->under && SSL_get_rbio(tls->ssl) && BIO_pending(SSL_get_rbio(tls->ssl)) == 0)
		tls->handshake_wants = EV_READ;
}

void
tls_restart(struct tls *tls)
{
	tls->handshaking = tls->initial != BUFFEREVENT_SSL_OPEN;
	tls->handshake_wants = tls->read_wants = tls->write_wants = 0;
	tls->read_ended = tls->ended = tls->renegotiating = false;
	tls->write_again = 0;
	tls->wire_in = tls->wire_out = 0;
	if (!tls->handshaking) return;
	if (!SSL_in_before(tls->ssl)) SSL_clear(tls->ssl); /* it had a connection before this one */
	if (tls->initial == BUFFEREVENT_SSL_CONNECTING)
		SSL_set_connect_state(tls->ssl);
	else
		accept_when_spoken_to(tls);
}

static void
handshake(struct tls *tls)
{
	ERR_clear_error();
	tls->shaking = true;
	bufferevent_unlock(tls->bev);
	errno = 0;
	int result = SSL_do_handshake(tls->ssl);
	int error = errno;
	bufferevent_lock(tls->bev);
	tls->shaking = false;
	if (tls->cut) { /* freed meanwhile, from another thread */
		SSL_set_bio(tls->ssl, NULL, NULL);
		ERR_clear_error();
		return;
	}
	errno = error;
	if (result != 1) {
		tls->handshake_wants = wanted(tls, BEV_EVENT_READING, result);
		return;
	}
	tls->handshaking = false;
	tls->handshake_wants = 0;
	bufferevent_type_event(tls->bev, BEV_EVENT_CONNECTED, 0);
	/* Bytes may have come with its last message; output may wait since the beginning. */
	bufferevent_type_schedule(tls->bev, EV_READ | EV_WRITE);
}

static void
look_for_renegotiated(struct tls *tls)
{
	if (!tls->renegotiating || SSL_renegotiate_pending(tls->ssl) || SSL_in_init(tls->ssl)) return;
	tls->renegotiating = false;
	bufferevent_type_event(tls->bev, BEV_EVENT_CONNECTED, 0);
}

/* ---- Moving bytes ------------------------------------------------------------------------------------------------ */

/* Reads once into the input. Returns the bytes; 0 or less as SSL_read() does, or when there was no memory (then 0 with
 * the error event on its way). */
static int
read_record(struct tls *tls, size_t room)
{
	struct evbuffer *input = bufferevent_get_input(tls->bev);
	struct evbuffer_iovec space;
	(void)evbuffer_unfreeze(input, 0);
	if (evbuffer_reserve_space(input, (ev_ssize_t)tls->read_hint, &space, 1) != 1) {
		(void)evbuffer_freeze(input, 0);
		tls_fail(tls, BEV_EVENT_READING | BEV_EVENT_ERROR, ENOMEM);
		return 0;
	}
	size_t size = space.iov_len < room ? space.iov_len : room;
	if (size > RECORD) size = RECORD;
	ERR_clear_error();
	errno = 0;
	int result = SSL_read(tls->ssl, space.iov_base, (int)size);
	space.iov_len = result > 0 ? (size_t)result : 0;
	int error = errno;
	(void)evbuffer_commit_space(input, &space, 1);
	(void)evbuffer_freeze(input, 0);
	errno = error;
	if (result > 0)
		tls->read_hint = (size_t)result >= tls->read_hint ? RECORD
						 : result < HINT_SMALL / 2        ? HINT_SMALL
														  : tls->read_hint;
	return result;
}

static void
read_some(struct tls *tls)
{
	size_t total = 0, room;
	tls->read_wants = 0;
	while (!tls->ended && !tls->read_ended && (room = bufferevent_type_room(tls->bev, EV_READ)) > 0) {
		if (total >= READ_AT_ONCE) {
			bufferevent_type_schedule(tls->bev, EV_READ);
			return;
		}
		int result = read_record(tls, room);
		if (tls->ended) return;
		look_for_renegotiated(tls);
		if (result <= 0) {
			tls->read_wants = wanted(tls, BEV_EVENT_READING, result);
			return;
		}
		total += (size_t)result;
		bufferevent_type_moved(tls->bev, EV_READ, wire_bytes(tls, EV_READ));
		if (tls_bio_drained(tls->ssl) && !SSL_has_pending(tls->ssl)) return;
	}
	/* No room: when there is some again enable() asks for a turn. */
}

/* Writes one record at most. Returns false when there is no more to be done now. */
static bool
write_record(struct tls *tls)
{
	struct evbuffer *output = bufferevent_get_output(tls->bev);
	size_t len = evbuffer_get_length(output), room = bufferevent_type_room(tls->bev, EV_WRITE);
	if (len > room) len = room;
	if (len > RECORD) len = RECORD;
	if (len < tls->write_again) len = tls->write_again;
	if (len == 0) return false;
	const unsigned char *data = evbuffer_pullup(output, (ev_ssize_t)len);
	if (!data) {
		tls_fail(tls, BEV_EVENT_WRITING | BEV_EVENT_ERROR, ENOMEM);
		return false;
	}
	ERR_clear_error();
	errno = 0;
	int result = SSL_write(tls->ssl, data, (int)len);
	look_for_renegotiated(tls);
	if (result <= 0) {
		tls->write_again = len;
		tls->write_wants = wanted(tls, BEV_EVENT_WRITING, result);
		return false;
	}
	tls->write_again = 0;
	(void)evbuffer_unfreeze(output, 1);
	(void)evbuffer_drain(output, (size_t)result);
	(void)evbuffer_freeze(output, 1);
	bufferevent_type_moved(tls->bev, EV_WRITE, wire_bytes(tls, EV_WRITE));
	return true;
}

static void
write_some(struct tls *tls)
{
	size_t records = 0;
	tls->write_wants = 0;
	while (!tls->ended && write_record(tls)) {
		if (++records < RECORDS_WRITTEN_AT_ONCE) continue;
		bufferevent_type_schedule(tls->bev, EV_WRITE);
		return;
	}
}

void
tls_turn(struct tls *tls, short what, short ready)
{
	if (tls->ended || !tls->begun(tls)) return;
	if (tls->handshaking) {
		if (what || !tls->handshake_wants || (ready & tls->handshake_wants)) handshake(tls);
	} else {
		short on = bufferevent_type_on(tls->bev);
		if ((on & EV_READ) && ((what & EV_READ) || (ready & (tls->read_wants ? tls->read_wants : EV_READ))))
			read_some(tls);
		if ((on & EV_WRITE) && ((what & EV_WRITE) || (ready & tls->write_wants))) write_some(tls);
	}
	tls->arm(tls);
}

short
tls_wants(const struct tls *tls)
{
	if (tls->ended) return 0;
	if (tls->handshaking) return tls->handshake_wants;
	short on = bufferevent_type_on(tls->bev), wants = 0;
	if ((on & EV_READ) && !tls->read_ended) wants |= tls->read_wants ? tls->read_wants : EV_READ;
	if (on & EV_WRITE) wants |= tls->write_wants;
	return wants;
}

void
tls_goodbye(struct tls *tls)
{
	if (tls->ended || tls->handshaking || !tls->begun(tls)) return;
	if ((SSL_get_shutdown(tls->ssl) & SSL_SENT_SHUTDOWN) || SSL_in_init(tls->ssl)) return;
	if (!tls_bio_is_ours(tls->ssl)) return; /* it might raise SIGPIPE where no program expects it */
	ERR_clear_error();
	(void)SSL_shutdown(tls->ssl);
	ERR_clear_error();
}

/* Nothing is to come: then the peer is told, though its own bytes may still be wanted. */
int
tls_flush(struct bufferevent *bev, short what, enum bufferevent_flush_mode mode)
{
	struct tls *tls = tls_of(bev);
	if (mode != BEV_FINISHED || !(what & EV_WRITE) || evbuffer_get_length(bufferevent_get_output(bev))) return 0;
	tls_goodbye(tls);
	return 0;
}

/* ---- The type's functions ---------------------------------------------------------------------------------------- */

int
tls_enable(struct bufferevent *bev, short what)
{
	struct tls *tls = tls_of(bev);
	if (tls->ended || !tls->begun(tls)) return 0;
	/* Bytes may lie in OpenSSL, or a handshake waits for its beginning: not here, for this may be any thread. */
	bufferevent_type_schedule(bev, what);
	return 0;
}

void
tls_disable(struct bufferevent *bev, short what)
{
	struct tls *tls = tls_of(bev);
	(void)what;
	tls->arm(tls);
}

/* Each write of the program is a record at once, as libevent has it: peers exist that take a record for a message. */
void
tls_output(struct bufferevent *bev)
{
	struct tls *tls = tls_of(bev);
	if (tls->handshaking || tls->write_wants) return; /* they go on by themselves */
	if (tls->flags & BUFFEREVENT_SSL_BATCH_WRITE)
		bufferevent_type_schedule(bev, EV_WRITE);
	else
		tls_turn(tls, EV_WRITE, 0);
}

void
tls_work(struct bufferevent *bev, short what)
{
	struct tls *tls = tls_of(bev);
	/* A handshake that waits for the peer gains nothing from another try. */
	if (tls->handshaking && tls->handshake_wants)
		tls->arm(tls);
	else
		tls_turn(tls, what, 0);
}

int
tls_connected(struct bufferevent *bev)
{
	return !tls_of(bev)->handshaking;
}
