/* SPDX-License-Identifier: BSD-3-Clause */
/* The registry through its public face: every defect told with file and reason, loading, the search path, listing,
 * threads. test_backend_choice.c asks for backends; what needs a process of its own is in tests/registry. */
#include "registry_fixture.h"

#include <dlfcn.h>
#include <event2/http.h>
#include <pthread.h>
#include <sys/wait.h>

/* Copies a fixture to work/NAME.so. */
static const char *
copy_fixture(const char *fixture, const char *name, mode_t mode)
{
	static char to[1200];
	char from[1200], block[4096];
	(void)snprintf(from, sizeof(from), "%s/%s.so", fixtures, fixture);
	(void)snprintf(to, sizeof(to), "%s/%s.so", work, name);
	(void)unlink(to);
	int in = open(from, O_RDONLY), out = open(to, O_WRONLY | O_CREAT | O_TRUNC, 0600);
	assert_true(in >= 0 && out >= 0);
	for (ssize_t n; (n = read(in, block, sizeof(block))) > 0;)
		assert_int_equal(write(out, block, (size_t)n), n);
	assert_int_equal(fchmod(out, mode), 0);
	close(in), close(out);
	return to;
}

/* The one line since line_count was 0 names the file, says what is wrong, and what to do. */
static void
assert_line(const char *folder, const char *name, const char *what)
{
	char start[1300];
	(void)snprintf(start, sizeof(start), "mkevent: %s/%s.so: ", folder, name);
	if (line_count != 1) fail_msg("%s: %d lines: %s", name, line_count, line_count ? lines[0] : "");
	if (strncmp(lines[0], start, strlen(start)) != 0) fail_msg("%s: %s", name, lines[0]);
	if (!strstr(lines[0], what)) fail_msg("%s: \"%s\" is not in: %s", name, what, lines[0]);
	assert_non_null(strstr(lines[0], "; "));
	assert_null(strchr(lines[0], '\n'));
}

static void
assert_refused(const char *folder, const char *name, const char *what)
{
	char file[1300], why[768];
	(void)snprintf(file, sizeof(file), "%s/%s.so", folder, name);
	line_count = 0;
	assert_int_equal(event_plugin_load(name), -1);
	assert_line(folder, name, what);
	line_count = 0;
	assert_int_equal(event_plugin_load(name), -1);
	assert_int_equal(event_plugin_load(file), -1);
	assert_null(event_plugin_find(EVENT_PLUGIN_BACKEND, name, EVENT_PLUGIN_BACKEND_MAJOR, 0, 0));
	assert_int_equal(line_count, 0); /* told once */
	libevent_global_shutdown();
	if (event_plugin_verify(file, why, sizeof(why)) == 0) return; /* not seen without running load() */
	if (!strstr(why, what)) fail_msg("%s: \"%s\" is not in: %s", name, what, why);
}

static const struct {
	const char *name, *what;
	bool passes_verify;
} defects[] = {
	{"backend-no-symbol", "no symbol \"event_plugin\"", false},
	{"backend-short", "its descriptor has 8 bytes, the contract wants at least ", false},
	{"backend-other-major", "made for contract 2, this core has 1;", false},
	{"backend-newer-minor", "needs contract 1.1, this core has 1.0;", false},
	{"backend-wrong-name", "the plugin calls itself \"backend-somebody-else\", its file \"backend-wrong-name\"", false},
	{"backend-missing-need", "it needs the service nowhere, which is not in ", false},
	{"backend-need-version", "it needs the backend backend-good, which has version 1.0, not 7.2;", false},
	{"backend-cycle", "a cycle", false},
	{"backend-load-fails", "the moon is full; wait 3 days", true},
	{"backend-load-fails-silently", "did not say why", true},
	{"backend-second-core", "bound to a second core", false},
	{"backend-no-wait", "lacks wait()", false},
	{"backend-no-interface", "publishes no interface", false},
	{"backend-other-interface", "its backend interface has version 2, this core has 1;", false},
};

static void
each_defect_is_told(void **state)
{
	(void)state;
	for (size_t i = 0; i < LENGTH(defects); i++) {
		char file[1300], why[768];
		if (strcmp(defects[i].name, "backend-cycle") != 0) assert_refused(fixtures, defects[i].name, defects[i].what);
		(void)snprintf(file, sizeof(file), "%s/%s.so", fixtures, defects[i].name);
		assert_int_equal(event_plugin_verify(file, why, sizeof(why)), defects[i].passes_verify ? 0 : -1);
	}
}

/* Both halves are refused, each with its own line. */
static void
cycle_of_needs(void **state)
{
	(void)state;
	assert_int_equal(event_plugin_load("backend-cycle"), -1);
	assert_int_equal(line_count, 2);
	assert_non_null(
		strstr(lines[0], "service-cycle.so: it needs the backend backend-cycle, which needs it in turn (a cycle);"));
	assert_non_null(
		strstr(lines[1], "backend-cycle.so: it needs the service service-cycle, which was refused (it needs"));
	assert_int_equal(event_plugin_load("service-cycle"), -1);
	assert_int_equal(line_count, 2);
}

static void
wrong_kind(void **state)
{
	(void)state;
	assert_null(event_plugin_find(EVENT_PLUGIN_BACKEND, "backend-wrong-kind", 1, 0, 0));
	assert_line(fixtures, "backend-wrong-kind", "it is a protocol, but a backend is wanted");
	libevent_global_shutdown();
	line_count = 0;
	assert_int_equal(event_plugin_load("backend-wrong-kind"), 0); /* of any kind */
	assert_null(event_plugin_find(EVENT_PLUGIN_BACKEND, "backend-wrong-kind", 1, 0, 1));
	assert_int_equal(line_count, 0);
	assert_null(event_plugin_find(EVENT_PLUGIN_BACKEND, "backend-wrong-kind", 1, 0, 0));
	assert_int_equal(line_count, 1);
	assert_non_null(event_plugin_find(EVENT_PLUGIN_PROTOCOL, "backend-wrong-kind", 1, 0, 0));
}

static void
files_that_are_no_plugins(void **state)
{
	(void)state;
	path_is(work);
	write_file("backend-text.so", "This is not an ELF file, though it is longer than the head of one.\n");
	assert_refused(work, "backend-text", "not a shared object");
	write_file("backend-empty.so", "");
	assert_refused(work, "backend-empty", "not a shared object");
	const char *file = copy_fixture("backend-good", "backend-elsewhere", 0644);
	int fd = open(file, O_WRONLY);
	const unsigned char machine[] = {0xf7, 0xf7}; /* none has this number */
	assert_int_equal(pwrite(fd, machine, 2, 18), 2);
	close(fd);
	assert_refused(work, "backend-elsewhere", "made for another architecture (ELF machine 63479, ");
	file = copy_fixture("backend-good", "backend-cut", 0644);
	assert_int_equal(truncate(file, 100), 0);
	assert_refused(work, "backend-cut", ";");
	char folder[1200];
	(void)snprintf(folder, sizeof(folder), "%s/backend-folder.so", work);
	assert_int_equal(mkdir(folder, 0755), 0);
	line_count = 0;
	assert_int_equal(event_plugin_load("backend-folder"), -1);
	assert_int_equal(line_count, 1);
	assert_non_null(strstr(lines[0], "mkevent: backend-folder: no such plugin in "));
	assert_int_equal(rmdir(folder), 0);
}

static void
unreadable(void **state)
{
	(void)state;
	if (geteuid() == 0) skip();
	path_is(work);
	copy_fixture("backend-good", "backend-good", 0000);
	assert_refused(work, "backend-good", "make it readable");
}

static void
world_writable_as_root(void **state)
{
	(void)state;
	char folder[1200];
	if (geteuid() != 0) skip();
	path_is(work);
	const char *file = copy_fixture("backend-good", "backend-good", 0646);
	assert_refused(work, "backend-good", "may be written by all");
	assert_int_equal(chmod(file, 0644), 0);
	assert_int_equal(chmod(work, 0777), 0);
	assert_refused(work, "backend-good", "may be written by all");
	assert_int_equal(chmod(work, 01777), 0); /* sticky: others can add, not replace */
	assert_int_equal(event_plugin_load("backend-good"), 0);
	libevent_global_shutdown();
	assert_int_equal(chown(file, 65534, 65534), 0);
	assert_refused(work, "backend-good", "belongs to user 65534");
	assert_int_equal(chmod(work, 0755), 0);
	/* Links into a folder that others may write are no way round, not even when they lead out of it again. */
	char link[1200], target[1200];
	(void)snprintf(folder, sizeof(folder), "%s/open", work);
	(void)snprintf(target, sizeof(target), "%s/open/backend-good.so", work);
	(void)snprintf(link, sizeof(link), "%s/backend-good.so", work);
	assert_int_equal(mkdir(folder, 0777) | chmod(folder, 0777), 0);
	assert_int_equal(chown(link, 0, 0) | rename(link, target) | symlink("open/backend-good.so", link), 0);
	assert_refused(work, "backend-good", "/open may be written by all");
	assert_int_equal(chmod(folder, 0755), 0);
	assert_int_equal(event_plugin_load("backend-good"), 0);
	libevent_global_shutdown();
	char safe[1200];
	(void)snprintf(safe, sizeof(safe), "%s/safe.so", work);
	assert_int_equal(rename(target, safe) | symlink("../safe.so", target) | chmod(folder, 0777), 0);
	assert_refused(work, "backend-good", "/open may be written by all");
	assert_int_equal(chmod(folder, 0755), 0);
	assert_int_equal(event_plugin_load("backend-good"), 0);
	libevent_global_shutdown();
	assert_int_equal(unlink(safe) | symlink("backend-good.so", safe), 0); /* round and round */
	(void)unlink(link);
	assert_int_equal(symlink("safe.so", link), 0);
	line_count = 0;
	assert_int_equal(event_plugin_load(link), -1);
	assert_int_equal(unlink(link) | unlink(safe) | unlink(target) | rmdir(folder), 0);
}

/* ---- Growing ----------------------------------------------------------------------------------------------------- */

static int
see_older(const struct event_plugin_info *info, void *arg)
{
	if (strcmp(info->name, "backend-older") != 0) return 0;
	assert_non_null(info->descriptor);
	assert_null(info->descriptor->calls); /* beyond what the plugin knew */
	*(int *)arg = 1;
	return 0;
}

static void
older_and_newer_work(void **state)
{
	(void)state;
	static const char *const backends[] = {"older", "newer"};
	for (size_t i = 0; i < LENGTH(backends); i++) {
		assert_int_equal(setenv("EVENT_BACKEND", backends[i], 1), 0);
		struct event_base *base = event_base_new();
		assert_non_null(base);
		assert_true(event_base_loop(base, EVLOOP_NONBLOCK) >= 0);
		event_base_free(base);
	}
	int seen = 0;
	assert_int_equal(event_plugin_foreach(see_older, &seen), 0);
	assert_int_equal(seen, 1);
	assert_int_equal(line_count, 0);
}

/* ---- Loading ----------------------------------------------------------------------------------------------------- */

/* What backend-good counted, read from outside: keep holds the object open over the registry's closing. */
static void *
keep_good(int **loads, int **unloads)
{
	char file[1300];
	(void)snprintf(file, sizeof(file), "%s/backend-good.so", fixtures);
	void *keep = dlopen(file, RTLD_NOW | RTLD_LOCAL);
	assert_non_null(keep);
	*loads = dlsym(keep, "loads");
	*unloads = dlsym(keep, "unloads");
	**loads = **unloads = 0;
	return keep;
}

static void
loaded_once_and_released(void **state)
{
	(void)state;
	int *loads, *unloads;
	void *keep = keep_good(&loads, &unloads);
	for (int i = 0; i < 3; i++)
		assert_int_equal(event_plugin_load("backend-good"), 0);
	assert_int_equal(*loads, 1);
	assert_int_equal(*unloads, 0);
	libevent_global_shutdown();
	assert_int_equal(*unloads, 1);
	assert_int_equal(event_plugin_load("backend-good"), 0); /* a later use loads again */
	assert_int_equal(*loads, 2);
	libevent_global_shutdown();
	assert_int_equal(line_count, 0);
	dlclose(keep);
}

static void
verify_does_not_load(void **state)
{
	(void)state;
	char file[1300], why[16];
	int *loads, *unloads;
	void *keep = keep_good(&loads, &unloads);
	(void)snprintf(file, sizeof(file), "%s/backend-good.so", fixtures);
	assert_int_equal(event_plugin_verify(file, why, sizeof(why)), 0);
	assert_string_equal(why, "");
	assert_int_equal(*loads, 0);
	assert_int_equal(event_plugin_verify("backend-good.so", why, sizeof(why)), -1);
	assert_int_equal(strlen(why), sizeof(why) - 1); /* cut, and terminated */
	assert_int_equal(event_plugin_verify("/nowhere/x.so", NULL, 0), -1);
	assert_int_equal(line_count, 0);
	dlclose(keep);
}

struct guest { /* as service-guest has it */
	struct event_plugin_interface head;
	const struct event_plugin_host *(*host)(void);
	const char *(*wrong)(void);
};

static void
host_table(void **state)
{
	(void)state;
	const struct guest *guest = (const void *)event_plugin_find(EVENT_PLUGIN_SERVICE, "service-guest", 1, 0, 0);
	assert_non_null(guest);
	assert_int_equal(line_count, 1);
	assert_int_equal(strncmp(lines[0], "guest: loaded by ", 17), 0);
	assert_ptr_equal(guest->host()->identity, event_plugin_identity());
	const char *wrong = guest->wrong();
	if (wrong) fail_msg("%s", wrong);
	assert_int_equal(line_count, 1);
}

static void
skip_without_threads(void)
{
#ifdef EVENT__DISABLE_THREAD_SUPPORT
	skip();
#endif
}

static void *
load_all(void *arg)
{
	pthread_barrier_wait(arg);
	for (int i = 0; i < 50; i++) {
		assert_int_equal(event_plugin_load("backend-good"), 0);
		assert_int_equal(event_plugin_load("backend-short"), -1);
		assert_int_equal(event_plugin_load("backend-nowhere"), -1);
		assert_non_null(event_plugin_find(EVENT_PLUGIN_BACKEND, "backend-older", 1, 0, 1));
		assert_int_equal(event_plugin_load("backend-missing-need"), -1);
	}
	return NULL;
}

static void
threads_load_at_once(void **state)
{
	(void)state;
	skip_without_threads();
	enum { THREADS = 6, ROUNDS = 20 };
	pthread_t threads[THREADS];
	pthread_barrier_t barrier;
	int *loads, *unloads;
	void *keep = keep_good(&loads, &unloads);
	event_set_log_callback(NULL);
	int quiet = open("/dev/null", O_WRONLY), error = dup(2);
	dup2(quiet, 2);
	for (int round = 1; round <= ROUNDS; round++) {
		assert_int_equal(pthread_barrier_init(&barrier, NULL, THREADS), 0);
		for (int i = 0; i < THREADS; i++)
			assert_int_equal(pthread_create(&threads[i], NULL, load_all, &barrier), 0);
		for (int i = 0; i < THREADS; i++)
			assert_int_equal(pthread_join(threads[i], NULL), 0);
		assert_int_equal(*loads, round);
		libevent_global_shutdown();
		assert_int_equal(*unloads, round);
		pthread_barrier_destroy(&barrier);
	}
	dup2(error, 2);
	close(quiet), close(error);
	dlclose(keep);
}

static bool stop_loading;

static void *
load_until_stopped(void *arg)
{
	(void)arg;
	while (!__atomic_load_n(&stop_loading, __ATOMIC_RELAXED))
		(void)event_plugin_find(EVENT_PLUGIN_BACKEND, "backend-good", 1, 0, 1);
	return NULL;
}

/* A child that is born while another thread is inside can use the registry. */
static void
fork_while_others_load(void **state)
{
	(void)state;
	skip_without_threads();
	pthread_t thread;
	stop_loading = false;
	assert_int_equal(event_plugin_load("backend-good"), 0);
	assert_int_equal(pthread_create(&thread, NULL, load_until_stopped, NULL), 0);
	for (int i = 0; i < 200; i++) {
		int status;
		pid_t child = fork();
		if (child == 0) {
			alarm(10);
			_exit(event_plugin_load("backend-good") == 0 && event_plugin_load("backend-older") == 0 ? 0 : 1);
		}
		assert_int_equal(waitpid(child, &status, 0), child);
		assert_int_equal(status, 0);
	}
	__atomic_store_n(&stop_loading, true, __ATOMIC_RELAXED);
	assert_int_equal(pthread_join(thread, NULL), 0);
}

static void
names_and_files(void **state)
{
	(void)state;
	static const char *const wrong[] = {"a/b", "../x", "/tmp", "/tmp/x.dll", "/.so"};
	for (size_t i = 0; i < LENGTH(wrong); i++) {
		line_count = 0;
		assert_int_equal(event_plugin_load(wrong[i]), -1);
		assert_int_equal(line_count, 1);
		assert_non_null(strstr(lines[0], "neither a plugin's name nor an absolute path"));
	}
	assert_null(event_plugin_find(EVENT_PLUGIN_BACKEND, "../.libs/backend-good", 1, 0, 1));
	char longest[5000];
	memset(longest, 'x', sizeof(longest) - 1);
	longest[sizeof(longest) - 1] = '\0';
	assert_int_equal(event_plugin_load(longest), -1);
	line_count = 0;
	assert_int_equal(event_plugin_load("/nowhere/at/all.so"), -1);
	assert_line("/nowhere/at", "all", "No such file");
	char file[1300];
	(void)snprintf(file, sizeof(file), "%s/backend-good.so", fixtures);
	path_is("");
	line_count = 0;
	assert_int_equal(event_plugin_load(file), 0);
	assert_int_equal(event_plugin_load("backend-good"), 0); /* by name, now that it is there */
	assert_int_equal(line_count, 0);
	const char *other = copy_fixture("backend-good", "backend-good", 0644);
	assert_int_equal(event_plugin_load(other), -1);
	assert_int_equal(line_count, 1);
	assert_non_null(strstr(lines[0], "already was from"));
}

/* A file that was refused does not stand in the way of another one. */
static void
another_file_after_a_refusal(void **state)
{
	(void)state;
	path_is(work);
	write_file("backend-good.so", "no ELF");
	assert_int_equal(event_plugin_load("backend-good"), -1);
	char file[1300];
	(void)snprintf(file, sizeof(file), "%s/backend-good.so", fixtures);
	assert_int_equal(event_plugin_load(file), 0);
	assert_int_equal(event_plugin_load("backend-good"), 0);
	assert_int_equal(line_count, 1);
}

static void
found_later(void **state)
{
	(void)state;
	char file[1300], said[1300];
	path_is(work);
	(void)snprintf(file, sizeof(file), "%s/backend-good.so", work);
	(void)unlink(file);
	(void)snprintf(said, sizeof(said), "mkevent: backend-good: no such plugin in %s", work);
	assert_null(event_plugin_find(EVENT_PLUGIN_BACKEND, "backend-good", 1, 0, 1));
	assert_int_equal(line_count, 0); /* merely absent: no noise */
	assert_int_equal(event_plugin_load("backend-good"), -1);
	assert_int_equal(line_count, 1);
	assert_non_null(strstr(lines[0], said));
	copy_fixture("backend-good", "backend-good", 0644);
	assert_int_equal(event_plugin_load("backend-good"), 0);
	assert_int_equal(line_count, 1);
}

static void
versions_of_interfaces(void **state)
{
	(void)state;
	assert_non_null(event_plugin_find(EVENT_PLUGIN_BACKEND, "backend-good", 1, 0, 0));
	assert_null(event_plugin_find(EVENT_PLUGIN_BACKEND, "backend-good", 1, 7, 0));
	assert_line(fixtures, "backend-good", "its interface has version 1.0, but 1.7 is wanted");
	assert_null(event_plugin_find(EVENT_PLUGIN_BACKEND, "backend-good", 2, 0, 0));
	assert_int_equal(line_count, 1);
	assert_non_null(event_plugin_find(EVENT_PLUGIN_BACKEND, "backend-newer", 1, 1, 0));
	assert_int_equal(line_count, 1);
}

/* Sealing is for good, so it happens in a child. */
static void
sealed(void **state)
{
	(void)state;
	int status;
	pid_t child = fork();
	if (child == 0) {
		char file[1300], why[256];
		(void)snprintf(file, sizeof(file), "%s/backend-older.so", fixtures);
		bool good = event_plugin_load("backend-good") == 0;
		event_plugin_seal();
		good = good && event_plugin_load("backend-good") == 0 && line_count == 0;
		good = good && event_plugin_load("backend-newer") == -1 && line_count == 1;
		good = good && strstr(lines[0], "event_plugin_seal()");
		good = good && event_plugin_load(file) == -1 && line_count == 2;
		good = good && event_plugin_verify(file, why, sizeof(why)) == -1 && strstr(why, "event_plugin_seal()");
		good = good && event_plugin_find(EVENT_PLUGIN_BACKEND, "backend-no-wait", 1, 0, 1) == NULL && line_count == 2;
		_exit(good ? 0 : 1);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
}

/* The facade's table led into a plugin that a shutdown has unloaded. */
static void
facade_after_a_shutdown(void **state)
{
	(void)state;
	path_is(plugins);
	for (int i = 0; i < 3; i++) {
		struct evhttp_uri *uri = evhttp_uri_parse("http://example.org/path");
		assert_non_null(uri);
		assert_string_equal(evhttp_uri_get_host(uri), "example.org");
		evhttp_uri_free(uri);
		libevent_global_shutdown();
	}
	assert_int_equal(line_count, 0);
}

static int forgotten;

static void
forget(void)
{
	forgotten++;
}

static void
watching_the_shutdown(void **state)
{
	(void)state;
	forgotten = 0;
	assert_int_equal(event_plugin_watch_shutdown(forget, 1), 0);
	assert_int_equal(event_plugin_watch_shutdown(forget, 1), 0);
	libevent_global_shutdown();
	assert_int_equal(forgotten, 1);
	libevent_global_shutdown();
	assert_int_equal(forgotten, 1);
	assert_int_equal(event_plugin_watch_shutdown(forget, 1), 0);
	assert_int_equal(event_plugin_watch_shutdown(forget, 0), 0);
	assert_int_equal(event_plugin_watch_shutdown(forget, 0), 0);
	libevent_global_shutdown();
	assert_int_equal(forgotten, 1);
}

/* ---- Search path ------------------------------------------------------------------------------------------------- */

static void
odd_entries_are_told(void **state)
{
	(void)state;
	char path[2200];
	(void)snprintf(path, sizeof(path), "relative/folder:%s//::/nowhere", fixtures);
	path_is(path);
	assert_int_equal(event_plugin_load("backend-good"), 0);
	assert_int_equal(line_count, 2);
	assert_non_null(strstr(lines[0], "EVENT_PLUGIN_PATH: \"relative/folder\" is not absolute"));
	assert_non_null(strstr(lines[1], "an empty entry"));
	assert_int_equal(event_plugin_load("backend-older"), 0);
	assert_int_equal(line_count, 2);
}

static int
keep_file(const struct event_plugin_info *info, void *arg)
{
	char *file = arg;
	if (strcmp(info->name, "backend-good") == 0) (void)snprintf(file, 1300, "%s", info->file ? info->file : "");
	return 0;
}

static void
first_folder_wins(void **state)
{
	(void)state;
	char path[2200], file[1300] = "", right[1300];
	copy_fixture("backend-good", "backend-good", 0644);
	(void)snprintf(path, sizeof(path), "/nowhere:%s:%s", work, fixtures);
	(void)snprintf(right, sizeof(right), "%s/backend-good.so", work);
	path_is(path);
	assert_int_equal(event_plugin_load("backend-good"), 0);
	assert_int_equal(event_plugin_foreach(keep_file, file), 0);
	assert_string_equal(file, right);
}

/* ---- Listing ----------------------------------------------------------------------------------------------------- */

struct seen {
	char names[64][64];
	enum event_plugin_state states[64];
	int count;
};

static int
see(const struct event_plugin_info *info, void *arg)
{
	struct seen *seen = arg;
	assert_int_equal(info->size, sizeof(*info));
	if (info->state == EVENT_PLUGIN_STATE_LOADED) assert_non_null(info->descriptor);
	if (info->state == EVENT_PLUGIN_STATE_REFUSED) assert_non_null(info->error);
	if (info->state == EVENT_PLUGIN_STATE_FOUND) assert_null(info->descriptor);
	(void)snprintf(seen->names[seen->count], 64, "%s", info->name);
	seen->states[seen->count++] = info->state;
	assert_int_equal(event_plugin_identity(), event_plugin_identity()); /* no lock is held */
	return 0;
}

static int
stop(const struct event_plugin_info *info, void *arg)
{
	(void)info;
	++*(int *)arg;
	return 42;
}

static void
listing(void **state)
{
	(void)state;
	struct seen seen = {.count = 0};
	int calls = 0;
	assert_int_equal(event_plugin_load("backend-good"), 0);
	assert_int_equal(event_plugin_load("backend-short"), -1);
	assert_int_equal(event_plugin_foreach(see, &seen), 0);
	assert_true(seen.count > 15);
	assert_string_equal(seen.names[0], "backend-good");
	assert_int_equal(seen.states[0], EVENT_PLUGIN_STATE_LOADED);
	assert_string_equal(seen.names[1], "backend-short");
	assert_int_equal(seen.states[1], EVENT_PLUGIN_STATE_REFUSED);
	assert_string_equal(seen.names[2], "backend-cannot-start");
	for (int i = 0; i < seen.count; i++)
		for (int k = 0; k < i; k++)
			assert_string_not_equal(seen.names[i], seen.names[k]);
	assert_int_equal(event_plugin_foreach(stop, &calls), 42);
	assert_int_equal(calls, 1);
	path_is("/nowhere/at/all");
	assert_int_equal(event_plugin_foreach(see, &(struct seen){.count = 0}), 0);
}

int
main(void)
{
	const struct CMUnitTest cases[] = {CASE(each_defect_is_told), CASE(cycle_of_needs), CASE(wrong_kind),
		CASE(files_that_are_no_plugins), CASE(unreadable), CASE(world_writable_as_root), CASE(older_and_newer_work),
		CASE(loaded_once_and_released), CASE(verify_does_not_load), CASE(host_table), CASE(threads_load_at_once),
		CASE(fork_while_others_load), CASE(names_and_files), CASE(another_file_after_a_refusal), CASE(found_later),
		CASE(versions_of_interfaces), CASE(sealed), CASE(facade_after_a_shutdown), CASE(watching_the_shutdown),
		CASE(odd_entries_are_told), CASE(first_folder_wins), CASE(listing)};
	return cmocka_run_group_tests(cases, begin, end);
}
