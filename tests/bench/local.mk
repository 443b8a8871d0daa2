# SPDX-License-Identifier: BSD-3-Clause
# Measurements: `make bench` prints, for each program and case, what it costs on mkevent and on the system's libevent.
bench_programs =
# In alphabetic order. A new one adds its line.
bench_programs += tests/bench/bev
bench_programs += tests/bench/dns
bench_programs += tests/bench/evbuffer
bench_programs += tests/bench/http
bench_programs += tests/bench/loop
bench_programs += tests/bench/rpc
bench_programs += tests/bench/timer
if OPENSSL
bench_programs += tests/bench/tls
endif
tests_bench_tls_CPPFLAGS = $(AM_CPPFLAGS) $(OPENSSL_CFLAGS)
tests_bench_tls_LDADD = libevent_openssl.la $(test_libs) $(OPENSSL_LIBS)
EXTRA_PROGRAMS += $(bench_programs)
CLEANFILES += $(bench_programs)

bench: all $(bench_programs)
	@MKEVENT_BUILD='$(abs_top_builddir)' $(SHELL) $(srcdir)/tests/bench/compare $(bench_programs)
.PHONY: bench

EXTRA_DIST += tests/bench/bench.h tests/bench/compare
