/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef EVENT2_TAG_COMPAT_H_INCLUDED_
#define EVENT2_TAG_COMPAT_H_INCLUDED_

/** @file event2/tag_compat.h
 *
 * Two names from before the functions of event2/tag.h had their prefix. Include event2/tag.h for the functions.
 */

#define encode_int(evbuf, number) evtag_encode_int((evbuf), (number))     /**< evtag_encode_int() */
#define encode_int64(evbuf, number) evtag_encode_int64((evbuf), (number)) /**< evtag_encode_int64() */

#endif
