/* SPDX-License-Identifier: BSD-3-Clause */
/* Messages written as text, for tables of cases. Words:
 *
 *   h:FLAGS,Q,A,N,R  header with id 1234: flags in hex, four counts
 *   n:NAME           a name, not compressed; "n:." is the root
 *   l:LABEL          one label without an end
 *   p:N              a pointer to offset N
 *   w:N  d:N         a number of 16 or 32 bits
 *   x:HEX            bytes
 *   z:N              N zero bytes
 *   [ ... ]          what is between has its length in 16 bits in front
 *   q                the question www.example.org A IN
 *   a:ADDRESS        an A record of that address: owner p:12, IN, 60 seconds
 *   c:NAME           a CNAME record: owner p:12, IN, 50 seconds
 */
#ifndef TESTS_PARSER_DNS_MESSAGE_H_
#define TESTS_PARSER_DNS_MESSAGE_H_

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

struct bytes {
	unsigned char at[70000];
	size_t length;
	size_t open; /* where the length of [ stands */
};

static inline void
put16(struct bytes *out, unsigned value)
{
	out->at[out->length++] = (unsigned char)(value >> 8);
	out->at[out->length++] = (unsigned char)value;
}

static inline void
put_label(struct bytes *out, const char *label, size_t length)
{
	out->at[out->length++] = (unsigned char)length;
	memcpy(out->at + out->length, label, length);
	out->length += length;
}

static inline void
put_name(struct bytes *out, const char *name)
{
	while (*name && *name != '.') {
		size_t length = strcspn(name, ".");
		put_label(out, name, length);
		name += length;
		if (*name) name++;
	}
	out->at[out->length++] = 0;
}

static inline void
put_record(struct bytes *out, unsigned type, unsigned ttl)
{
	put16(out, 0xc00c);
	put16(out, type);
	put16(out, 1);
	put16(out, 0);
	put16(out, ttl);
}

static inline void
put_word(struct bytes *out, const char *word)
{
	const char *value = word + 2;
	unsigned flags, counts[4];
	switch (word[0]) {
	case 'h':
		sscanf(value, "%x,%u,%u,%u,%u", &flags, &counts[0], &counts[1], &counts[2], &counts[3]);
		put16(out, 0x1234);
		put16(out, flags);
		for (int i = 0; i < 4; i++)
			put16(out, counts[i]);
		break;
	case 'n':
		put_name(out, value);
		break;
	case 'l':
		put_label(out, value, strlen(value));
		break;
	case 'p':
		put16(out, 0xc000 | (unsigned)atoi(value));
		break;
	case 'd':
		put16(out, (unsigned)(strtoul(value, NULL, 0) >> 16));
		put16(out, (unsigned)strtoul(value, NULL, 0) & 0xffff);
		break;
	case 'w':
		put16(out, (unsigned)strtoul(value, NULL, 0));
		break;
	case 'x':
		for (; value[0] && value[1]; value += 2) {
			unsigned byte;
			sscanf(value, "%2x", &byte);
			out->at[out->length++] = (unsigned char)byte;
		}
		break;
	case 'z':
		memset(out->at + out->length, 0, (size_t)atoi(value));
		out->length += (size_t)atoi(value);
		break;
	case '[':
		out->open = out->length;
		put16(out, 0);
		break;
	case ']': {
		size_t length = out->length - out->open - 2;
		out->at[out->open] = (unsigned char)(length >> 8);
		out->at[out->open + 1] = (unsigned char)length;
		break;
	}
	case 'q':
		put_name(out, "www.example.org");
		put16(out, 1);
		put16(out, 1);
		break;
	case 'a':
		put_record(out, 1, 60);
		put16(out, 4);
		inet_pton(AF_INET, value, out->at + out->length);
		out->length += 4;
		break;
	case 'c': {
		put_record(out, 5, 50);
		size_t at = out->length;
		put16(out, 0);
		put_name(out, value);
		out->at[at + 1] = (unsigned char)(out->length - at - 2);
		break;
	}
	default:
		fprintf(stderr, "what is \"%s\"?\n", word);
		abort();
	}
}

static inline void
write_message(struct bytes *out, const char *text)
{
	char *copy = strdup(text), *rest = copy, *word;
	out->length = 0;
	while ((word = strsep(&rest, " \n")))
		if (*word) put_word(out, word);
	free(copy);
}

/* A copy that ends where memory that cannot be read begins: one byte too far ends the process. */
static inline unsigned char *
guarded(const unsigned char *bytes, size_t length)
{
	static unsigned char *room;
	size_t page = (size_t)sysconf(_SC_PAGESIZE), size = (70000 / page + 1) * page;
	if (!room) {
		room = mmap(NULL, size + page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
		if (room == MAP_FAILED || mprotect(room + size, page, PROT_NONE) != 0) abort();
	}
	unsigned char *copy = room + size - length;
	if (length) memcpy(copy, bytes, length);
	return copy;
}

#endif
