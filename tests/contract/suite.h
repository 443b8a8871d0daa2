/* SPDX-License-Identifier: BSD-3-Clause */
/* Runs the checks of a backend, each in a process of its own: a plugin that crashes or never comes back fails the check
 * that it was in, and the others go on. Part of event-plugin(1), so it needs no test library. */
#ifndef TESTS_CONTRACT_SUITE_H_
#define TESTS_CONTRACT_SUITE_H_

#include <inttypes.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

struct harness;

struct check {
	const char *name;
	void (*run)(struct harness *h);
};

enum suite_verdict { SUITE_OK, SUITE_FAILED, SUITE_SKIPPED };

struct suite_options {
	const char *pattern; /* of the checks to run, as in fnmatch(3); NULL: all */
	unsigned seconds;    /* that one check may take */
	/* why: NULL when all is well. */
	void (*report)(const char *check, enum suite_verdict verdict, const char *why, void *arg);
	void *arg;
};

enum { SUITE_REFUSED = -1 };

/* plugin: a name, or an absolute path. Returns how many checks failed, or SUITE_REFUSED when the kernel, or a filter of
 * its calls, does not allow this backend: then there is nothing to check. */
int suite_run(const char *plugin, const struct suite_options *options);

/* ---- For the checks ---- */

/* These end the check. */
_Noreturn void check_failed(const char *file, int line, const char *format, ...) __attribute__((format(printf, 3, 4)));
_Noreturn void check_skipped(const char *why);
/* The kernel does not allow the backend. */
_Noreturn void check_refused(const char *why);

#define fail_msg(...) check_failed(__FILE__, __LINE__, __VA_ARGS__)
#define skip(why) check_skipped(why)
#define assert_true(condition)                                                                                         \
	do                                                                                                                 \
		if (!(condition)) fail_msg("not so: %s", #condition);                                                          \
	while (0)
#define assert_non_null(pointer) assert_true((pointer) != NULL)
#define assert_null(pointer) assert_true((pointer) == NULL)
#define assert_int_equal(value, wanted)                                                                                \
	do {                                                                                                               \
		const long long value_ = (long long)(value), wanted_ = (long long)(wanted);                                    \
		if (value_ != wanted_) fail_msg("%s is %lld, not %lld", #value, value_, wanted_);                              \
	} while (0)
#define assert_int_not_equal(value, other)                                                                             \
	do                                                                                                                 \
		if ((value) == (other)) fail_msg("%s is %s", #value, #other);                                                  \
	while (0)

#endif
