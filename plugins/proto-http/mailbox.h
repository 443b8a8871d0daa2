/* SPDX-License-Identifier: BSD-3-Clause */
/* Answers from other threads. A request remembers the thread that runs its loop; what another thread sends is put into
 * the request's mailbox, in order, and taken out in the loop. */
#ifndef PROTO_HTTP_MAILBOX_H_
#define PROTO_HTTP_MAILBOX_H_

#include <pthread.h>
#include <stdbool.h>
#include <sys/queue.h>

struct evbuffer;
struct evhttp_connection;
struct evhttp_request;
struct event_base;

enum http_letter_kind {
	HTTP_LETTER_ERROR,
	HTTP_LETTER_REPLY,
	HTTP_LETTER_START,
	HTTP_LETTER_CHUNK,
	HTTP_LETTER_END,
	HTTP_LETTER_FREE
};

struct http_letter {
	STAILQ_ENTRY(http_letter) next;
	enum http_letter_kind kind;
	int code;
	char *reason;
	struct evbuffer *body;
	void (*written)(struct evhttp_connection *, void *);
	void *arg;
};

struct http_mailbox {
	struct event_base *base; /* NULL: not bound to a thread */
	pthread_t thread;
	STAILQ_HEAD(, http_letter) letters; /* the lock in mailbox.c guards them */
};

/* The calling thread runs the loop. base: where it runs. */
void mailbox_bind(struct http_mailbox *mailbox, struct event_base *base);

/* False in the loop's own thread. */
static inline bool
mailbox_foreign(const struct http_mailbox *mailbox)
{
	return mailbox->base && !pthread_equal(mailbox->thread, pthread_self());
}

/* Sends a letter to the loop, which calls mailbox_deliver() with it. Moves what is in body (or NULL). Logs when there
 * is no memory. */
void mailbox_post(
	struct evhttp_request *req, const struct http_letter *content, const char *reason, struct evbuffer *body);

/* Something is under way. */
bool mailbox_pending(struct http_mailbox *mailbox);

/* What the loop does with a letter: in reply.c. body may be NULL and stays the caller's. */
void mailbox_deliver(struct evhttp_request *req, const struct http_letter *letter);

#endif
