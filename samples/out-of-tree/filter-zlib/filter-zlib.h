/* SPDX-License-Identifier: BSD-3-Clause */
/* What the plugin "filter-zlib" offers: bufferevents that compress what goes over the one below. */
#ifndef FILTER_ZLIB_H_
#define FILTER_ZLIB_H_

#include <event2/bufferevent.h>
#include <event2/plugin.h>

#define FILTER_ZLIB_NAME "filter-zlib"
#define FILTER_ZLIB_MAJOR 1
#define FILTER_ZLIB_MINOR 0

struct filter_zlib {
	struct event_plugin_interface head;
	/** A bufferevent over another one, which it owns with BEV_OPT_CLOSE_ON_FREE. Both ends of a connection need one.
	 * Returns NULL when there is no memory. */
	struct bufferevent *(*wrap)(struct event_base *base, struct bufferevent *below, int options);
};

#endif
