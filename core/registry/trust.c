/* SPDX-License-Identifier: BSD-3-Clause */
/* Who may have written a plugin's file. Only asked when this process has privileges that the writer would gain.
 *
 * Every step to the file counts, so links are followed here, one at a time. In a folder that all may write but that is
 * sticky (such as /tmp) others can add but not replace: there, what is trusted is what this user or root made. */
#include "config.h"

#include "registry/internal.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define LINKS_MAX 40

/* One file, folder or link on the way; what it lies in was looked at before. */
static bool
trust_one(const char *name, bool *sticky_above, bool *is_link, struct why *why)
{
	struct stat status;
	if (lstat(name, &status) != 0)
		return why_set(why, "%s; %s", strerror(errno), errno == ENOENT ? "look at its name" : "make it readable");
	bool ours = status.st_uid == 0 || status.st_uid == geteuid();
	if (*sticky_above && !ours)
		return why_set(why, "%s belongs to user %ld, in a folder that all may write; move the plugin to a safe folder",
			name, (long)status.st_uid);
	*sticky_above = false;
	*is_link = S_ISLNK(status.st_mode);
	if (*is_link || !(status.st_mode & S_IWOTH)) return true;
	*sticky_above = S_ISDIR(status.st_mode) && (status.st_mode & S_ISVTX);
	return *sticky_above ||
		   why_set(why, "%s may be written by all, and this process is privileged; run chmod o-w on it", name);
}

/* Puts a link's target in its place: way begins with the link's name, length bytes long. */
static bool
follow(char way[PATH_MAX], size_t length, struct why *why)
{
	char target[PATH_MAX], rest[PATH_MAX];
	(void)snprintf(rest, sizeof(rest), "%s", way + length);
	way[length] = '\0';
	ssize_t got = readlink(way, target, sizeof(target) - 1);
	if (got < 0) return why_set(why, "%s; make it readable", strerror(errno));
	target[got] = '\0';
	size_t keep = target[0] == '/' ? 0 : (size_t)(strrchr(way, '/') - way) + 1;
	if (keep + (size_t)got + strlen(rest) >= PATH_MAX) return why_set(why, "its name is too long; move it");
	(void)snprintf(way + keep, PATH_MAX - keep, "%s%s", target, rest);
	return true;
}

/* The way to the folder in which the last plugin was. It is not looked at again for the next one: only those could have
 * changed it whom it trusts. (Where others can add, and so take a place that has become free, it is.) The folder itself
 * and the file are, each time. */
static char known[PATH_MAX];

static size_t
length_to_folder(const char *way)
{
	size_t slashes = 0, length = strlen(way);
	while (length > 0 && slashes < 2)
		slashes += way[--length] == '/';
	return length;
}

/* Returns how much of the way is known: 0, or up to its folder. */
static size_t
recall(const char *way)
{
	size_t length = length_to_folder(way);
	registry_lock();
	bool found = strlen(known) == length && memcmp(known, way, length) == 0;
	registry_unlock();
	return found ? length : 0;
}

static void
remember(const char *way)
{
	size_t length = length_to_folder(way);
	registry_lock();
	memcpy(known, way, length);
	known[length] = '\0';
	registry_unlock();
}

/* False after a refusal. again: a link was met and followed, so that the way is another one now. */
static bool
walk(char way[PATH_MAX], bool *again, struct why *why)
{
	bool sticky_above = false, is_link, sticky_somewhere = false;
	const size_t begin = recall(way);
	*again = false;
	if (!begin && !trust_one("/", &sticky_above, &is_link, why)) return false;
	for (size_t at = begin + 1; at <= strlen(way); at++) {
		char end = way[at];
		if (end != '/' && end != '\0') continue;
		way[at] = '\0';
		bool trusted = trust_one(way, &sticky_above, &is_link, why);
		way[at] = end;
		if (!trusted) return false;
		if (is_link) return *again = follow(way, at, why);
		sticky_somewhere |= sticky_above;
	}
	if (!begin && !sticky_somewhere) remember(way);
	return true;
}

bool
trust_file(const char *file, struct why *why)
{
	char way[PATH_MAX];
	bool again = true;
	if (geteuid() != 0 && !registry_privileged()) return true;
	if (strlen(file) >= sizeof(way)) return why_set(why, "its name is too long; move it");
	(void)snprintf(way, sizeof(way), "%s", file);
	for (int links = 0; again; links++) {
		if (links > LINKS_MAX) return why_set(why, "too many links lead to it; install the file itself");
		if (!walk(way, &again, why)) return false;
	}
	return true;
}
