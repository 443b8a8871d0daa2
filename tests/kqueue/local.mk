# SPDX-License-Identifier: BSD-3-Clause
# The kqueue backend over a look-alike of kqueue(2), where the real one is missing: a test, never installed.
if KQUEUE_LOOKALIKE
check_LTLIBRARIES += tests/kqueue/backend-kqueue.la
endif
tests_kqueue_backend_kqueue_la_SOURCES = $(backend_kqueue_sources) tests/kqueue/lookalike.c tests/kqueue/sys/event.h
tests_kqueue_backend_kqueue_la_CPPFLAGS = -I$(srcdir)/tests/kqueue $(AM_CPPFLAGS)
tests_kqueue_backend_kqueue_la_LDFLAGS = $(AM_LDFLAGS) -module -avoid-version -shared -rpath /nowhere
tests_kqueue_backend_kqueue_la_LIBADD = $(PTHREAD_LIBS)
