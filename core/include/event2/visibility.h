/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef EVENT2_VISIBILITY_H_INCLUDED_
#define EVENT2_VISIBILITY_H_INCLUDED_

/** @file event2/visibility.h
 *
 * The marks in front of every public declaration. The libraries are compiled with hidden visibility, so these marks
 * alone decide what a library exports; to a program they mean nothing.
 */

#include <event2/event-config.h>

/** In front of what the facades (libevent_extra and so on) export. */
#if defined(__GNUC__) && !defined(_WIN32) && !defined(__CYGWIN__)
#define EVENT2_EXPORT_SYMBOL __attribute__((visibility("default")))
#else
#define EVENT2_EXPORT_SYMBOL
#endif

/** In front of what libevent_core exports. */
#ifndef EVENT2_CORE_EXPORT_SYMBOL
#define EVENT2_CORE_EXPORT_SYMBOL EVENT2_EXPORT_SYMBOL
#endif

#endif
