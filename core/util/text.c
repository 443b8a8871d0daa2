/* SPDX-License-Identifier: BSD-3-Clause */
/* Text helpers of event2/util.h that no locale changes: formatting, numbers, comparing, dates. */
#include "config.h"

#include <event2/util.h>

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

int
evutil_snprintf(char *buf, size_t buflen, const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	int length = evutil_vsnprintf(buf, buflen, format, arguments);
	va_end(arguments);
	return length;
}

/* Returns 0 for an empty buffer, unlike C's: callers that add the result to a position and take it from the room left
 * rely on it. */
int
evutil_vsnprintf(char *buf, size_t buflen, const char *format, va_list ap)
{
	if (buflen == 0) return 0;
	int length = vsnprintf(buf, buflen, format, ap);
	if (length < 0) buf[0] = '\0';
	buf[buflen - 1] = '\0';
	return length;
}

ev_int64_t
evutil_strtoll(const char *s, char **endptr, int base)
{
	_Static_assert(sizeof(long long) == sizeof(ev_int64_t), "long long has 64 bits");
	return strtoll(s, endptr, base);
}

static int
lower(char c)
{
	unsigned char byte = (unsigned char)c;
	return byte >= 'A' && byte <= 'Z' ? byte + ('a' - 'A') : byte;
}

int
evutil_ascii_strncasecmp(const char *str1, const char *str2, size_t n)
{
	for (; n > 0; n--, str1++, str2++) {
		int a = lower(*str1), b = lower(*str2);
		if (a != b) return a < b ? -1 : 1;
		if (a == '\0') break;
	}
	return 0;
}

int
evutil_ascii_strcasecmp(const char *str1, const char *str2)
{
	return evutil_ascii_strncasecmp(str1, str2, SIZE_MAX);
}

/* strftime would name days and months in the program's language. */
int
evutil_date_rfc1123(char *date, const size_t datelen, const struct tm *tm)
{
	static const char days[][4] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
	static const char months[][4] = {
		"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
	struct tm now;
	if (!tm) {
		time_t seconds = time(NULL);
		tm = gmtime_r(&seconds, &now);
	}
	if (!tm || tm->tm_wday < 0 || tm->tm_wday > 6 || tm->tm_mon < 0 || tm->tm_mon > 11) {
		if (datelen > 0) date[0] = '\0';
		errno = EINVAL;
		return -1;
	}
	return evutil_snprintf(date, datelen, "%s, %02d %s %4ld %02d:%02d:%02d GMT", days[tm->tm_wday], tm->tm_mday,
		months[tm->tm_mon], 1900L + tm->tm_year, tm->tm_hour, tm->tm_min, tm->tm_sec);
}
