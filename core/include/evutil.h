/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef EVENT1_EVUTIL_H_INCLUDED_
#define EVENT1_EVUTIL_H_INCLUDED_

/** @file evutil.h
 *
 * The old name of event2/util.h, for programs written before event2/ existed. */

#include <event2/util.h>

#endif
