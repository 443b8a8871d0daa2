/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef EVENT1_EVDNS_H_INCLUDED_
#define EVENT1_EVDNS_H_INCLUDED_

/** @file evdns.h
 *
 * What programs of libevent 1.4 include for DNS. New code includes event2/dns.h.
 */

#include <event.h>
#include <event2/dns.h>
#include <event2/dns_compat.h>
#include <event2/dns_struct.h>

#endif
