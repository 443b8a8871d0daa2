# SPDX-License-Identifier: BSD-3-Clause
# Thin libraries with libevent's names: they load a plugin and jump through its interface.

lib_LTLIBRARIES += libevent_extra.la
libevent_extra_la_SOURCES = \
	core/facade/dns.c \
	core/facade/forward.h \
	core/facade/http.c \
	core/facade/rpc.c \
	core/facade/ws.c
libevent_extra_la_LDFLAGS = $(library_ldflags) -export-symbols $(srcdir)/core/libevent_extra.sym
libevent_extra_la_LIBADD = libevent_core.la
EXTRA_libevent_extra_la_DEPENDENCIES = core/libevent_extra.sym

lib_LTLIBRARIES += libevent_openssl.la
libevent_openssl_la_SOURCES = \
	core/facade/forward.h \
	core/facade/ssl.c
libevent_openssl_la_LDFLAGS = $(library_ldflags) -export-symbols $(srcdir)/core/libevent_openssl.sym
libevent_openssl_la_LIBADD = libevent_core.la
EXTRA_libevent_openssl_la_DEPENDENCIES = core/libevent_openssl.sym

lib_LTLIBRARIES += libevent.la
libevent_la_SOURCES = core/facade/umbrella.c
libevent_la_LDFLAGS = $(library_ldflags)
libevent_la_LIBADD = libevent_core.la libevent_extra.la

if THREADS
lib_LTLIBRARIES += libevent_pthreads.la
endif
libevent_pthreads_la_SOURCES =
libevent_pthreads_la_CFLAGS = $(AM_CFLAGS) $(PTHREAD_CFLAGS)
libevent_pthreads_la_LDFLAGS = $(library_ldflags) -export-symbols $(srcdir)/core/libevent_pthreads.sym
libevent_pthreads_la_LIBADD = libevent_core.la $(PTHREAD_LIBS)
EXTRA_libevent_pthreads_la_DEPENDENCIES = core/libevent_pthreads.sym

pkgconfig_DATA = \
	core/libevent.pc \
	core/libevent_core.pc \
	core/libevent_extra.pc \
	core/libevent_openssl.pc \
	core/mkevent-plugin.pc
if THREADS
pkgconfig_DATA += core/libevent_pthreads.pc
endif

# -levent finds libevent.so (libevent.a in a static link). The umbrella has no symbols to offer a linker, so the
# development file is text that names the two libraries which have them. (Who uses no protocol has only the core to load.)
install-exec-hook:
if LINKER_SCRIPTS
	@for file in libevent.so libevent.a; do \
		test -f "$(DESTDIR)$(libdir)/$$file" || continue; \
		rm -f "$(DESTDIR)$(libdir)/$$file"; \
		echo " linker script for -levent: $$file"; \
		case $$file in \
			*.a) parts="-levent_extra -levent_core`printf ' %s\n' $(BUILTIN_LIBS_EXTRA) $(BUILTIN_LIBS_CORE) | grep '^ -l' | tr -d '\n'`" ;; \
			*) parts='AS_NEEDED(-levent_extra) -levent_core' ;; \
		esac; \
		printf '/* GNU ld script: -levent is these two */\n%s\n' "INPUT($$parts)" \
			>"$(DESTDIR)$(libdir)/$$file" || exit 1; \
	done
endif
