/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef EVENT2_RPC_COMPAT_H_INCLUDED_
#define EVENT2_RPC_COMPAT_H_INCLUDED_

/** @file event2/rpc_compat.h
 *
 * Access to message members as libevent 1.4 had it, with as many arguments as a member's function takes. Needs a GNU
 * compiler mode; otherwise EVTAG_ASSIGN and EVTAG_GET stay those of event2/rpc.h.
 */

#if defined(__GNUC__) && !defined(__STRICT_ANSI__)
#undef EVTAG_ASSIGN
#undef EVTAG_GET
#undef EVTAG_ADD
/** Sets a member. */
#define EVTAG_ASSIGN(msg, member, args...) (*(msg)->base->member##_assign)(msg, ##args)
/** Gets a member. Returns 0, or -1 when it is not set. */
#define EVTAG_GET(msg, member, args...) (*(msg)->base->member##_get)(msg, ##args)
/** Adds one to a member that is an array. */
#define EVTAG_ADD(msg, member, args...) (*(msg)->base->member##_add)(msg, ##args)
#endif

/** How many there are in a member that is an array. */
#define EVTAG_LEN(msg, member) ((msg)->member##_length)

#endif
