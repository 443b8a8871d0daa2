/* SPDX-License-Identifier: BSD-3-Clause */
/* Defect: the descriptor is shorter than the contract's first version. */
#define FIXTURE_NAME "backend-short"
#define FIXTURE_SIZE 8
#include "fixture.h"
