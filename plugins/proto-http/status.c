/* SPDX-License-Identifier: BSD-3-Clause */
/* Reason phrases: the IANA registry of status codes. */
#include "status.h"

#include <stddef.h>

static const char *const informational[] = {"Continue", "Switching Protocols", "Processing", "Early Hints"};

static const char *const success[] = {"OK", "Created", "Accepted", "Non-Authoritative Information", "No Content",
	"Reset Content", "Partial Content", "Multi-Status", "Already Reported"};

static const char *const redirection[] = {"Multiple Choices", "Moved Permanently", "Found", "See Other", "Not Modified",
	"Use Proxy", NULL, "Temporary Redirect", "Permanent Redirect"};

static const char *const client_error[] = {"Bad Request", "Unauthorized", "Payment Required", "Forbidden", "Not Found",
	"Method Not Allowed", "Not Acceptable", "Proxy Authentication Required", "Request Timeout", "Conflict", "Gone",
	"Length Required", "Precondition Failed", "Content Too Large", "URI Too Long", "Unsupported Media Type",
	"Range Not Satisfiable", "Expectation Failed", NULL, NULL, NULL, "Misdirected Request", "Unprocessable Content",
	"Locked", "Failed Dependency", "Too Early", "Upgrade Required", NULL, "Precondition Required", "Too Many Requests",
	NULL, "Request Header Fields Too Large"};

static const char *const server_error[] = {"Internal Server Error", "Not Implemented", "Bad Gateway",
	"Service Unavailable", "Gateway Timeout", "HTTP Version Not Supported", "Variant Also Negotiates",
	"Insufficient Storage", "Loop Detected", NULL, "Not Extended", "Network Authentication Required"};

#define CLASS(names, text)                                                                                             \
	{                                                                                                                  \
		names, sizeof(names) / sizeof((names)[0]), text                                                                \
	}

static const struct {
	const char *const *names;
	size_t count;
	const char *text;
} classes[] = {CLASS(informational, "Informational"), CLASS(success, "Success"), CLASS(redirection, "Redirection"),
	CLASS(client_error, "Client Error"), CLASS(server_error, "Server Error")};

const char *
status_reason(int code)
{
	if (code < 100 || code > 599) return "Unknown Status";
	const size_t class = (size_t)(code / 100 - 1), index = (size_t)(code % 100);
	const char *name = index < classes[class].count ? classes[class].names[index] : NULL;
	return name ? name : classes[class].text;
}
