# SPDX-License-Identifier: BSD-3-Clause
# The devpoll backend over a look-alike of /dev/poll, where the real one is missing: a test, never installed.
if DEVPOLL_LOOKALIKE
check_LTLIBRARIES += tests/devpoll/backend-devpoll.la
endif
tests_devpoll_backend_devpoll_la_SOURCES = plugins/backend-devpoll/devpoll.c tests/devpoll/lookalike.c \
	tests/devpoll/sys/devpoll.h
tests_devpoll_backend_devpoll_la_CPPFLAGS = -I$(srcdir)/tests/devpoll $(AM_CPPFLAGS)
tests_devpoll_backend_devpoll_la_LDFLAGS = $(AM_LDFLAGS) -module -avoid-version -shared -rpath /nowhere
tests_devpoll_backend_devpoll_la_LIBADD = $(PTHREAD_LIBS)
