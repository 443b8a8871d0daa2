/* SPDX-License-Identifier: BSD-3-Clause */
/* One TLS bufferevent: engine.c moves bytes through OpenSSL, socket.c and filter.c are the two things under it, api.c
 * is what programs call. */
#ifndef FILTER_OPENSSL_TLS_H_
#define FILTER_OPENSSL_TLS_H_

#include <event2/bufferevent.h>
#include <event2/event.h>
#include <event2/event_struct.h>
#include <event2/plugin_bufferevent.h>
#include <event2/plugin_ssl.h>
#include <openssl/ssl.h>
#include <stdbool.h>

#define TLS_ERRORS_MAX 8

enum { TLS_READABLE, TLS_WRITABLE };

/* The data area of a bufferevent of ours. */
struct tls {
	struct bufferevent *bev;
	SSL *ssl;
	bool (*begun)(const struct tls *tls); /* there is something under it to talk through */
	void (*arm)(struct tls *tls);         /* waits for what is wanted, and for nothing else */

	struct event events[2]; /* socket.c */
	evutil_socket_t fd;
	short armed;

	struct bufferevent *under; /* filter.c */
	bool under_ended;

	enum bufferevent_ssl_state initial;
	bool handshaking;
	bool shaking; /* a handshake runs, without the lock: the SSL object is its alone */
	bool cut;     /* what is under it is to be let go of when that is over */
	bool renegotiating;
	bool read_ended; /* the peer said goodbye */
	bool ended;      /* nothing moves any more */

	/* What OpenSSL waits for before it can go on: EV_READ, EV_WRITE or 0. */
	short handshake_wants, read_wants, write_wants;
	size_t write_again; /* bytes of the write that must be repeated */
	size_t read_hint;   /* room for the next record */
	uint64_t wire_in, wire_out;

	uint64_t flags;
	unsigned long errors[TLS_ERRORS_MAX];
	unsigned error_first, error_count;
};

/* ---- engine.c ---- */

/* Does what can be done: goes on with the handshake, or moves bytes in the directions of what, and of those that waited
 * for ready. Called with the lock held, in the loop's thread. */
void tls_turn(struct tls *tls, short what, short ready);
/* The constructors' common part: sets the SSL object up as we need it. */
void tls_take_over(struct tls *tls, SSL *ssl, enum bufferevent_ssl_state state);
/* The next handshake is the beginning of a connection. */
void tls_restart(struct tls *tls);
/* What a read or write event is needed for now. */
short tls_wants(const struct tls *tls);
/* Says goodbye if that was not done, as far as it goes without waiting. */
void tls_goodbye(struct tls *tls);
/* bufferevent_flush(): goodbye when all is written and the program is finished. */
int tls_flush(struct bufferevent *bev, short what, enum bufferevent_flush_mode mode);
/* The bufferevent or socket below ended; what: BEV_EVENT_*. */
void tls_fail(struct tls *tls, short what, int error);

/* ---- bio.c ---- */

/* Called once when the plugin is loaded, and before it goes. Returns 0, or -1 when there is no memory. */
int tls_bio_setup(void);
void tls_bio_cleanup(void);
/* New BIOs, or NULL. The second one wants BIO_set_data() with its struct tls. */
BIO *tls_bio_of_socket(evutil_socket_t fd);
BIO *tls_bio_of_bufferevent(void);
/* True when a socket of ours had no more bytes than the last read took: another read now would be in vain. */
bool tls_bio_drained(const SSL *ssl);
/* Whether the SSL object writes through one of ours. */
bool tls_bio_is_ours(const SSL *ssl);

/* ---- socket.c, filter.c ---- */

extern const struct bufferevent_ops tls_socket_ops, tls_filter_ops;

/* Functions of the bufferevent's type that do not depend on what is under it. */
int tls_enable(struct bufferevent *bev, short what);
void tls_disable(struct bufferevent *bev, short what);
void tls_output(struct bufferevent *bev);
void tls_work(struct bufferevent *bev, short what);
int tls_connected(struct bufferevent *bev);
struct tls *tls_of(const struct bufferevent *bev);

/* ---- Prototypes of what the plugin publishes: plugin_NAME is what the facade calls NAME. ---- */

#define TLS_PROTOTYPE_(result, name, fallback, parameters, arguments) result plugin_##name parameters;
EVENT_PLUGIN_SSL_FUNCTIONS(TLS_PROTOTYPE_)

#endif
