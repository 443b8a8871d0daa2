# SPDX-License-Identifier: BSD-3-Clause
# config.h in, event2/event-config.h out: each name behind EVENT__. The package's own names are libevent's there.
/PACKAGE/d
/VERSION/d
s/^#define \([A-Za-z][A-Za-z0-9_]* .*\)/#define EVENT__\1/p
s/^.. #undef \([A-Za-z][A-Za-z0-9_]*\) ../\/* #undef EVENT__\1 *\//p
