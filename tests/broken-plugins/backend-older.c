/* SPDX-License-Identifier: BSD-3-Clause */
/* No defect: made when descriptor and interface ended earlier. What lies behind their stated sizes must not be read. */
#include <stddef.h>
#define FIXTURE_NAME "backend-older"
#define FIXTURE_SIZE offsetof(struct event_plugin_descriptor, calls)
#define FIXTURE_BACKEND_SIZE offsetof(struct event_plugin_backend, signal)
#include "fixture.h"
