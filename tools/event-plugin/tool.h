/* SPDX-License-Identifier: BSD-3-Clause */
/* event-plugin: one function a command. Each takes its arguments behind the command's name and returns the exit status:
 * 0 all well, 1 the answer is no, 2 wrong usage. */
#ifndef EVENT_PLUGIN_TOOL_H_
#define EVENT_PLUGIN_TOOL_H_

#include <stdbool.h>
#include <stddef.h>

extern bool as_json;

int command_list(int argc, char **argv);
int command_info(int argc, char **argv);
int command_verify(int argc, char **argv);
int command_path(int argc, char **argv);
int command_call(int argc, char **argv);
int command_bench(int argc, char **argv);
int command_check_backend(int argc, char **argv);

/* "backend", "protocol", ... */
const char *kind_text(unsigned kind);

/* ---- json.c: what programs read ---- */

/* An object's or array's beginning and end; name: NULL inside an array. Commas and quoting are its business. */
void json_open(const char *name, char bracket);
void json_close(char bracket);
void json_text(const char *name, const char *value); /* value NULL: null */
void json_number(const char *name, double value);

#endif
