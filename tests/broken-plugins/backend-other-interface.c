/* SPDX-License-Identifier: BSD-3-Clause */
/* Defect: its interface has another major version, though the contract is the same. */
#define FIXTURE_NAME "backend-other-interface"
#define FIXTURE_BACKEND_MAJOR (EVENT_PLUGIN_BACKEND_MAJOR + 1)
#include "fixture.h"
