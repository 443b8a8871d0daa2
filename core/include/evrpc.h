/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef EVENT1_EVRPC_H_INCLUDED_
#define EVENT1_EVRPC_H_INCLUDED_

/** @file evrpc.h
 *
 * What programs of libevent 1.4 include for RPC. New code includes event2/rpc.h.
 */

#include <event.h>
#include <event2/rpc.h>
#include <event2/rpc_compat.h>
#include <event2/rpc_struct.h>

#endif
