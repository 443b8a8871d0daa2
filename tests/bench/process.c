/* SPDX-License-Identifier: BSD-3-Clause */
/* A process from its start to its end that makes a base and frees it. Built twice: linked with the core alone, and with
 * all of libevent_extra, whose plugins are then loaded as well. */
#include "fresh.h"

#include <event2/event.h>
#ifdef BENCH_PROCESS_ALL
#include <event2/http.h>
#define PROCESS_NAME "fresh_process_all"
#else
#define PROCESS_NAME "fresh_process"
#endif

static int
make_base(void)
{
	struct event_base *base = event_base_new();
	if (!base) return 1;
#ifdef BENCH_PROCESS_ALL
	struct evhttp *http = evhttp_new(base); /* so that the linker keeps the library */
	if (!http) return 1;
	evhttp_free(http);
#endif
	event_base_free(base);
	return 0;
}

static void
fresh(void)
{
	fresh_named(PROCESS_NAME);
}

int
main(int argc, char **argv)
{
	static const struct bench_case cases[] = {{PROCESS_NAME, fresh}, {NULL, NULL}};
	if (fresh_asked(argc, argv)) return make_base();
	return bench_main(argc, argv, cases);
}
