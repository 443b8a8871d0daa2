/* SPDX-License-Identifier: BSD-3-Clause */
/* One function a command, and a table of them. Replies are RESP 2, which every Redis client understands. */
#include "command.h"

#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

typedef void command_fn(struct store *store, const struct request *request, struct evbuffer *reply);

static void
reply_text(struct evbuffer *reply, const char *text)
{
	evbuffer_add(reply, text, strlen(text));
}

static void
reply_number(struct evbuffer *reply, int64_t number)
{
	evbuffer_add_printf(reply, ":%" PRId64 "\r\n", number);
}

static void
reply_bulk(struct evbuffer *reply, const char *data, size_t len)
{
	evbuffer_add_printf(reply, "$%zu\r\n", len);
	evbuffer_add(reply, data, len);
	evbuffer_add(reply, "\r\n", 2);
}

static bool
is(const struct request_arg *arg, const char *word)
{
	return arg->len == strlen(word) && strncasecmp(arg->data, word, arg->len) == 0;
}

/* ---- The commands ------------------------------------------------------------------------------------------------ */

static void
run_ping(struct store *store, const struct request *request, struct evbuffer *reply)
{
	(void)store;
	if (request->count == 1)
		reply_text(reply, "+PONG\r\n");
	else
		reply_bulk(reply, request->args[1].data, request->args[1].len);
}

static void
run_quit(struct store *store, const struct request *request, struct evbuffer *reply)
{
	(void)store, (void)request;
	reply_text(reply, "+OK\r\n");
}

static void
run_get(struct store *store, const struct request *request, struct evbuffer *reply)
{
	const struct store_item *item = store_get(store, request->args[1].data, request->args[1].len);
	if (item)
		reply_bulk(reply, item->bytes + item->key_len, item->value_len);
	else
		reply_text(reply, "$-1\r\n");
}

static void
run_set(struct store *store, const struct request *request, struct evbuffer *reply)
{
	const struct request_arg *key = &request->args[1], *value = &request->args[2];
	bool kept = store_set(store, key->data, key->len, value->data, value->len) == 0;
	reply_text(reply, kept ? "+OK\r\n" : "-OOM the store is full\r\n");
}

static void
run_del(struct store *store, const struct request *request, struct evbuffer *reply)
{
	int64_t count = 0;
	for (size_t i = 1; i < request->count; i++)
		count += store_del(store, request->args[i].data, request->args[i].len);
	reply_number(reply, count);
}

static void
run_exists(struct store *store, const struct request *request, struct evbuffer *reply)
{
	int64_t count = 0;
	for (size_t i = 1; i < request->count; i++)
		count += store_get(store, request->args[i].data, request->args[i].len) != NULL;
	reply_number(reply, count);
}

/* A number as INCR writes it, and no other text. */
static bool
to_number(const char *data, size_t len, int64_t *number)
{
	char text[32], again[32];
	if (len >= sizeof(text)) return false;
	memcpy(text, data, len);
	text[len] = '\0';
	if (sscanf(text, "%" SCNd64, number) != 1) return false;
	snprintf(again, sizeof(again), "%" PRId64, *number);
	return strcmp(text, again) == 0;
}

static void
run_incr(struct store *store, const struct request *request, struct evbuffer *reply)
{
	const struct request_arg *key = &request->args[1];
	const struct store_item *item = store_get(store, key->data, key->len);
	int64_t number = 0;
	char text[32];
	if (item && !to_number(item->bytes + item->key_len, item->value_len, &number)) {
		reply_text(reply, "-ERR value is not an integer or out of range\r\n");
	} else if (number == INT64_MAX) {
		reply_text(reply, "-ERR increment would overflow\r\n");
	} else {
		int len = snprintf(text, sizeof(text), "%" PRId64, ++number);
		if (store_set(store, key->data, key->len, text, (size_t)len) == 0)
			reply_number(reply, number);
		else
			reply_text(reply, "-OOM the store is full\r\n");
	}
}

/* What redis-benchmark asks for before it begins. */
static void
run_config(struct store *store, const struct request *request, struct evbuffer *reply)
{
	(void)store;
	if (!is(&request->args[1], "GET"))
		reply_text(reply, "-ERR only CONFIG GET is known\r\n");
	else if (is(&request->args[2], "save"))
		reply_text(reply, "*2\r\n$4\r\nsave\r\n$0\r\n\r\n");
	else if (is(&request->args[2], "appendonly"))
		reply_text(reply, "*2\r\n$10\r\nappendonly\r\n$2\r\nno\r\n");
	else
		reply_text(reply, "*0\r\n");
}

static command_fn run_command;

static const struct command {
	const char *name;
	size_t least, most; /* arguments, the name among them */
	command_fn *run;
} commands[] = {
	{"COMMAND", 1, REQUEST_ARGS_MAX, run_command},
	{"CONFIG", 3, 3, run_config},
	{"DEL", 2, REQUEST_ARGS_MAX, run_del},
	{"ECHO", 2, 2, run_ping},
	{"EXISTS", 2, REQUEST_ARGS_MAX, run_exists},
	{"GET", 2, 2, run_get},
	{"INCR", 2, 2, run_incr},
	{"PING", 1, 2, run_ping},
	{"QUIT", 1, 1, run_quit},
	{"SET", 3, 3, run_set},
};

#define COMMAND_COUNT (sizeof(commands) / sizeof(commands[0]))

/* redis-cli asks for descriptions, which we do not have. */
static void
run_command(struct store *store, const struct request *request, struct evbuffer *reply)
{
	(void)store;
	if (request->count == 2 && is(&request->args[1], "COUNT"))
		reply_number(reply, COMMAND_COUNT);
	else
		reply_text(reply, "*0\r\n");
}

/* ---- Finding them ------------------------------------------------------------------------------------------------ */

/* The name goes into a line of its own, so a line's end within it must not. */
static void
reply_unknown(struct evbuffer *reply, const struct request_arg *name)
{
	char text[64];
	size_t len = name->len < sizeof(text) - 1 ? name->len : sizeof(text) - 1;
	for (size_t i = 0; i < len; i++)
		text[i] = name->data[i] >= ' ' && name->data[i] <= '~' ? name->data[i] : '?';
	text[len] = '\0';
	evbuffer_add_printf(reply, "-ERR unknown command '%s'\r\n", text);
}

bool
command_run(struct store *store, const struct request *request, struct evbuffer *reply)
{
	const struct command *command = commands, *end = commands + COMMAND_COUNT;
	while (command < end && !is(&request->args[0], command->name))
		command++;
	if (command == end)
		reply_unknown(reply, &request->args[0]);
	else if (request->count < command->least || request->count > command->most)
		evbuffer_add_printf(reply, "-ERR wrong number of arguments for '%s'\r\n", command->name);
	else
		command->run(store, request, reply);
	return command == end || command->run != run_quit;
}
