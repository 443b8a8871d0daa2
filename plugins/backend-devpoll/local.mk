# SPDX-License-Identifier: BSD-3-Clause
backend_devpoll_sources = plugins/backend-devpoll/devpoll.c
EXTRA_DIST += plugins/backend-devpoll/README.md

backend_devpoll_la_SOURCES = $(backend_devpoll_sources)
backend_devpoll_la_LDFLAGS = $(plugin_ldflags)
EXTRA_LTLIBRARIES += libbuiltin-backend-devpoll.la
libbuiltin_backend_devpoll_la_SOURCES = $(backend_devpoll_sources)
libbuiltin_backend_devpoll_la_CPPFLAGS = $(builtin_cppflags) -DEVENT_PLUGIN_BUILTIN=backend_devpoll
if BACKEND_DEVPOLL
if PLUGINS
plugin_LTLIBRARIES += backend-devpoll.la
endif
endif
EXTRA_DIST += $(backend_devpoll_sources)
