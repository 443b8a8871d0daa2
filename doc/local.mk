# SPDX-License-Identifier: BSD-3-Clause
dist_man_MANS += doc/event-plugin.1 doc/event_rpcgen.1 doc/mkevent.7
EXTRA_DIST += doc/plugin-guide.md
