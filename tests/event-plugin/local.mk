# SPDX-License-Identifier: BSD-3-Clause
# A backend that does one thing wrong, for `event-plugin check-backend`; never installed.
if PLUGINS
check_LTLIBRARIES += tests/event-plugin/backend-wrong.la
endif
tests_event_plugin_backend_wrong_la_SOURCES = tests/event-plugin/backend-wrong.c
tests_event_plugin_backend_wrong_la_LDFLAGS = $(fixture_ldflags)
