/* SPDX-License-Identifier: BSD-3-Clause */
/* Version numbers. Programs compare event_get_version() with what they were compiled against, so it tells which
 * libevent we stand in for; our own number is mkevent_version(). */
#include "config.h"

#include <event2/event.h>
#include <event2/plugin.h>

const char *
event_get_version(void)
{
	return "2.1.12-stable";
}

ev_uint32_t
event_get_version_number(void)
{
	return 0x02010c00;
}

const char *
mkevent_version(void)
{
	return PACKAGE_VERSION;
}
