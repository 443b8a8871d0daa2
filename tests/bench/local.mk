# SPDX-License-Identifier: BSD-3-Clause
# Measurements. Nothing here is part of `make all`.
#   make bench         each figure on mkevent, libevent, libev, libuv and the system's calls alone, in turn, and their ratios
#   make bench-http    our HTTP server, libevent's and nginx under wrk; a part of make bench when BENCH is empty
#   make bench-table   doc/performance-table.md from the last bench
#   make bench-plots   the pictures of doc/performance.md
#   make bench-instructions   the table once more, in instructions, the kernel's included (KERNEL=FILE)
# BENCH names programs or cases (BENCH='loop timers'); BENCH_ROUNDS is how often each is measured; BENCH_OUT the file.
bench_programs =
# In alphabetic order. A new one adds its line.
bench_programs += tests/bench/bev
if THREADS
bench_programs += tests/bench/cores
endif
bench_programs += tests/bench/dns
bench_programs += tests/bench/evbuffer
bench_programs += tests/bench/http
bench_programs += tests/bench/loop
bench_programs += tests/bench/memory
bench_programs += tests/bench/process
bench_programs += tests/bench/process_all
bench_programs += tests/bench/rpc
bench_programs += tests/bench/scale
if THREADS
bench_programs += tests/bench/threads
endif
bench_programs += tests/bench/timer
if OPENSSL
bench_programs += tests/bench/tls
endif
bench_programs += tests/bench/uri
tests_bench_tls_CPPFLAGS = $(AM_CPPFLAGS) $(OPENSSL_CFLAGS)
tests_bench_tls_LDADD = libevent_openssl.la $(test_libs) $(OPENSSL_LIBS)
# These two are what they are linked with.
tests_bench_process_LDADD = libevent_core.la
tests_bench_process_all_SOURCES = tests/bench/process.c
tests_bench_process_all_CPPFLAGS = $(AM_CPPFLAGS) -DBENCH_PROCESS_ALL
tests_bench_process_all_LDADD = libevent_extra.la libevent_core.la

# The others: programs of their own, where the library is there.
bench_peers =
if BACKEND_EPOLL
bench_peers += tests/bench/bare
tests_bench_bare_LDADD =
if LIBEV
bench_peers += tests/bench/peer_ev
endif
if LIBUV
bench_peers += tests/bench/peer_uv
endif
endif
tests_bench_peer_ev_LDADD = $(LIBEV_LIBS)
tests_bench_peer_uv_LDADD = $(LIBUV_LIBS)

# The same once more, to count calls and allocations: what stands before libc's functions would be in the times.
counting_ldflags = $(AM_LDFLAGS) -export-dynamic
bench_counting =
if COUNTING
bench_counting += tests/bench/bev_counting tests/bench/dns_counting tests/bench/evbuffer_counting \
	tests/bench/http_counting tests/bench/loop_counting tests/bench/bare_counting
if LIBEV
bench_counting += tests/bench/peer_ev_counting
endif
if LIBUV
bench_counting += tests/bench/peer_uv_counting
endif
endif
tests_bench_bev_counting_SOURCES = tests/bench/bev.c tests/bench/count.c
tests_bench_bev_counting_LDFLAGS = $(counting_ldflags)
tests_bench_dns_counting_SOURCES = tests/bench/dns.c tests/bench/count.c
tests_bench_dns_counting_LDFLAGS = $(counting_ldflags)
tests_bench_evbuffer_counting_SOURCES = tests/bench/evbuffer.c tests/bench/count.c
tests_bench_evbuffer_counting_LDFLAGS = $(counting_ldflags)
tests_bench_http_counting_SOURCES = tests/bench/http.c tests/bench/count.c
tests_bench_http_counting_LDFLAGS = $(counting_ldflags)
tests_bench_loop_counting_SOURCES = tests/bench/loop.c tests/bench/count.c
tests_bench_loop_counting_LDFLAGS = $(counting_ldflags)
tests_bench_bare_counting_SOURCES = tests/bench/bare.c tests/bench/count.c
tests_bench_bare_counting_LDFLAGS = $(counting_ldflags)
tests_bench_bare_counting_LDADD =
tests_bench_peer_ev_counting_SOURCES = tests/bench/peer_ev.c tests/bench/count.c
tests_bench_peer_ev_counting_LDFLAGS = $(counting_ldflags)
tests_bench_peer_ev_counting_LDADD = $(LIBEV_LIBS)
tests_bench_peer_uv_counting_SOURCES = tests/bench/peer_uv.c tests/bench/count.c
tests_bench_peer_uv_counting_LDFLAGS = $(counting_ldflags)
tests_bench_peer_uv_counting_LDADD = $(LIBUV_LIBS)

# The server of http-peers.
bench_servers = tests/bench/http_serve

bench_all = $(bench_programs) $(bench_peers) $(bench_counting) $(bench_servers)
# They are built and run for a moment by `make check`, so that they keep working.
check_PROGRAMS += $(bench_all)
TESTS += tests/bench/test.sh

BENCH_OUT = bench.tsv
BENCH_ROUNDS = 5
bench_run = MKEVENT_BUILD='$(abs_top_builddir)' BENCH_ROUNDS='$(BENCH_ROUNDS)' $(SHELL) $(srcdir)/tests/bench/run
bench_table = $(AWK) -f $(srcdir)/tests/bench/table.awk

bench: all $(bench_all)
	@$(bench_run) -o '$(BENCH_OUT)' -p '$(bench_programs)' $(BENCH)
	@$(bench_table) $(srcdir)/tests/bench/rows '$(BENCH_OUT)'
	@[ -n '$(BENCH)' ] || MKEVENT_BUILD='$(abs_top_builddir)' $(SHELL) $(srcdir)/tests/bench/http-peers
bench-http: all $(bench_servers)
	@MKEVENT_BUILD='$(abs_top_builddir)' $(SHELL) $(srcdir)/tests/bench/http-peers
bench-table:
	$(bench_table) -v markdown=1 $(srcdir)/tests/bench/rows '$(BENCH_OUT)' >$(srcdir)/doc/performance-table.md
bench-plots: all $(bench_all)
	@$(bench_run) -o bench-plots.tsv -p 'tests/bench/scale tests/bench/bev' idle_fds timers_among connections
	@$(SHELL) $(srcdir)/tests/bench/plot bench-plots.tsv $(srcdir)/doc
# Goals are those of the times.
bench-instructions: all $(bench_all)
	@MKEVENT_BUILD='$(abs_top_builddir)' KERNEL='$(KERNEL)' $(SHELL) $(srcdir)/tests/bench/instructions \
		-o bench-instructions.tsv -p '$(bench_programs)' $(BENCH)
	@sed 's/ratio	[0-9.]*$$/info/; s/count	[0-9.]*$$/info/' $(srcdir)/tests/bench/rows >bench-instructions.rows
	@[ ! -s bench-instructions.tsv ] || $(bench_table) bench-instructions.rows bench-instructions.tsv
CLEANFILES += bench.tsv bench-plots.tsv bench-instructions.tsv bench-instructions.rows
.PHONY: bench bench-http bench-table bench-plots bench-instructions

EXTRA_DIST += tests/bench/bench.h tests/bench/fresh.h tests/bench/partner.h tests/bench/scale.h \
	tests/bench/timers.h tests/bench/cases.sh tests/bench/http-peers tests/bench/instructions tests/bench/plot tests/bench/rows tests/bench/run tests/bench/table.awk \
	tests/bench/test.sh
