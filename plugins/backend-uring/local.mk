# SPDX-License-Identifier: BSD-3-Clause
backend_uring_sources = \
	plugins/backend-uring/interest.c \
	plugins/backend-uring/interest.h \
	plugins/backend-uring/uring.c
EXTRA_DIST += plugins/backend-uring/README.md

if BACKEND_URING
if PLUGINS
plugin_LTLIBRARIES += backend-uring.la
endif
endif
backend_uring_la_SOURCES = $(backend_uring_sources)
backend_uring_la_CPPFLAGS = $(AM_CPPFLAGS) $(LIBURING_CFLAGS)
backend_uring_la_LDFLAGS = $(plugin_ldflags)
backend_uring_la_LIBADD = $(LIBURING_LIBS)

EXTRA_LTLIBRARIES += libbuiltin-backend-uring.la
libbuiltin_backend_uring_la_SOURCES = $(backend_uring_sources)
libbuiltin_backend_uring_la_LIBADD = $(LIBURING_LIBS)
libbuiltin_backend_uring_la_CPPFLAGS = $(builtin_cppflags) $(LIBURING_CFLAGS) -DEVENT_PLUGIN_BUILTIN=backend_uring
