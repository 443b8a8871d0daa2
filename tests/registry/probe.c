/* SPDX-License-Identifier: BSD-3-Clause */
/* A program for start.sh: does what its arguments say, in their order.
 *
 *   log          log lines go to standard output, as "log: LINE"
 *   memory       the program's own allocator, which dies when it is given what it did not make
 *   chroot DIR   as root
 *   no-files     from now on, whatever opens or looks at a file by name ends the process
 *   base         makes a base, prints "method NAME" or "no base", and frees it
 *   run          the same, and waits for a timer and a pipe
 *   shutdown     libevent_global_shutdown()
 *   secure       prints "secure 1" when the system says that this process is privileged, else "secure 0"
 *   loaded       prints "loaded NAME FILE" for each plugin that is loaded */
#include <errno.h>
#include <event2/event.h>
#include <event2/plugin.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
#include <unistd.h>
#ifdef __linux__
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/auxv.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#endif

static void
on_log(int severity, const char *text)
{
	(void)severity;
	printf("log: %s\n", text);
}

/* Each block carries a mark in front. */
#define MARK 0x6d6b6576u

static void *
own_malloc(size_t size)
{
	size_t *block = malloc(size + 16);
	if (!block) return NULL;
	block[0] = MARK;
	return block + 16 / sizeof(size_t);
}

static void
own_free(void *memory)
{
	if (!memory) return;
	size_t *block = (size_t *)memory - 16 / sizeof(size_t);
	if (block[0] != MARK) {
		printf("foreign memory was freed\n");
		abort();
	}
	block[0] = 0;
	free(block);
}

static void *
own_realloc(void *memory, size_t size)
{
	if (!memory) return own_malloc(size);
	size_t *block = (size_t *)memory - 16 / sizeof(size_t);
	if (block[0] != MARK) abort();
	block = realloc(block, size + 16);
	return block ? block + 16 / sizeof(size_t) : NULL;
}

static int
forbid_files(void)
{
#if defined(__linux__) && defined(SECCOMP_RET_KILL_PROCESS)
	static const int calls[] = {
#ifdef SYS_open
		SYS_open,
#endif
#ifdef SYS_stat
		SYS_stat,
#endif
#ifdef SYS_access
		SYS_access,
#endif
#ifdef SYS_newfstatat
		SYS_newfstatat,
#endif
#ifdef SYS_statx
		SYS_statx,
#endif
		SYS_openat};
	enum { COUNT = sizeof(calls) / sizeof(calls[0]) };
	struct sock_filter code[2 * COUNT + 2];
	unsigned short n = 0;
	code[n++] = (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr));
	for (int i = 0; i < COUNT; i++) {
		code[n++] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (unsigned)calls[i], 0, 1);
		code[n++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS);
	}
	code[n++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
	const struct sock_fprog program = {n, code};
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) return -1;
	return prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program, 0, 0);
#else
	errno = ENOSYS;
	return -1;
#endif
}

static int
is_secure(void)
{
#ifdef __linux__
	return getauxval(AT_SECURE) != 0;
#else
	return getuid() != geteuid() || getgid() != getegid();
#endif
}

static int calls_seen;

static void
on_event(evutil_socket_t fd, short what, void *arg)
{
	(void)fd, (void)what, (void)arg;
	calls_seen++;
}

static int
run(struct event_base *base)
{
	const struct timeval soon = {0, 5000};
	int fds[2];
	if (pipe(fds) != 0 || write(fds[1], "x", 1) != 1) return 1;
	struct event *timer = event_new(base, -1, 0, on_event, NULL),
				 *reader = event_new(base, fds[0], EV_READ, on_event, NULL);
	if (!timer || !reader || event_add(timer, &soon) != 0 || event_add(reader, NULL) != 0) return 1;
	calls_seen = 0;
	event_base_dispatch(base);
	event_free(timer);
	event_free(reader);
	close(fds[0]);
	close(fds[1]);
	return calls_seen == 2 ? 0 : 1;
}

static int
make_base(int runs)
{
	struct event_base *base = event_base_new();
	if (!base) {
		printf("no base\n");
		return 0;
	}
	printf("method %s\n", event_base_get_method(base));
	int failed = runs && run(base);
	event_base_free(base);
	return failed;
}

static int
print_loaded(const struct event_plugin_info *info, void *arg)
{
	(void)arg;
	if (info->state == EVENT_PLUGIN_STATE_LOADED || (info->state == EVENT_PLUGIN_STATE_BUILTIN && !info->file))
		printf("loaded %s %s\n", info->name, info->file ? info->file : "(built in)");
	return 0;
}

static int
perform(const char *action, const char *argument)
{
	if (strcmp(action, "log") == 0)
		event_set_log_callback(on_log);
	else if (strcmp(action, "memory") == 0)
		event_set_mem_functions(own_malloc, own_realloc, own_free);
	else if (strcmp(action, "chroot") == 0)
		return argument && chroot(argument) == 0 && chdir("/") == 0 ? 0 : 1;
	else if (strcmp(action, "no-files") == 0)
		return forbid_files();
	else if (strcmp(action, "base") == 0)
		return make_base(0);
	else if (strcmp(action, "run") == 0)
		return make_base(1);
	else if (strcmp(action, "shutdown") == 0)
		libevent_global_shutdown();
	else if (strcmp(action, "secure") == 0)
		printf("secure %d\n", is_secure());
	else if (strcmp(action, "loaded") == 0)
		return event_plugin_foreach(print_loaded, NULL);
	else
		return 1;
	return 0;
}

int
main(int argc, char **argv)
{
	static char buffer[8192]; /* or stdio asks the kernel about its file, after no-files */
	setvbuf(stdout, buffer, _IOLBF, sizeof(buffer));
	for (int i = 1; i < argc; i++) {
		const char *action = argv[i];
		if (perform(action, argv[i + 1]) != 0) {
			printf("%s: failed: %s\n", action, strerror(errno));
			return 1;
		}
		if (strcmp(action, "chroot") == 0) i++;
	}
	return 0;
}
