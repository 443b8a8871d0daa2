/* SPDX-License-Identifier: BSD-3-Clause */
/* The registry's log lines, which begin with "mkevent: ". What is said in the constructors is kept for later. */
#include "config.h"

#include "registry/internal.h"
#include "util/log.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MESSAGE_BYTES 4096
#define KEPT_MAX 64

struct message {
	struct message *next;
	int severity;
	char text[];
};

static struct message *kept, **kept_end = &kept;
static int kept_count;
static bool released;

/* True when it was kept. Without memory for it, better said too early than never. */
static bool
keep_locked(int severity, const char *text)
{
	if (released || kept_count == KEPT_MAX) return false;
	size_t length = strlen(text) + 1;
	struct message *message = malloc(sizeof(*message) + length);
	if (!message) return false;
	message->next = NULL;
	message->severity = severity;
	memcpy(message->text, text, length);
	*kept_end = message;
	kept_end = &message->next;
	kept_count++;
	return true;
}

void
message_say(int severity, const char *format, ...)
{
	char text[MESSAGE_BYTES];
	va_list arguments;
	va_start(arguments, format);
	int length = vsnprintf(text, sizeof(text), format, arguments);
	va_end(arguments);
	if (length < 0) return;
	registry_lock();
	bool is_kept = keep_locked(severity, text);
	registry_unlock();
	if (!is_kept) log_line(severity, text);
}

static struct message *
take_all(void)
{
	registry_lock();
	struct message *first = kept;
	kept = NULL;
	kept_end = &kept;
	kept_count = 0;
	__atomic_store_n(&released, true, __ATOMIC_RELAXED);
	registry_unlock();
	return first;
}

void
message_release(void)
{
	if (__atomic_load_n(&released, __ATOMIC_RELAXED)) return;
	struct message *next;
	for (struct message *message = take_all(); message; message = next) {
		next = message->next;
		log_line(message->severity, message->text);
		free(message);
	}
}

void
message_drop_kept(void)
{
	struct message *next;
	for (struct message *message = take_all(); message; message = next) {
		next = message->next;
		free(message);
	}
}
