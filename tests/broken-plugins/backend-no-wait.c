/* SPDX-License-Identifier: BSD-3-Clause */
/* Defect: a backend that cannot wait. */
#define FIXTURE_NAME "backend-no-wait"
#define FIXTURE_WAIT NULL
#include "fixture.h"
