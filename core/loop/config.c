/* SPDX-License-Identifier: BSD-3-Clause */
/* event_config: wishes for a base that is about to be made. */
#include "config.h"

#include "loop/base.h"
#include "loop/wishes.h"
#include "util/mm.h"

#include <limits.h>

struct event_config *
event_config_new(void)
{
	struct event_config *cfg = mm_calloc(1, sizeof(*cfg));
	if (!cfg) return NULL;
	cfg->limit_ns = UINT64_MAX;
	cfg->limit_callbacks = INT_MAX;
	cfg->limit_priority = 1;
	return cfg;
}

void
event_config_free(struct event_config *cfg)
{
	if (!cfg) return;
	for (int i = 0; i < cfg->avoid_count; i++)
		mm_free(cfg->avoid[i]);
	mm_free(cfg->avoid);
	mm_free(cfg);
}

int
event_config_avoid_method(struct event_config *cfg, const char *method)
{
	if (!cfg || !method) return -1;
	char *copy = mm_strdup(method);
	if (!copy) return -1;
	char **avoid = mm_realloc(cfg->avoid, ((size_t)cfg->avoid_count + 1) * sizeof(*avoid));
	if (!avoid) {
		mm_free(copy);
		return -1;
	}
	cfg->avoid = avoid;
	cfg->avoid[cfg->avoid_count++] = copy;
	return 0;
}

int
event_config_require_features(struct event_config *cfg, int feature)
{
	if (!cfg) return -1;
	cfg->require = feature;
	return 0;
}

int
event_config_set_flag(struct event_config *cfg, int flag)
{
	if (!cfg) return -1;
	cfg->flags |= flag;
	return 0;
}

int
event_config_set_num_cpus_hint(struct event_config *cfg, int cpus)
{
	if (!cfg) return -1;
	cfg->cpus = cpus;
	return 0;
}

int
event_config_set_max_dispatch_interval(
	struct event_config *cfg, const struct timeval *max_interval, int max_callbacks, int min_priority)
{
	if (!cfg) return -1;
	cfg->limit_ns = max_interval ? clock_from_timeval(max_interval) : UINT64_MAX;
	cfg->limit_callbacks = max_callbacks >= 0 ? max_callbacks : INT_MAX;
	cfg->limit_priority = min_priority >= 0 ? min_priority : 0;
	return 0;
}
