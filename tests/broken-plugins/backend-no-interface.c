/* SPDX-License-Identifier: BSD-3-Clause */
/* Defect: publishes nothing. */
#define FIXTURE_NAME "backend-no-interface"
#define FIXTURE_INTERFACE NULL
#include "fixture.h"
