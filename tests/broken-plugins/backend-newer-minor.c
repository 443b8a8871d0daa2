/* SPDX-License-Identifier: BSD-3-Clause */
/* Defect: needs a contract that is newer than this core's. */
#define FIXTURE_NAME "backend-newer-minor"
#define FIXTURE_MINOR (EVENT_PLUGIN_ABI_MINOR + 1)
#include "fixture.h"
