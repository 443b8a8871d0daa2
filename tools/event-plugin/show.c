/* SPDX-License-Identifier: BSD-3-Clause */
/* list, info, verify and path: looking at plugins without using them. */
#include "tool.h"

#include <event2/plugin.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define WHY 1024

/* ---- list -------------------------------------------------------------------------------------------------------- */

/* "loaded", "built in", "usable", or "refused" with the reason in why. A found file is opened and checked for it. */
static const char *
standing(const struct event_plugin_info *info, char why[WHY])
{
	why[0] = '\0';
	switch (info->state) {
	case EVENT_PLUGIN_STATE_LOADED:
		return "loaded";
	case EVENT_PLUGIN_STATE_BUILTIN:
		return "built in";
	case EVENT_PLUGIN_STATE_REFUSED:
		snprintf(why, WHY, "%s", info->error);
		return "refused";
	case EVENT_PLUGIN_STATE_FOUND:
		return event_plugin_verify(info->file, why, WHY) == 0 ? "usable" : "refused";
	}
	return "unknown";
}

static int
list_one(const struct event_plugin_info *info, void *arg)
{
	char why[WHY];
	const char *state = standing(info, why);
	(void)arg;
	if (as_json) {
		json_open(NULL, '{');
		json_text("name", info->name);
		json_text("state", state);
		json_text("file", info->file);
		json_text("version", info->descriptor ? info->descriptor->version : NULL);
		json_text("error", why[0] ? why : NULL);
		json_close('}');
		return 0;
	}
	printf("%-20s %-9s %-8s %s%s%s\n", info->name, state, info->descriptor ? info->descriptor->version : "-",
		info->file ? info->file : "(in the core)", why[0] ? ": " : "", why);
	return 0;
}

int
command_list(int argc, char **argv)
{
	(void)argv;
	if (argc != 0) return 2;
	if (as_json)
		json_open(NULL, '[');
	else
		printf("%-20s %-9s %-8s %s\n", "NAME", "STATE", "VERSION", "FILE");
	int result = event_plugin_foreach(list_one, NULL);
	if (as_json) json_close(']');
	return result != 0;
}

/* ---- info -------------------------------------------------------------------------------------------------------- */

static void
print_needs(const struct event_plugin_need *need)
{
	for (; need && need->kind; need++) {
		if (!as_json) {
			printf("needs      %s %s %u.%u%s\n", kind_text(need->kind), need->name, need->major, need->minor,
				need->optional ? " (can do without)" : "");
			continue;
		}
		json_open(NULL, '{');
		json_text("kind", kind_text(need->kind));
		json_text("name", need->name);
		json_number("major", need->major);
		json_number("minor", need->minor);
		json_number("optional", need->optional);
		json_close('}');
	}
}

static void
print_calls(const struct event_plugin_call *call)
{
	for (; call && call->name; call++) {
		if (!as_json) {
			printf("offers     %s %s\n", call->name, call->signature);
			continue;
		}
		json_open(NULL, '{');
		json_text("name", call->name);
		json_text("signature", call->signature);
		json_close('}');
	}
}

static void
print_plain(const struct event_plugin_info *info)
{
	const struct event_plugin_descriptor *d = info->descriptor;
	printf("name       %s\nfile       %s\nkind       %s\n", info->name, info->file ? info->file : "(in the core)",
		kind_text(d->kind));
	printf("version    %s\nlicence    %s\nsummary    %s\n", d->version ? d->version : "-",
		d->licence ? d->licence : "-", d->summary ? d->summary : "-");
	printf("contract   %u.%u\n", d->abi_major, d->abi_minor);
	if (d->interface) printf("interface  %u.%u\n", d->interface->major, d->interface->minor);
	print_needs(d->needs);
	print_calls(d->calls);
}

static void
print_json(const struct event_plugin_info *info)
{
	const struct event_plugin_descriptor *d = info->descriptor;
	json_open(NULL, '{');
	json_text("name", info->name);
	json_text("file", info->file);
	json_text("kind", kind_text(d->kind));
	json_text("version", d->version);
	json_text("licence", d->licence);
	json_text("summary", d->summary);
	json_number("contract_major", d->abi_major);
	json_number("contract_minor", d->abi_minor);
	json_open("needs", '[');
	print_needs(d->needs);
	json_close(']');
	json_open("offers", '[');
	print_calls(d->calls);
	json_close(']');
	json_close('}');
}

static int
info_one(const struct event_plugin_info *info, void *wanted)
{
	if (!info->descriptor || strcmp(info->name, wanted) != 0) return 0;
	if (as_json)
		print_json(info);
	else
		print_plain(info);
	return 1;
}

int
command_info(int argc, char **argv)
{
	char name[NAME_MAX + 1];
	if (argc != 1) return 2;
	if (event_plugin_load(argv[0]) != 0) return 1;
	const char *slash = strrchr(argv[0], '/');
	snprintf(name, sizeof(name), "%s", slash ? slash + 1 : argv[0]);
	size_t length = strlen(name);
	if (length > 3 && strcmp(name + length - 3, ".so") == 0) name[length - 3] = '\0';
	return event_plugin_foreach(info_one, name) != 1;
}

/* ---- verify ------------------------------------------------------------------------------------------------------ */

int
command_verify(int argc, char **argv)
{
	int bad = 0;
	if (argc < 1) return 2;
	if (as_json) json_open(NULL, '[');
	for (int i = 0; i < argc; i++) {
		char why[WHY];
		char *file = realpath(argv[i], NULL);
		bool fine = event_plugin_verify(file ? file : argv[i], why, sizeof(why)) == 0;
		if (as_json) {
			json_open(NULL, '{');
			json_text("file", argv[i]);
			json_text("error", fine ? NULL : why);
			json_close('}');
		} else {
			printf("%s: %s\n", argv[i], fine ? "would load" : why);
		}
		bad |= !fine;
		free(file);
	}
	if (as_json) json_close(']');
	return bad;
}

/* ---- path -------------------------------------------------------------------------------------------------------- */

static int
path_one(const char *folder, void *arg)
{
	(void)arg;
	if (as_json)
		json_text(NULL, folder);
	else
		puts(folder);
	return 0;
}

int
command_path(int argc, char **argv)
{
	(void)argv;
	if (argc != 0) return 2;
	if (as_json) json_open(NULL, '[');
	event_plugin_foreach_folder(path_one, NULL);
	if (as_json) json_close(']');
	return 0;
}
