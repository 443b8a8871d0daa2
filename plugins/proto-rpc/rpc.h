/* SPDX-License-Identifier: BSD-3-Clause */
/* What the files of this plugin share: the host, the HTTP functions, hooks, and prototypes of what it publishes
 * (plugin_evtag_peek() is what the facade calls evtag_peek(), and so on). */
#ifndef PROTO_RPC_RPC_H_
#define PROTO_RPC_RPC_H_

#include <event2/plugin.h>
#include <event2/plugin_http.h>
#include <event2/plugin_rpc.h>
#include <stdbool.h>
#include <sys/queue.h>

extern const struct event_plugin_host *rpc_host;
extern const struct event_plugin_http *rpc_http;

#define RPC_PROTOTYPE_(result, name, fallback, parameters, arguments) result plugin_##name parameters;
EVENT_PLUGIN_RPC_FUNCTIONS(RPC_PROTOTYPE_)

/* As calloc(1, size), strdup and free; they follow event_set_mem_functions(). */
void *rpc_zalloc(size_t size);
char *rpc_strdup(const char *text);
void rpc_free(void *memory);
/* Path under which the method is served; NULL when there is no memory. */
char *rpc_path(const char *name);

/* Writes an item's header, with that much room reserved behind it. False, with a log line, when there is no memory. */
bool rpc_put_header(struct evbuffer *buffer, uint32_t tag, uint32_t len, size_t room);

/* Calls release(request) when the client's call ends in whatever way, behind its callback if that is called. */
void rpc_call_on_free(struct evrpc_request_wrapper *call, void (*release)(void *request));

/* ---- Hooks and what a paused call keeps ------------------------------------------------------------------------ */

struct rpc_hook {
	TAILQ_ENTRY(rpc_hook) next;
	int (*process)(void *ctx, struct evhttp_request *req, struct evbuffer *data, void *arg);
	void *arg;
};
TAILQ_HEAD(rpc_hook_list, rpc_hook);

/* A call that a hook paused; go_on gets the result that evrpc_resume_request() brings. */
struct rpc_pause {
	TAILQ_ENTRY(rpc_pause) next;
	void *ctx;
	void (*go_on)(void *ctx, enum EVRPC_HOOK_RESULT result);
};
TAILQ_HEAD(rpc_pause_list, rpc_pause);

/* A pool and a server's base begin with it: the public calls on hooks take either. */
struct rpc_hooks {
	struct rpc_hook_list in, out;
	struct rpc_pause_list paused;
};

/* The beginning of a call's state on either side: what a hook gets as its context. It begins like the struct that
 * EVRPC_HEADER() declares, whose first member is the hooks' data. */
struct rpc_meta;
struct evrpc_hook_meta {
	struct rpc_meta *first;
	struct evhttp_connection *connection;
};
struct rpc_context {
	struct evrpc_hook_meta *meta; /* NULL until a hook asks for it */
};

void rpc_hooks_init(struct rpc_hooks *hooks);
void rpc_hooks_free(struct rpc_hooks *hooks);
/* Runs the hooks in order until one does not say EVRPC_CONTINUE, and returns what it said. */
enum EVRPC_HOOK_RESULT rpc_hooks_run(
	struct rpc_hook_list *list, void *ctx, struct evhttp_request *req, struct evbuffer *data);
/* Returns 0, or -1 when there is no memory. */
int rpc_pause(struct rpc_hooks *hooks, void *ctx, void (*go_on)(void *ctx, enum EVRPC_HOOK_RESULT result));
/* Forgets a pause; true when there was one. */
bool rpc_unpause(struct rpc_hooks *hooks, void *ctx);
/* Remembers the connection of a call for evrpc_hook_get_connection(). */
int rpc_meta_set_connection(struct rpc_context *ctx, struct evhttp_connection *connection);
void rpc_meta_free(struct rpc_context *ctx);

#endif
