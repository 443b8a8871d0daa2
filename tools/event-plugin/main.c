/* SPDX-License-Identifier: BSD-3-Clause */
/* event-plugin: what plugins there are, whether one would load and what is wrong when not, what it offers, and what it
 * costs. See event-plugin(1). */
#include "tool.h"

#include <event2/event.h>
#include <event2/plugin.h>
#include <stdio.h>
#include <string.h>

bool as_json;

static const struct {
	const char *name;
	int (*run)(int argc, char **argv);
	const char *arguments, *summary;
} commands[] = {
	{"list", command_list, "", "every plugin that is found, where, and whether it can be used"},
	{"info", command_info, "NAME|FILE", "what a plugin says of itself, needs and offers"},
	{"verify", command_verify, "FILE...", "whether a file would load, and what to do when not"},
	{"path", command_path, "", "the folders in which plugins are looked for"},
	{"call", command_call, "NAME FUNCTION [ARGUMENT...]", "calls a function that a plugin offers with a signature"},
	{"check-backend", command_check_backend, "NAME|FILE [CHECK]",
		"whether a backend keeps the contract: the suite that ours pass"},
	{"bench", command_bench, "", "what a turn of the loop costs with each backend on this machine"},
};

#define COMMANDS (sizeof(commands) / sizeof(commands[0]))

const char *
kind_text(unsigned kind)
{
	switch (kind) {
	case EVENT_PLUGIN_BACKEND:
		return "backend";
	case EVENT_PLUGIN_PROTOCOL:
		return "protocol";
	case EVENT_PLUGIN_FILTER:
		return "filter";
	case EVENT_PLUGIN_SERVICE:
		return "service";
	}
	return "unknown";
}

static int
usage(FILE *out, int status)
{
	fprintf(out, "usage: event-plugin [--json] COMMAND [ARGUMENT...]\n\n");
	for (size_t i = 0; i < COMMANDS; i++)
		fprintf(out, "  %-14s%-29s%s\n", commands[i].name, commands[i].arguments, commands[i].summary);
	fprintf(out, "\nExit status: 0 all well, 1 the answer is no, 2 wrong usage.\n");
	return status;
}

static void
say(int severity, const char *text)
{
	if (severity >= EVENT_LOG_WARN) fprintf(stderr, "%s\n", text);
}

int
main(int argc, char **argv)
{
	event_set_log_callback(say);
	for (argc--, argv++; argc > 0 && argv[0][0] == '-'; argc--, argv++) {
		if (strcmp(argv[0], "--json") == 0)
			as_json = true;
		else if (strcmp(argv[0], "--help") == 0)
			return usage(stdout, 0);
		else if (strcmp(argv[0], "--version") == 0)
			return printf("event-plugin %s\n", mkevent_version()) < 0;
		else
			return usage(stderr, 2);
	}
	for (size_t i = 0; argc > 0 && i < COMMANDS; i++) {
		if (strcmp(argv[0], commands[i].name) != 0) continue;
		int status = commands[i].run(argc - 1, argv + 1);
		if (status == 2) fprintf(stderr, "usage: event-plugin %s %s\n", commands[i].name, commands[i].arguments);
		if (as_json && status != 2) putchar('\n');
		return fflush(stdout) == 0 ? status : 1;
	}
	return usage(stderr, 2);
}
