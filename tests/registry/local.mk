# SPDX-License-Identifier: BSD-3-Clause
# A privileged copy of the program finds the core through its own run path alone.
check_PROGRAMS += tests/registry/probe
tests_registry_probe_LDADD = libevent_core.la
tests_registry_probe_LDFLAGS = $(AM_LDFLAGS) -Wl,-rpath,$(abs_top_builddir)/.libs
test_scripts += tests/registry/start.sh
