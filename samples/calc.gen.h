/* Written by event_rpcgen: change the .rpc file instead. */

#ifndef EVENT_RPCOUT_CALC_GEN_H_
#define EVENT_RPCOUT_CALC_GEN_H_

#include <event2/util.h>
#include <event2/rpc.h>

#ifdef __cplusplus
extern "C" {
#endif

struct evbuffer;
struct calc_terms;
struct calc_total;

/* Tags of calc_terms, and what comes behind the largest */
enum calc_terms_ {
	CALC_TERMS_TERM = 1,
	CALC_TERMS_LABEL = 2,
	CALC_TERMS_MAX_TAGS
};

/* How EVTAG_ASSIGN() and the like reach the fields */
struct calc_terms_access_ {
	int (*term_assign)(struct calc_terms *, int, const ev_uint64_t );
	int (*term_get)(struct calc_terms *, int, ev_uint64_t *);
	ev_uint64_t *(*term_add)(struct calc_terms *, const ev_uint64_t );
	int (*label_assign)(struct calc_terms *, const char *);
	int (*label_get)(struct calc_terms *, char **);
};

struct calc_terms {
	struct calc_terms_access_ *base;

	ev_uint64_t *term_data;
	int term_length;
	int term_num_allocated;
	char *label_data;
	ev_uint8_t term_set;
	ev_uint8_t label_set;
};

struct calc_terms *calc_terms_new(void);
struct calc_terms *calc_terms_new_with_arg(void *);
void calc_terms_free(struct calc_terms *);
void calc_terms_clear(struct calc_terms *);
void calc_terms_marshal(struct evbuffer *, const struct calc_terms *);
int calc_terms_unmarshal(struct calc_terms *, struct evbuffer *);
int calc_terms_complete(struct calc_terms *);
void evtag_marshal_calc_terms(struct evbuffer *, ev_uint32_t, const struct calc_terms *);
int evtag_unmarshal_calc_terms(struct evbuffer *, ev_uint32_t, struct calc_terms *);
int calc_terms_term_assign(struct calc_terms *, int, const ev_uint64_t );
int calc_terms_term_get(struct calc_terms *, int, ev_uint64_t *);
ev_uint64_t *calc_terms_term_add(struct calc_terms *, const ev_uint64_t );
int calc_terms_label_assign(struct calc_terms *, const char *);
int calc_terms_label_get(struct calc_terms *, char **);
/* --- */

/* Tags of calc_total, and what comes behind the largest */
enum calc_total_ {
	CALC_TOTAL_TOTAL = 1,
	CALC_TOTAL_COUNT = 2,
	CALC_TOTAL_LABEL = 3,
	CALC_TOTAL_MAX_TAGS
};

/* How EVTAG_ASSIGN() and the like reach the fields */
struct calc_total_access_ {
	int (*total_assign)(struct calc_total *, const ev_uint64_t );
	int (*total_get)(struct calc_total *, ev_uint64_t *);
	int (*count_assign)(struct calc_total *, const ev_uint32_t );
	int (*count_get)(struct calc_total *, ev_uint32_t *);
	int (*label_assign)(struct calc_total *, const char *);
	int (*label_get)(struct calc_total *, char **);
};

struct calc_total {
	struct calc_total_access_ *base;

	ev_uint64_t total_data;
	ev_uint32_t count_data;
	char *label_data;
	ev_uint8_t total_set;
	ev_uint8_t count_set;
	ev_uint8_t label_set;
};

struct calc_total *calc_total_new(void);
struct calc_total *calc_total_new_with_arg(void *);
void calc_total_free(struct calc_total *);
void calc_total_clear(struct calc_total *);
void calc_total_marshal(struct evbuffer *, const struct calc_total *);
int calc_total_unmarshal(struct calc_total *, struct evbuffer *);
int calc_total_complete(struct calc_total *);
void evtag_marshal_calc_total(struct evbuffer *, ev_uint32_t, const struct calc_total *);
int evtag_unmarshal_calc_total(struct evbuffer *, ev_uint32_t, struct calc_total *);
int calc_total_total_assign(struct calc_total *, const ev_uint64_t );
int calc_total_total_get(struct calc_total *, ev_uint64_t *);
int calc_total_count_assign(struct calc_total *, const ev_uint32_t );
int calc_total_count_get(struct calc_total *, ev_uint32_t *);
int calc_total_label_assign(struct calc_total *, const char *);
int calc_total_label_get(struct calc_total *, char **);
/* --- */

#ifdef __cplusplus
}
#endif
#endif
