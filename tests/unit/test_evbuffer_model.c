/* SPDX-License-Identifier: BSD-3-Clause */
/* The model of evbuffer_model.h with random numbers, each seed a run of its own. MKEVENT_MODEL_SEED and
 * MKEVENT_MODEL_STEPS choose others. */
#include "evbuffer_model.h"

static uint64_t seed;

static uint32_t
rnd(uint32_t below)
{
	seed = seed * 6364136223846793005u + 1442695040888963407u;
	return (uint32_t)(seed >> 33) % below;
}

static void
run(uint64_t start, long steps)
{
	seed = start;
	for (size_t i = 0; i < sizeof(source); i++)
		source[i] = (unsigned char)"abcdefgh\r\n\0ij\r\nxyz"[rnd(18)];
	model_begin();
	for (long step = 0; step < steps; step++)
		model_step(step % 16 == 0);
	model_end();
}

static long
setting(const char *name, long otherwise)
{
	const char *text = getenv(name);
	return text ? atol(text) : otherwise;
}

static void
hole_340_model(void **state)
{
	(void)state;
	long steps = setting("MKEVENT_MODEL_STEPS", 4000);
	model_open();
	if (getenv("MKEVENT_MODEL_SEED")) {
		run((uint64_t)setting("MKEVENT_MODEL_SEED", 0), steps);
	} else {
		for (uint64_t start = 1; start <= 20; start++)
			run(start, steps);
	}
	model_close();
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(hole_340_model),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
