/* SPDX-License-Identifier: BSD-3-Clause */
/* Opening a plugin's file, and telling why that failed. dlerror() is right about most, but calls an object for another
 * processor a missing file: so after a failure we look at the file's head ourselves. And it maps what the head promises
 * without a look at the file's end: a file that was cut short (a full disk, an update that runs) would be SIGBUS. */
#include "config.h"

#include "registry/internal.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#ifdef __ELF__
#include <elf.h>
#include <link.h>
#endif

#ifdef __ELF__
/* Class, byte order and machine are compared with those of the object that this function is part of. */
static bool
head_is_ours(const char *file, struct why *why)
{
	_Static_assert(offsetof(Elf32_Ehdr, e_machine) == offsetof(Elf64_Ehdr, e_machine), "one layout so far");
	Elf32_Ehdr head, own;
	Dl_info info;
	int fd = open(file, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return why_set(why, "%s; %s", strerror(errno), errno == ENOENT ? "look at its name" : "make it readable");
	ssize_t got = read(fd, &head, sizeof(head));
	close(fd);
	if (got < (ssize_t)sizeof(head) || memcmp(head.e_ident, ELFMAG, SELFMAG) != 0)
		return why_set(why, "not a shared object (no ELF file); build or install it again");
	if (!dladdr((const void *)(size_t)object_open, &info) || !info.dli_fbase) return true;
	memcpy(&own, info.dli_fbase, sizeof(own));
	if (memcmp(own.e_ident, ELFMAG, SELFMAG) != 0) return true;
	if (head.e_machine != own.e_machine || head.e_ident[EI_CLASS] != own.e_ident[EI_CLASS] ||
		head.e_ident[EI_DATA] != own.e_ident[EI_DATA])
		return why_set(why,
			"made for another architecture (ELF machine %d, %d bits; this process: machine %d, %d bits); "
			"install the one for this system",
			head.e_machine, head.e_ident[EI_CLASS] == ELFCLASS64 ? 64 : 32, own.e_machine,
			own.e_ident[EI_CLASS] == ELFCLASS64 ? 64 : 32);
	return true;
}

/* The beginning of a file, in which the list of its segments lies as a rule. */
struct beginning {
	char bytes[1024];
	ssize_t got;
};

static bool
read_at(int fd, const struct beginning *begin, uint64_t offset, void *out, size_t size)
{
	if (begin->got < (ssize_t)size || offset > (uint64_t)begin->got - size)
		return pread(fd, out, size, (off_t)offset) == (ssize_t)size;
	memcpy(out, begin->bytes + offset, size);
	return true;
}

/* False when the file ends before what its head says is to be mapped. What is no such file is dlopen()'s to refuse. */
static bool
is_whole(const char *file, struct why *why)
{
	enum { SEGMENTS_MOST = 64 };
	ElfW(Ehdr) head;
	struct beginning begin;
	struct stat facts;
	bool whole = true;
	int fd = open(file, O_RDONLY | O_CLOEXEC);
	if (fd < 0) return true;
	if (fstat(fd, &facts) < 0) goto done;
	begin.got = pread(fd, begin.bytes, sizeof(begin.bytes), 0);
	if (begin.got < (ssize_t)sizeof(head)) goto done;
	memcpy(&head, begin.bytes, sizeof(head));
	if (memcmp(head.e_ident, ELFMAG, SELFMAG) != 0 || head.e_phentsize != sizeof(ElfW(Phdr))) goto done;
	if (head.e_ident[EI_CLASS] != (sizeof(void *) == 8 ? ELFCLASS64 : ELFCLASS32)) goto done;
	size_t count = head.e_phnum < SEGMENTS_MOST ? head.e_phnum : SEGMENTS_MOST;
	for (size_t i = 0; whole && i < count; i++) {
		ElfW(Phdr) segment;
		whole = read_at(fd, &begin, head.e_phoff + i * sizeof(segment), &segment, sizeof(segment));
		if (whole && segment.p_type == PT_LOAD)
			whole = segment.p_filesz <= (uint64_t)facts.st_size &&
					segment.p_offset <= (uint64_t)facts.st_size - segment.p_filesz;
	}
done:
	close(fd);
	if (whole) return true;
	return why_set(why, "cut short: the file ends after %lld bytes, before its last part; install it again",
		(long long)facts.st_size);
}
#else
static bool
is_whole(const char *file, struct why *why)
{
	(void)file, (void)why;
	return true;
}

static bool
head_is_ours(const char *file, struct why *why)
{
	(void)file, (void)why;
	return true;
}
#endif

/* What dlerror() says begins with the file's name, which our line has already. */
static const char *
loader_says(const char *file)
{
	const char *text = dlerror();
	if (!text) return "cannot be opened";
	size_t length = strlen(file);
	if (strncmp(text, file, length) == 0 && text[length] == ':') {
		text += length + 1;
		while (*text == ' ')
			text++;
	}
	return text;
}

/* A plugin that is linked to a shared core, in a program with a core of its own, would work on another set of bases. */
static bool
core_is_ours(void *handle, struct why *why)
{
	const void *found = dlsym(handle, "event_plugin_identity");
	if (!found) return true; /* it needs no core */
	const void *(*identity)(void);
	memcpy(&identity, &found, sizeof(identity));
	if (identity() == event_plugin_identity()) return true;
	Dl_info info;
	const char *other = dladdr(found, &info) && info.dli_fname ? info.dli_fname : "another one";
	return why_set(why,
		"it is bound to a second core in this process (%s); link the program to the shared libevent_core, or "
		"build the plugin in",
		other);
}

bool
object_open(const char *file, struct object *object, struct why *why)
{
	if (!trust_file(file, why) || !is_whole(file, why)) return false;
	object->handle = dlopen(file, RTLD_NOW | RTLD_LOCAL);
	if (!object->handle) {
		struct why loader;
		why_set(&loader, "%s", loader_says(file));
		if (!head_is_ours(file, why)) return false;
		return why_set(why, "%s; install what it needs, or build it again", loader.text);
	}
	object->symbol = dlsym(object->handle, "event_plugin");
	if (!object->symbol)
		why_set(why, "no symbol \"event_plugin\", so it is no plugin; define one with EVENT_PLUGIN_DEFINE()");
	else if (core_is_ours(object->handle, why))
		return true;
	dlclose(object->handle);
	return false;
}

void
object_close(void *handle)
{
	if (handle) dlclose(handle);
}
