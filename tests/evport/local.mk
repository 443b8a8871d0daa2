# SPDX-License-Identifier: BSD-3-Clause
# The evport backend over a look-alike of event ports, where the real ones are missing: a test, never installed.
if EVPORT_LOOKALIKE
check_LTLIBRARIES += tests/evport/backend-evport.la
endif
tests_evport_backend_evport_la_SOURCES = plugins/backend-evport/evport.c tests/evport/lookalike.c tests/evport/port.h
tests_evport_backend_evport_la_CPPFLAGS = -I$(srcdir)/tests/evport $(AM_CPPFLAGS)
tests_evport_backend_evport_la_LDFLAGS = $(AM_LDFLAGS) -module -avoid-version -shared -rpath /nowhere
tests_evport_backend_evport_la_LIBADD = $(PTHREAD_LIBS)
