/* SPDX-License-Identifier: BSD-3-Clause */
/* libevent-2.1.so.7 holds nothing of its own: programs that name it get libevent_core and libevent_extra with it, so
 * that one process never holds two cores. These addresses make it need both, whatever a linker drops as unused. */
#include "config.h"

#include <event2/event.h>
#include <event2/http.h>

__attribute__((used)) static void (*const umbrella[])(void) = {
	(void (*)(void))event_base_new,
	(void (*)(void))evhttp_new,
};
