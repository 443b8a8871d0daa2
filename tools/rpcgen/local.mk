# SPDX-License-Identifier: BSD-3-Clause
# event_rpcgen, also under the name that build files of libevent's programs call.
bin_PROGRAMS += event_rpcgen
event_rpcgen_SOURCES = \
	tools/rpcgen/emit.c \
	tools/rpcgen/emit_field.c \
	tools/rpcgen/lexer.c \
	tools/rpcgen/main.c \
	tools/rpcgen/model.h \
	tools/rpcgen/parser.c
event_rpcgen_LDADD =

install-exec-hook: install-rpcgen-name
install-rpcgen-name:
	@rm -f "$(DESTDIR)$(bindir)/event_rpcgen.py"
	@cd "$(DESTDIR)$(bindir)" && $(LN_S) event_rpcgen$(EXEEXT) event_rpcgen.py
uninstall-hook: uninstall-rpcgen-name
uninstall-rpcgen-name:
	@rm -f "$(DESTDIR)$(bindir)/event_rpcgen.py"
.PHONY: install-rpcgen-name uninstall-rpcgen-name
