# SPDX-License-Identifier: BSD-3-Clause
backend_epoll_sources = \
	plugins/backend-epoll/epoll.c \
	plugins/backend-epoll/interest.c \
	plugins/backend-epoll/interest.h \
	plugins/backend-epoll/precise.c \
	plugins/backend-epoll/precise.h
EXTRA_DIST += plugins/backend-epoll/README.md

if PLUGINS
if BACKEND_EPOLL
plugin_LTLIBRARIES += backend-epoll.la
endif
endif
backend_epoll_la_SOURCES = $(backend_epoll_sources)
backend_epoll_la_LDFLAGS = $(plugin_ldflags)

EXTRA_LTLIBRARIES += libbuiltin-backend-epoll.la
libbuiltin_backend_epoll_la_SOURCES = $(backend_epoll_sources)
libbuiltin_backend_epoll_la_CPPFLAGS = $(builtin_cppflags) -DEVENT_PLUGIN_BUILTIN=backend_epoll
