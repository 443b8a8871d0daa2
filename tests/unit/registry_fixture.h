/* SPDX-License-Identifier: BSD-3-Clause */
/* What the tests of the registry share: the folders of the build tree, log lines, and copies of fixtures. Each case
 * begins with nothing loaded, no variable set but EVENT_PLUGIN_PATH (the fixtures), and no line. */
#ifndef TESTS_UNIT_REGISTRY_FIXTURE_H_
#define TESTS_UNIT_REGISTRY_FIXTURE_H_

#include <cmocka.h>
#include <event2/event.h>
#include <event2/plugin.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <temporary.h>
#include <unistd.h>

#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))
#define LINES_MAX 32

static char fixtures[1024], plugins[1024], work[1024];
static char lines[LINES_MAX][4096];
static int line_count;

static void
on_log(int severity, const char *text)
{
	(void)severity;
	if (line_count < LINES_MAX) (void)snprintf(lines[line_count], sizeof(lines[0]), "%s", text);
	line_count++;
}

static void
path_is(const char *path)
{
	assert_int_equal(setenv("EVENT_PLUGIN_PATH", path, 1), 0);
}

static int
setup(void **state)
{
	(void)state;
	static const char *const settings[] = {
		"EVENT_BACKEND", "EVENT_NOEPOLL", "EVENT_NOPOLL", "EVENT_NOSELECT", "EVENT_SHOW_METHOD"};
	for (size_t i = 0; i < LENGTH(settings); i++)
		unsetenv(settings[i]);
	libevent_global_shutdown();
	event_set_log_callback(on_log);
	path_is(fixtures);
	line_count = 0;
	return 0;
}

static void
remove_tree(const char *folder)
{
	char command[2 * sizeof(work) + 64];
	(void)snprintf(command, sizeof(command), "chmod -R u+rwx '%s'; rm -rf '%s'", folder, folder);
	assert_int_equal(system(command), 0);
}

static int
begin(void **state)
{
	(void)state;
	const char *build = getenv("MKEVENT_BUILD");
	if (!build) build = ".";
	(void)snprintf(fixtures, sizeof(fixtures), "%s/tests/broken-plugins/.libs", build);
	(void)snprintf(plugins, sizeof(plugins), "%s/.libs", build);
	(void)snprintf(work, sizeof(work), "%s", temporary_name("registry").name);
	return mkdtemp(work) ? 0 : -1;
}

static int
end(void **state)
{
	(void)state;
	libevent_global_shutdown();
	remove_tree(work);
	return 0;
}

static void
write_file(const char *name, const char *text)
{
	char file[sizeof(work) + 64];
	(void)snprintf(file, sizeof(file), "%s/%s", work, name);
	(void)unlink(file);
	int out = open(file, O_WRONLY | O_CREAT | O_TRUNC, 0644);
	assert_int_equal(write(out, text, strlen(text)), (ssize_t)strlen(text));
	assert_int_equal(close(out), 0);
}

#define CASE(f) cmocka_unit_test_setup(f, setup)

#endif
