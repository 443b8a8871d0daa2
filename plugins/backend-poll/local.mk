# SPDX-License-Identifier: BSD-3-Clause
backend_poll_sources = plugins/backend-poll/poll.c
EXTRA_DIST += plugins/backend-poll/README.md

if PLUGINS
plugin_LTLIBRARIES += backend-poll.la
endif
backend_poll_la_SOURCES = $(backend_poll_sources)
backend_poll_la_LDFLAGS = $(plugin_ldflags)

EXTRA_LTLIBRARIES += libbuiltin-backend-poll.la
libbuiltin_backend_poll_la_SOURCES = $(backend_poll_sources)
libbuiltin_backend_poll_la_CPPFLAGS = $(builtin_cppflags) -DEVENT_PLUGIN_BUILTIN=backend_poll
