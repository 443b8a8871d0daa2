/* SPDX-License-Identifier: BSD-3-Clause */
/* Defect: a shared object, but no plugin: there is no symbol "event_plugin". */
extern __attribute__((visibility("default"))) int something_else;
int something_else = 1;
