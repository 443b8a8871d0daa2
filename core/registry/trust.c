/* SPDX-License-Identifier: BSD-3-Clause */
/* Who may have written a plugin's file. Only asked when this process has privileges that the writer would gain.
 *
 * In a folder that all may write but that is sticky (such as /tmp) others can add but not replace: there, what is
 * trusted is what this user or root made. */
#include "config.h"

#include "registry/internal.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* One file or folder on the way; its own folder was looked at before. */
static bool
trust_one(const char *name, bool *sticky_above, struct why *why)
{
	struct stat status;
	if (lstat(name, &status) != 0) return why_set(why, "%s: %s; make it readable", name, strerror(errno));
	bool ours = status.st_uid == 0 || status.st_uid == geteuid();
	if (*sticky_above && !ours)
		return why_set(why, "%s belongs to user %ld, in a folder that all may write; move the plugin to a safe folder",
			name, (long)status.st_uid);
	*sticky_above = false;
	if (S_ISLNK(status.st_mode) || !(status.st_mode & S_IWOTH)) return true;
	if (S_ISDIR(status.st_mode) && (status.st_mode & S_ISVTX)) {
		*sticky_above = true;
		return true;
	}
	return why_set(why, "%s may be written by all, and this process is privileged; run chmod o-w on it", name);
}

static bool
trust_way(const char *file, struct why *why)
{
	char part[PATH_MAX];
	bool sticky_above = false;
	size_t length = strlen(file);
	if (length >= sizeof(part)) return why_set(why, "the name is too long; move it");
	if (!trust_one("/", &sticky_above, why)) return false;
	for (size_t at = 1; at <= length; at++) {
		if (file[at] != '/' && file[at] != '\0') continue;
		memcpy(part, file, at);
		part[at] = '\0';
		if (!trust_one(part, &sticky_above, why)) return false;
	}
	return true;
}

bool
trust_file(const char *file, struct why *why)
{
	if (geteuid() != 0 && !registry_privileged()) return true;
	char *real = realpath(file, NULL);
	if (!real)
		return why_set(why, "%s; %s", strerror(errno), errno == ENOENT ? "look at its name" : "make it readable");
	bool trusted = trust_way(file, why) && (strcmp(real, file) == 0 || trust_way(real, why));
	free(real);
	return trusted;
}
