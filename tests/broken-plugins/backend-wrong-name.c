/* SPDX-License-Identifier: BSD-3-Clause */
/* Defect: calls itself other than its file. */
#define FIXTURE_NAME "backend-somebody-else"
#include "fixture.h"
