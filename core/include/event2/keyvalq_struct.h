/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef EVENT2_KEYVALQ_STRUCT_H_INCLUDED_
#define EVENT2_KEYVALQ_STRUCT_H_INCLUDED_

/** @file event2/keyvalq_struct.h
 *
 * The list of name and value pairs that holds header fields and query arguments. Programs declare a `struct evkeyvalq`
 * of their own, initialise it with TAILQ_INIT() and walk it with TAILQ_FOREACH() of <sys/queue.h>. Entries are made by
 * evhttp_add_header() and the parsing functions, and given back by evhttp_remove_header() and evhttp_clear_headers();
 * the texts of an entry lie in the entry's own memory, so they are neither freed nor replaced one by one.
 */

#ifdef __cplusplus
extern "C" {
#endif

/* The two macros of <sys/queue.h> that are needed here, for programs that have not included it. */
#ifndef TAILQ_ENTRY
#define EVENT_DEFINED_TQENTRY_
#define TAILQ_ENTRY(type)                                                                                              \
	struct {                                                                                                           \
		struct type *tqe_next;                                                                                         \
		struct type **tqe_prev;                                                                                        \
	}
#endif

#ifndef TAILQ_HEAD
#define EVENT_DEFINED_TQHEAD_
#define TAILQ_HEAD(name, type)                                                                                         \
	struct name {                                                                                                      \
		struct type *tqh_first;                                                                                        \
		struct type **tqh_last;                                                                                        \
	}
#endif

/** One pair. Both texts end with NUL and may be read until the entry is removed. */
struct evkeyval {
	TAILQ_ENTRY(evkeyval) next; /**< in the list */

	char *key;   /**< a header's or a parameter's name */
	char *value; /**< what it has */
};

/** The list's head. */
TAILQ_HEAD(evkeyvalq, evkeyval);

#ifdef EVENT_DEFINED_TQENTRY_
#undef EVENT_DEFINED_TQENTRY_
#undef TAILQ_ENTRY
#endif

#ifdef EVENT_DEFINED_TQHEAD_
#undef EVENT_DEFINED_TQHEAD_
#undef TAILQ_HEAD
#endif

#ifdef __cplusplus
}
#endif
#endif
