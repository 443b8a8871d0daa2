/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef EVENT2_DNS_STRUCT_H_INCLUDED_
#define EVENT2_DNS_STRUCT_H_INCLUDED_

/** @file event2/dns_struct.h
 *
 * What a DNS server's callback may read of a request. Both structs are the visible beginnings of larger ones: they are
 * only reached through pointers that the library hands out.
 */

#include <event2/util.h>

#ifdef __cplusplus
extern "C" {
#endif

/** One request, valid until it is answered or dropped. */
struct evdns_server_request {
	int flags;      /**< flags of the answer: what the question had of EVDNS_FLAGS_RD, what set_flags added */
	int nquestions; /**< at least 1 */
	struct evdns_server_question **questions; /**< nquestions of them */
};

/** One question of a request. */
struct evdns_server_question {
	int type; /**< EVDNS_TYPE_*, EVDNS_QTYPE_* or any other number */
#ifdef __cplusplus
	int dns_question_class; /**< EVDNS_CLASS_INET or any other number */
#else
	/** C programs used the plain word before C++ programs could not. Write dns_question_class in both. */
	int class;
/** The name of the member that C++ allows as well. */
#define dns_question_class class
#endif
	char name[1]; /**< the whole name as the client wrote it, without a dot at its end, terminated */
};

#ifdef __cplusplus
}
#endif
#endif
