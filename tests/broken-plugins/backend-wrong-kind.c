/* SPDX-License-Identifier: BSD-3-Clause */
/* Defect: its file's name and the request say backend, its descriptor says protocol. */
#define FIXTURE_NAME "backend-wrong-kind"
#define FIXTURE_KIND EVENT_PLUGIN_PROTOCOL
#include "fixture.h"
