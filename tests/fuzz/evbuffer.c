/* SPDX-License-Identifier: BSD-3-Clause */
/* A fuzz target: the operations of the evbuffer model, chosen by the input, two bytes a choice. */
#include "../unit/evbuffer_model.h"

static const uint8_t *input;
static size_t left;

static uint32_t
rnd(uint32_t below)
{
	uint32_t number = 0;
	for (int i = 0; i < 2 && left; i++, left--)
		number = number << 8 | *input++;
	return number % below;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static bool opened;
	if (!opened) {
		opened = true;
		model_open();
		for (size_t i = 0; i < sizeof(source); i++)
			source[i] = (unsigned char)"abcd\r\n\0efgh\nijk"[i * 7 % 16];
	}
	input = data;
	left = size;
	model_begin();
	while (left)
		model_step(true);
	model_end();
	return 0;
}
