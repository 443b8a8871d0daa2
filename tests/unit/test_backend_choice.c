/* SPDX-License-Identifier: BSD-3-Clause */
/* Which backend a base gets: by name, by exclusion, by features; and what is said when there is none. */
#include "registry_fixture.h"

static void
chosen_by_name(void **state)
{
	(void)state;
	static const char *const names[] = {"poll", "select", "backend-poll"};
	path_is(plugins);
	for (size_t i = 0; i < LENGTH(names); i++) {
		assert_int_equal(setenv("EVENT_BACKEND", names[i], 1), 0);
		struct event_base *base = event_base_new();
		assert_non_null(base);
		assert_string_equal(event_base_get_method(base), strrchr(names[i], '-') ? "poll" : names[i]);
		event_base_free(base);
	}
	assert_int_equal(line_count, 0);
}

static void
third_party_by_name(void **state)
{
	(void)state;
	assert_int_equal(setenv("EVENT_BACKEND", "good", 1), 0);
	struct event_base *base = event_base_new();
	assert_non_null(base);
	assert_string_equal(event_base_get_method(base), "blind");
	event_base_free(base);
	/* The program may exclude it; and without the environment it is not considered. */
	struct event_config *config = event_config_new();
	assert_int_equal(event_config_avoid_method(config, "blind"), 0);
	assert_null(event_base_new_with_config(config));
	assert_int_equal(event_config_set_flag(config, EVENT_BASE_FLAG_IGNORE_ENV), 0);
	base = event_base_new_with_config(config);
	assert_non_null(base);
	assert_string_not_equal(event_base_get_method(base), "blind");
	event_base_free(base);
	event_config_free(config);
}

static void
unknown_name_lists_what_exists(void **state)
{
	(void)state;
	char path[2200];
	(void)snprintf(path, sizeof(path), "%s:%s", plugins, fixtures);
	path_is(path);
	assert_int_equal(setenv("EVENT_BACKEND", "epol", 1), 0);
	assert_null(event_base_new());
	assert_int_equal(line_count, 1);
	assert_non_null(strstr(lines[0], "mkevent: EVENT_BACKEND=epol cannot be had"));
	assert_non_null(strstr(lines[0], "select ("));
	assert_non_null(strstr(lines[0], "good ("));
	assert_int_equal(setenv("EVENT_BACKEND", "../x", 1), 0);
	assert_null(event_base_new());
}

static void
broken_by_name_fails(void **state)
{
	(void)state;
	assert_int_equal(setenv("EVENT_BACKEND", "other-major", 1), 0);
	assert_null(event_base_new());
	assert_int_equal(line_count, 2);
	assert_non_null(strstr(lines[0], "made for contract 2, this core has 1"));
	assert_non_null(strstr(lines[1], "backend-other-major.so (made for contract 2"));
}

static void
refused_by_the_kernel(void **state)
{
	(void)state;
	assert_int_equal(setenv("EVENT_BACKEND", "cannot-start", 1), 0);
	assert_null(event_base_new());
	assert_true(line_count >= 1);
	assert_non_null(strstr(lines[line_count - 1], "backend-cannot-start.so (could not start)"));
}

static void
broken_in_the_list_is_passed_over(void **state)
{
	(void)state;
	char path[2200];
	const char **methods = event_get_supported_methods();
	char first[64];
	(void)snprintf(first, sizeof(first), "backend-%s.so", methods[0]);
	libevent_global_shutdown();
	write_file(first, "no ELF");
	(void)snprintf(path, sizeof(path), "%s:%s", work, plugins);
	path_is(path);
	line_count = 0;
	struct event_base *base = event_base_new();
	assert_non_null(base);
	assert_string_not_equal(event_base_get_method(base), "");
	assert_int_equal(line_count, 1);
	assert_non_null(strstr(lines[0], first));
	event_base_free(base);
	(void)snprintf(path, sizeof(path), "%s/%s", work, first);
	assert_int_equal(unlink(path), 0);
}

static void
excluded_by_the_environment(void **state)
{
	(void)state;
	path_is(plugins);
	assert_int_equal(setenv("EVENT_NOEPOLL", "1", 1), 0);
	assert_int_equal(setenv("EVENT_NOPOLL", "", 1), 0);
	struct event_base *base = event_base_new();
	assert_non_null(base);
	assert_string_equal(event_base_get_method(base), "select");
	event_base_free(base);
	assert_int_equal(line_count, 0);
	/* What a program sets for itself does not overrule the person who named one. */
	assert_int_equal(setenv("EVENT_BACKEND", "poll", 1), 0);
	base = event_base_new();
	assert_non_null(base);
	assert_string_equal(event_base_get_method(base), "poll");
	event_base_free(base);
	assert_int_equal(line_count, 0);
}

/* Programs set such variables by themselves (tmux does): whoever starts them has the last word. */
static void
name_wins_over_exclusion(void **state)
{
	(void)state;
	path_is(plugins);
	assert_int_equal(setenv("EVENT_NOPOLL", "1", 1), 0);
	assert_int_equal(setenv("EVENT_BACKEND", "poll", 1), 0);
	struct event_base *base = event_base_new();
	assert_non_null(base);
	assert_string_equal(event_base_get_method(base), "poll");
	event_base_free(base);
}

static void
nothing_fits(void **state)
{
	(void)state;
	path_is(plugins);
	const char **methods = event_get_supported_methods();
	struct event_config *config = event_config_new();
	for (int i = 0; methods[i]; i++)
		assert_int_equal(event_config_avoid_method(config, methods[i]), 0);
	assert_null(event_base_new_with_config(config));
	assert_int_equal(line_count, 1);
	for (int i = 0; methods[i]; i++) {
		char name[64];
		(void)snprintf(name, sizeof(name), "backend-%s", methods[i]);
		assert_non_null(strstr(lines[0], name));
	}
	assert_non_null(strstr(lines[0], "(excluded by the program"));
	event_config_free(config);
	config = event_config_new();
	assert_int_equal(event_config_require_features(config, EV_FEATURE_ET | EV_FEATURE_FDS), 0);
	line_count = 0;
	assert_null(event_base_new_with_config(config));
	assert_int_equal(line_count, 1);
	assert_non_null(strstr(lines[0], "backend-poll.so (lacks wanted features"));
	event_config_free(config);
}

static void
required_features(void **state)
{
	(void)state;
	path_is(plugins);
	struct event_config *config = event_config_new();
	assert_int_equal(event_config_require_features(config, EV_FEATURE_FDS), 0);
	struct event_base *base = event_base_new_with_config(config);
	assert_non_null(base);
	assert_int_equal(event_base_get_features(base) & EV_FEATURE_FDS, EV_FEATURE_FDS);
	event_base_free(base);
	event_config_free(config);
}

static void
method_is_shown_with_its_file(void **state)
{
	(void)state;
	char file[1300];
	path_is(plugins);
	assert_int_equal(setenv("EVENT_SHOW_METHOD", "1", 1), 0);
	assert_int_equal(setenv("EVENT_BACKEND", "poll", 1), 0);
	event_base_free(event_base_new());
	(void)snprintf(file, sizeof(file), "%s/backend-poll.so", plugins);
	assert_int_equal(line_count, 1);
	assert_non_null(strstr(lines[0], "poll"));
	assert_non_null(strstr(lines[0], file));
}

static void
supported_methods(void **state)
{
	(void)state;
	path_is(plugins);
	const char **methods = event_get_supported_methods(), **again = event_get_supported_methods();
	int poll = 0, select = 0, count = 0;
	for (; methods[count]; count++) {
		assert_string_equal(methods[count], again[count]);
		poll += strcmp(methods[count], "poll") == 0;
		select += strcmp(methods[count], "select") == 0;
	}
	assert_int_equal(poll, 1);
	assert_int_equal(select, 1);
	assert_int_equal(event_plugin_load("backend-poll"), 0);
	path_is(fixtures);
	assert_int_equal(event_plugin_load("backend-good"), 0);
	again = event_get_supported_methods();
	assert_string_equal(again[count], "blind"); /* at the end */
	assert_null(again[count + 1]);
	assert_null(methods[count]); /* what was handed out stays as it was */
}

int
main(void)
{
	const struct CMUnitTest cases[] = {CASE(chosen_by_name), CASE(third_party_by_name),
		CASE(unknown_name_lists_what_exists), CASE(broken_by_name_fails), CASE(refused_by_the_kernel),
		CASE(broken_in_the_list_is_passed_over), CASE(excluded_by_the_environment), CASE(name_wins_over_exclusion),
		CASE(nothing_fits), CASE(required_features), CASE(method_is_shown_with_its_file), CASE(supported_methods)};
	return cmocka_run_group_tests(cases, begin, end);
}
