/* SPDX-License-Identifier: BSD-3-Clause */
/* event_rpcgen: C for the messages of a .rpc file.
 *
 * usage: event_rpcgen [--quiet] FILE.rpc [HEADER [SOURCE]]
 *
 * The outputs are FILE.gen.h and FILE.gen.c unless named. They are written to files beside them and renamed at the end,
 * so that a failure leaves what was there. */
#include "model.h"

#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

void
fail(const char *file, unsigned line, const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	if (line)
		fprintf(stderr, "%s:%u: ", file, line);
	else
		fprintf(stderr, "event_rpcgen: %s: ", file);
	vfprintf(stderr, format, arguments);
	fputc('\n', stderr);
	va_end(arguments);
	exit(1);
}

void *
grow(void *memory, size_t size)
{
	void *more = realloc(memory, size);
	if (!more) fail("memory", 0, "%s", strerror(errno));
	return more;
}

char *
copy_text(const char *text, size_t len)
{
	char *copy = grow(NULL, len + 1);
	memcpy(copy, text, len);
	copy[len] = '\0';
	return copy;
}

static char *
read_file(const char *name)
{
	size_t size = 0, room = 4096;
	char *text = grow(NULL, room);
	FILE *in = fopen(name, "r");
	if (!in) fail(name, 0, "%s", strerror(errno));
	for (size_t n; (n = fread(text + size, 1, room - size - 1, in)) > 0;) {
		size += n;
		if (room - size < 2) text = grow(text, room *= 2);
	}
	if (ferror(in)) fail(name, 0, "%s", strerror(errno));
	fclose(in);
	text[size] = '\0';
	if (strlen(text) != size) fail(name, 0, "there is a NUL byte in the file");
	return text;
}

/* NAME.rpc becomes NAME and the ending. */
static char *
output_name(const char *input, const char *ending)
{
	size_t len = strlen(input);
	if (len > 4 && strcmp(input + len - 4, ".rpc") == 0) len -= 4;
	char *name = grow(NULL, len + strlen(ending) + 1);
	memcpy(name, input, len);
	strcpy(name + len, ending);
	return name;
}

static void
write_file(const char *name, const struct model *model, const char *header,
	void (*write)(FILE *out, const struct model *model, const char *header))
{
	char *part = output_name(name, ".part");
	FILE *out = fopen(part, "w");
	if (!out) fail(part, 0, "%s", strerror(errno));
	write(out, model, header);
	bool bad = ferror(out) != 0;
	if (fclose(out) != 0 || bad || rename(part, name) != 0) {
		int error = errno;
		remove(part);
		fail(name, 0, "%s", strerror(error));
	}
	free(part);
}

static const char usage[] = "usage: event_rpcgen [--quiet] FILE.rpc [HEADER [SOURCE]]\n"
							"Writes C for the messages of a .rpc file: FILE.gen.h and FILE.gen.c unless named.\n";

int
main(int argc, char **argv)
{
	const char *names[3] = {NULL, NULL, NULL};
	int count = 0;
	bool quiet = false;
	for (int i = 1; i < argc; i++) {
		if (strcmp(argv[i], "--help") == 0) {
			fputs(usage, stdout);
			return 0;
		}
		if (strcmp(argv[i], "--quiet") == 0)
			quiet = true;
		else if (argv[i][0] != '-' && count < 3)
			names[count++] = argv[i];
		else
			count = 4;
	}
	if (count < 1 || count > 3) {
		fputs(usage, stderr);
		return 2;
	}
	struct model model = {0};
	char *text = read_file(names[0]);
	parse(names[0], text, &model);
	char *header = names[1] ? copy_text(names[1], strlen(names[1])) : output_name(names[0], ".gen.h");
	char *source = names[2] ? copy_text(names[2], strlen(names[2])) : output_name(names[0], ".gen.c");
	write_file(header, &model, header, emit_header);
	write_file(source, &model, header, emit_source);
	if (!quiet) printf("%s, %s: %zu messages\n", header, source, model.count);
	free(header);
	free(source);
	free(text);
	model_free(&model);
	return 0;
}
