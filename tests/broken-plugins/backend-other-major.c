/* SPDX-License-Identifier: BSD-3-Clause */
/* Defect: made for a contract with another major version. */
#define FIXTURE_NAME "backend-other-major"
#define FIXTURE_MAJOR (EVENT_PLUGIN_ABI_MAJOR + 1)
#include "fixture.h"
