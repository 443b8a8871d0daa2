/* SPDX-License-Identifier: BSD-3-Clause */
#include "mailbox.h"

#include "memory.h"
#include "request.h"

#include <event2/buffer.h>
#include <event2/event.h>

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

void
mailbox_bind(struct http_mailbox *mailbox, struct event_base *base)
{
	mailbox->base = base;
	mailbox->thread = pthread_self();
	STAILQ_INIT(&mailbox->letters);
}

static void
letter_free(struct http_letter *letter)
{
	if (letter->body) evbuffer_free(letter->body);
	http_free(letter->reason);
	http_free(letter);
}

static struct http_letter *
letter_new(const struct http_letter *content, const char *reason, struct evbuffer *body)
{
	struct http_letter *letter = http_alloc(sizeof(*letter));
	if (!letter) return NULL;
	*letter = *content;
	letter->body = NULL;
	letter->reason = NULL;
	if (reason && !(letter->reason = http_strdup(reason))) goto failed;
	if (body) {
		letter->body = evbuffer_new();
		if (!letter->body || evbuffer_add_buffer(letter->body, body) < 0) goto failed;
	}
	return letter;
failed:
	letter_free(letter);
	return NULL;
}

bool
mailbox_pending(struct http_mailbox *mailbox)
{
	pthread_mutex_lock(&lock);
	const bool pending = !STAILQ_EMPTY(&mailbox->letters);
	pthread_mutex_unlock(&lock);
	return pending;
}

/* In the loop. The request cannot go away before all of its letters were read. */
static void
take_out(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	struct evhttp_request *req = arg;
	struct http_mailbox *mailbox = &request_of(req)->mailbox;
	STAILQ_HEAD(, http_letter) letters = STAILQ_HEAD_INITIALIZER(letters);
	pthread_mutex_lock(&lock);
	STAILQ_CONCAT(&letters, &mailbox->letters);
	pthread_mutex_unlock(&lock);
	struct http_letter *letter;
	request_enter(request_of(req));
	while ((letter = STAILQ_FIRST(&letters)) != NULL) {
		STAILQ_REMOVE_HEAD(&letters, next);
		mailbox_deliver(req, letter);
		letter_free(letter);
	}
	request_exit(request_of(req));
}

void
mailbox_post(struct evhttp_request *req, const struct http_letter *content, const char *reason, struct evbuffer *body)
{
	static const struct timeval now = {0, 0};
	struct http_mailbox *mailbox = &request_of(req)->mailbox;
	struct http_letter *letter = letter_new(content, reason, body);
	if (!letter) {
		http_log_memory("an answer from another thread");
		return;
	}
	pthread_mutex_lock(&lock);
	const bool first = STAILQ_EMPTY(&mailbox->letters);
	STAILQ_INSERT_TAIL(&mailbox->letters, letter, next);
	/* Within the lock: once the letter is out, the request may be freed at any moment. */
	if (first && event_base_once(mailbox->base, -1, EV_TIMEOUT, take_out, req, &now) < 0) {
		STAILQ_REMOVE(&mailbox->letters, letter, http_letter, next);
		letter_free(letter);
		http_log_memory("an answer from another thread");
	}
	pthread_mutex_unlock(&lock);
}
