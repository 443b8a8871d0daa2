/* SPDX-License-Identifier: BSD-3-Clause */
/* What the plugin has of the core: memory, which follows event_set_mem_functions(), and the log. */
#ifndef PROTO_DNS_MEMORY_H_
#define PROTO_DNS_MEMORY_H_

#include <stddef.h>

/* As malloc, calloc(1, size), realloc, free, strdup; NULL when there is no memory. */
void *dns_alloc(size_t size);
void *dns_zalloc(size_t size);
void *dns_realloc(void *memory, size_t size);
void dns_free(void *memory);
char *dns_strdup(const char *text);

/* One line to the function of evdns_set_log_fn(), else to the program's log: written by dns_log_flush(), which giving a
 * lock back does, since a log function must not run under a lock. Who has no lock calls it. */
void dns_warn(const char *format, ...) __attribute__((format(printf, 1, 2)));
void dns_debug(const char *format, ...) __attribute__((format(printf, 1, 2)));
/* What people may want to know although nothing is wrong: a server is back. */
void dns_note(const char *format, ...) __attribute__((format(printf, 1, 2)));
extern int dns_log_kept_count; /* of all threads together */
void dns_log_write_kept(void);
static inline void
dns_log_flush(void)
{
	if (__atomic_load_n(&dns_log_kept_count, __ATOMIC_RELAXED)) dns_log_write_kept();
}
/* To the program's log. severity: enum event_plugin_log. */
void dns_log_plain(int severity, const char *line);

#endif
