# SPDX-License-Identifier: BSD-3-Clause
# Plugins that are never installed: -rpath makes libtool build the shared form. Each is its own .c.
fixture_ldflags = $(AM_LDFLAGS) -module -avoid-version -shared -rpath /nonexistent
check_LTLIBRARIES =
fixtures =
fixtures += tests/broken-plugins/backend-cycle.la
fixtures += tests/broken-plugins/backend-good.la
fixtures += tests/broken-plugins/backend-load-fails.la
fixtures += tests/broken-plugins/backend-load-fails-silently.la
fixtures += tests/broken-plugins/backend-missing-need.la
fixtures += tests/broken-plugins/backend-newer.la
fixtures += tests/broken-plugins/backend-need-version.la
fixtures += tests/broken-plugins/backend-newer-minor.la
fixtures += tests/broken-plugins/backend-no-interface.la
fixtures += tests/broken-plugins/backend-no-symbol.la
fixtures += tests/broken-plugins/backend-no-wait.la
fixtures += tests/broken-plugins/backend-older.la
fixtures += tests/broken-plugins/backend-other-interface.la
fixtures += tests/broken-plugins/backend-other-major.la
fixtures += tests/broken-plugins/backend-second-core.la
fixtures += tests/broken-plugins/backend-short.la
fixtures += tests/broken-plugins/backend-wrong-kind.la
fixtures += tests/broken-plugins/backend-wrong-name.la
fixtures += tests/broken-plugins/service-cycle.la
EXTRA_DIST += tests/broken-plugins/README.md tests/broken-plugins/fixture.h
if PLUGINS
check_LTLIBRARIES += $(fixtures)
endif
tests_broken_plugins_backend_cycle_la_LDFLAGS = $(fixture_ldflags)
tests_broken_plugins_backend_good_la_LDFLAGS = $(fixture_ldflags)
tests_broken_plugins_backend_load_fails_la_LDFLAGS = $(fixture_ldflags)
tests_broken_plugins_backend_load_fails_silently_la_LDFLAGS = $(fixture_ldflags)
tests_broken_plugins_backend_missing_need_la_LDFLAGS = $(fixture_ldflags)
tests_broken_plugins_backend_newer_la_LDFLAGS = $(fixture_ldflags)
tests_broken_plugins_backend_need_version_la_LDFLAGS = $(fixture_ldflags)
tests_broken_plugins_backend_newer_minor_la_LDFLAGS = $(fixture_ldflags)
tests_broken_plugins_backend_no_interface_la_LDFLAGS = $(fixture_ldflags)
tests_broken_plugins_backend_no_symbol_la_LDFLAGS = $(fixture_ldflags)
tests_broken_plugins_backend_no_wait_la_LDFLAGS = $(fixture_ldflags)
tests_broken_plugins_backend_older_la_LDFLAGS = $(fixture_ldflags)
tests_broken_plugins_backend_other_interface_la_LDFLAGS = $(fixture_ldflags)
tests_broken_plugins_backend_other_major_la_LDFLAGS = $(fixture_ldflags)
tests_broken_plugins_backend_second_core_la_LDFLAGS = $(fixture_ldflags)
tests_broken_plugins_backend_short_la_LDFLAGS = $(fixture_ldflags)
tests_broken_plugins_backend_wrong_kind_la_LDFLAGS = $(fixture_ldflags)
tests_broken_plugins_backend_wrong_name_la_LDFLAGS = $(fixture_ldflags)
tests_broken_plugins_service_cycle_la_LDFLAGS = $(fixture_ldflags)
