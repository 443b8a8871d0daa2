/* SPDX-License-Identifier: BSD-3-Clause */
/* Hooks of pools and servers, calls that a hook paused, and the data that hooks keep with a call. */
#include "rpc.h"

#include <string.h>

void
rpc_hooks_init(struct rpc_hooks *hooks)
{
	TAILQ_INIT(&hooks->in);
	TAILQ_INIT(&hooks->out);
	TAILQ_INIT(&hooks->paused);
}

static void
free_list(struct rpc_hook_list *list)
{
	struct rpc_hook *hook;
	while ((hook = TAILQ_FIRST(list)) != NULL) {
		TAILQ_REMOVE(list, hook, next);
		rpc_free(hook);
	}
}

void
rpc_hooks_free(struct rpc_hooks *hooks)
{
	struct rpc_pause *pause;
	free_list(&hooks->in);
	free_list(&hooks->out);
	while ((pause = TAILQ_FIRST(&hooks->paused)) != NULL) {
		TAILQ_REMOVE(&hooks->paused, pause, next);
		rpc_free(pause);
	}
}

static struct rpc_hook_list *
list_of(struct rpc_hooks *hooks, enum EVRPC_HOOK_TYPE type)
{
	switch (type) {
	case EVRPC_INPUT:
		return &hooks->in;
	case EVRPC_OUTPUT:
		return &hooks->out;
	}
	return NULL;
}

void *
plugin_evrpc_add_hook(void *base, enum EVRPC_HOOK_TYPE type,
	int (*process)(void *, struct evhttp_request *, struct evbuffer *, void *), void *arg)
{
	struct rpc_hook_list *list = list_of(base, type);
	if (!list || !process) return NULL;
	struct rpc_hook *hook = rpc_zalloc(sizeof(*hook));
	if (!hook) return NULL;
	hook->process = process;
	hook->arg = arg;
	TAILQ_INSERT_TAIL(list, hook, next);
	return hook;
}

int
plugin_evrpc_remove_hook(void *base, enum EVRPC_HOOK_TYPE type, void *handle)
{
	struct rpc_hook_list *list = list_of(base, type);
	struct rpc_hook *hook;
	if (!list) return 0;
	TAILQ_FOREACH (hook, list, next) {
		if (hook != handle) continue;
		TAILQ_REMOVE(list, hook, next);
		rpc_free(hook);
		return 1;
	}
	return 0;
}

enum EVRPC_HOOK_RESULT
rpc_hooks_run(struct rpc_hook_list *list, void *ctx, struct evhttp_request *req, struct evbuffer *data)
{
	struct rpc_hook *hook, *next;
	for (hook = TAILQ_FIRST(list); hook; hook = next) {
		next = TAILQ_NEXT(hook, next); /* a hook may remove itself */
		int result = hook->process(ctx, req, data, hook->arg);
		if (result != EVRPC_CONTINUE) return result == EVRPC_PAUSE ? EVRPC_PAUSE : EVRPC_TERMINATE;
	}
	return EVRPC_CONTINUE;
}

/* ---- Pauses ------------------------------------------------------------------------------------------------------ */

int
rpc_pause(struct rpc_hooks *hooks, void *ctx, void (*go_on)(void *ctx, enum EVRPC_HOOK_RESULT result))
{
	struct rpc_pause *pause = rpc_zalloc(sizeof(*pause));
	if (!pause) return -1;
	pause->ctx = ctx;
	pause->go_on = go_on;
	TAILQ_INSERT_TAIL(&hooks->paused, pause, next);
	return 0;
}

static struct rpc_pause *
pause_of(struct rpc_hooks *hooks, const void *ctx)
{
	struct rpc_pause *pause;
	TAILQ_FOREACH (pause, &hooks->paused, next)
		if (pause->ctx == ctx) return pause;
	return NULL;
}

bool
rpc_unpause(struct rpc_hooks *hooks, void *ctx)
{
	struct rpc_pause *pause = pause_of(hooks, ctx);
	if (!pause) return false;
	TAILQ_REMOVE(&hooks->paused, pause, next);
	rpc_free(pause);
	return true;
}

int
plugin_evrpc_resume_request(void *base, void *ctx, enum EVRPC_HOOK_RESULT result)
{
	struct rpc_hooks *hooks = base;
	struct rpc_pause *pause = pause_of(hooks, ctx);
	if (!pause) return -1;
	void (*go_on)(void *, enum EVRPC_HOOK_RESULT) = pause->go_on;
	TAILQ_REMOVE(&hooks->paused, pause, next);
	rpc_free(pause);
	go_on(ctx, result);
	return 0;
}

/* ---- Data that hooks keep with a call ---------------------------------------------------------------------------- */

struct rpc_meta {
	struct rpc_meta *next;
	size_t len;
	void *data; /* behind the key, in the same block */
	char key[];
};

static struct evrpc_hook_meta *
meta_of(struct rpc_context *ctx)
{
	if (!ctx->meta) ctx->meta = rpc_zalloc(sizeof(*ctx->meta));
	return ctx->meta;
}

int
rpc_meta_set_connection(struct rpc_context *ctx, struct evhttp_connection *connection)
{
	struct evrpc_hook_meta *meta = meta_of(ctx);
	if (!meta) return -1;
	meta->connection = connection;
	return 0;
}

void
rpc_meta_free(struct rpc_context *ctx)
{
	if (!ctx->meta) return;
	struct rpc_meta *entry;
	while ((entry = ctx->meta->first) != NULL) {
		ctx->meta->first = entry->next;
		rpc_free(entry);
	}
	rpc_free(ctx->meta);
	ctx->meta = NULL;
}

int
plugin_evrpc_hook_add_meta(void *ctx, const char *key, const void *data, size_t len)
{
	struct evrpc_hook_meta *meta = meta_of(ctx);
	size_t key_size = strlen(key) + 1;
	if (!meta || len > SIZE_MAX / 2 || key_size > SIZE_MAX / 4) return -1;
	struct rpc_meta *entry = rpc_host->alloc(sizeof(*entry) + key_size + len);
	if (!entry) return -1;
	memcpy(entry->key, key, key_size);
	entry->data = entry->key + key_size;
	if (len) memcpy(entry->data, data, len);
	entry->len = len;
	entry->next = meta->first; /* so a later value hides an earlier one */
	meta->first = entry;
	return 0;
}

int
plugin_evrpc_hook_find_meta(void *ctx, const char *key, void **data, size_t *len)
{
	struct evrpc_hook_meta *meta = ((struct rpc_context *)ctx)->meta;
	for (struct rpc_meta *entry = meta ? meta->first : NULL; entry; entry = entry->next) {
		if (strcmp(entry->key, key) != 0) continue;
		*data = entry->data;
		*len = entry->len;
		return 0;
	}
	return -1;
}

struct evhttp_connection *
plugin_evrpc_hook_get_connection(void *ctx)
{
	struct evrpc_hook_meta *meta = ((struct rpc_context *)ctx)->meta;
	return meta ? meta->connection : NULL;
}
