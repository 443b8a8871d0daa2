/* SPDX-License-Identifier: BSD-3-Clause */
/* How OpenSSL gets at what is under it: a socket, or a bufferevent's buffers.
 *
 * OpenSSL has a BIO for sockets, but a write to a connection that is gone would raise SIGPIPE through it. */
#include "tls.h"

#include <errno.h>
#include <event2/buffer.h>
#include <sys/socket.h>
#include <unistd.h>

#ifndef MSG_NOSIGNAL
#define MSG_NOSIGNAL 0
#endif

/* What may wait in the output of the bufferevent below before we stop filling it. */
#define UNDER_OUTPUT_MAX 65536
/* The part of a method's type that tells it from others. */
#define BIO_TYPE_NUMBER 0xff

static BIO_METHOD *socket_method, *bufferevent_method;
static int socket_number, bufferevent_number; /* as OpenSSL counts methods */

/* ---- A socket ---------------------------------------------------------------------------------------------------- */

struct socket_bio {
	int fd;
	bool drained; /* the last read got less than it could have */
};

static struct socket_bio *
socket_of(BIO *bio)
{
	return BIO_get_data(bio);
}

static int
socket_destroy(BIO *bio)
{
	OPENSSL_free(BIO_get_data(bio));
	BIO_set_data(bio, NULL);
	return 1;
}

static int
retried(BIO *bio, ssize_t n, void (*retry)(BIO *bio))
{
	if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR)) retry(bio);
	return (int)n;
}

static void
retry_read(BIO *bio)
{
	BIO_set_retry_read(bio);
}

static void
retry_write(BIO *bio)
{
	BIO_set_retry_write(bio);
}

static int
socket_read(BIO *bio, char *out, int size)
{
	BIO_clear_retry_flags(bio);
	if (!out || size <= 0) return 0;
	struct socket_bio *socket = socket_of(bio);
	ssize_t n = read(socket->fd, out, (size_t)size);
	socket->drained = n < size;
	return retried(bio, n, retry_read);
}

static int
socket_write(BIO *bio, const char *data, int size)
{
	BIO_clear_retry_flags(bio);
	if (size <= 0) return 0;
	int fd = socket_of(bio)->fd;
	ssize_t n = send(fd, data, (size_t)size, MSG_NOSIGNAL);
	if (n < 0 && errno == ENOTSOCK) n = write(fd, data, (size_t)size);
	return retried(bio, n, retry_write);
}

static long
socket_ctrl(BIO *bio, int command, long number, void *pointer)
{
	switch (command) {
	case BIO_C_GET_FD:
		if (pointer) *(int *)pointer = socket_of(bio)->fd;
		return socket_of(bio)->fd;
	case BIO_CTRL_GET_CLOSE:
		return BIO_get_shutdown(bio);
	case BIO_CTRL_SET_CLOSE:
		BIO_set_shutdown(bio, (int)number);
		return 1;
	case BIO_CTRL_FLUSH:
	case BIO_CTRL_DUP:
		return 1;
	default:
		return 0;
	}
}

BIO *
tls_bio_of_socket(evutil_socket_t fd)
{
	BIO *bio = BIO_new(socket_method);
	struct socket_bio *socket = bio ? OPENSSL_zalloc(sizeof(*socket)) : NULL;
	if (!socket) {
		BIO_free(bio);
		return NULL;
	}
	socket->fd = (int)fd;
	BIO_set_data(bio, socket);
	BIO_set_shutdown(bio, BIO_NOCLOSE);
	BIO_set_init(bio, 1);
	return bio;
}

/* ---- A bufferevent ----------------------------------------------------------------------------------------------- */

static int
bufferevent_bio_read(BIO *bio, char *out, int size)
{
	struct tls *tls = BIO_get_data(bio);
	BIO_clear_retry_flags(bio);
	if (!tls || !out || size <= 0) return 0;
	int n = evbuffer_remove(bufferevent_get_input(tls->under), out, (size_t)size);
	if (n > 0) return n;
	errno = 0;
	if (tls->under_ended) return 0;
	BIO_set_retry_read(bio);
	return -1;
}

static int
bufferevent_bio_write(BIO *bio, const char *data, int size)
{
	struct tls *tls = BIO_get_data(bio);
	BIO_clear_retry_flags(bio);
	if (!tls || size <= 0) return 0;
	struct evbuffer *output = bufferevent_get_output(tls->under);
	if (evbuffer_get_length(output) >= UNDER_OUTPUT_MAX) {
		BIO_set_retry_write(bio);
		return -1;
	}
	if (evbuffer_add(output, data, (size_t)size) == 0) return size;
	errno = ENOMEM;
	return -1;
}

static long
bufferevent_bio_ctrl(BIO *bio, int command, long number, void *pointer)
{
	struct tls *tls = BIO_get_data(bio);
	(void)pointer;
	switch (command) {
	case BIO_CTRL_GET_CLOSE:
		return BIO_get_shutdown(bio);
	case BIO_CTRL_SET_CLOSE:
		BIO_set_shutdown(bio, (int)number);
		return 1;
	case BIO_CTRL_PENDING:
		return tls ? (long)evbuffer_get_length(bufferevent_get_input(tls->under)) : 0;
	case BIO_CTRL_WPENDING:
		return tls ? (long)evbuffer_get_length(bufferevent_get_output(tls->under)) : 0;
	case BIO_CTRL_FLUSH:
	case BIO_CTRL_DUP:
		return 1;
	default:
		return 0;
	}
}

BIO *
tls_bio_of_bufferevent(void)
{
	BIO *bio = BIO_new(bufferevent_method);
	if (bio) BIO_set_init(bio, 1);
	return bio;
}

/* ---- Both -------------------------------------------------------------------------------------------------------- */

bool
tls_bio_drained(const SSL *ssl)
{
	BIO *bio = SSL_get_rbio(ssl);
	return bio && (BIO_method_type(bio) & BIO_TYPE_NUMBER) == socket_number && socket_of(bio)->drained;
}

bool
tls_bio_is_ours(const SSL *ssl)
{
	BIO *bio = SSL_get_wbio(ssl);
	if (!bio) return false;
	int number = BIO_method_type(bio) & BIO_TYPE_NUMBER;
	return number == socket_number || number == bufferevent_number;
}

static BIO_METHOD *
method_new(int *number, int kind, const char *name, int (*read_fn)(BIO *, char *, int),
	int (*write_fn)(BIO *, const char *, int), long (*ctrl_fn)(BIO *, int, long, void *))
{
	*number = BIO_get_new_index();
	BIO_METHOD *method = BIO_meth_new(*number | kind, name);
	if (!method) return NULL;
	if (BIO_meth_set_read(method, read_fn) && BIO_meth_set_write(method, write_fn) &&
		BIO_meth_set_ctrl(method, ctrl_fn))
		return method;
	BIO_meth_free(method);
	return NULL;
}

int
tls_bio_setup(void)
{
	socket_method = method_new(&socket_number, BIO_TYPE_SOURCE_SINK | BIO_TYPE_DESCRIPTOR, "event socket", socket_read,
		socket_write, socket_ctrl);
	bufferevent_method = method_new(&bufferevent_number, BIO_TYPE_SOURCE_SINK, "bufferevent", bufferevent_bio_read,
		bufferevent_bio_write, bufferevent_bio_ctrl);
	if (socket_method && bufferevent_method && BIO_meth_set_destroy(socket_method, socket_destroy)) return 0;
	tls_bio_cleanup();
	return -1;
}

void
tls_bio_cleanup(void)
{
	BIO_meth_free(socket_method);
	BIO_meth_free(bufferevent_method);
	socket_method = bufferevent_method = NULL;
}
