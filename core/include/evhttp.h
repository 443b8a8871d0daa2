/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef EVENT1_EVHTTP_H_INCLUDED_
#define EVENT1_EVHTTP_H_INCLUDED_

/** @file evhttp.h
 *
 * The old name of the HTTP headers. New programs include <event2/http.h>, and the others below only as needed.
 */

#include <event.h>
#include <event2/http.h>
#include <event2/http_compat.h>
#include <event2/http_struct.h>

#endif
