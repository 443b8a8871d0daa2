# SPDX-License-Identifier: BSD-3-Clause
dist_man_MANS += doc/event-plugin.1 doc/event_rpcgen.1 doc/event_rpcgen.py.1 doc/mkevent.3 doc/mkevent.7
EXTRA_DIST += doc/performance.md doc/performance-table.md doc/performance-fds.svg doc/performance-timers.svg \
	doc/performance-connections.svg
EXTRA_DIST += doc/mainpage.dox doc/man3.awk doc/man3.sh doc/plugin-guide.md

# Section 3: a page for each public header, made from its comments, and one for each function that leads there.
doc/man3.stamp: $(event2_HEADERS) doc/man3.awk doc/man3.sh
	@$(MKDIR_P) doc
	$(AM_V_GEN)$(SHELL) $(srcdir)/doc/man3.sh $(srcdir) doc/man3 $(AWK) $(VERSION) && touch $@
all-local: doc/man3.stamp
install-data-hook: install-man3-pages
install-man3-pages:
	@$(MKDIR_P) "$(DESTDIR)$(man3dir)"
	@echo " pages of section 3 to $(DESTDIR)$(man3dir)"; $(INSTALL_DATA) doc/man3/*.3 "$(DESTDIR)$(man3dir)"
uninstall-hook: uninstall-man3-pages
uninstall-man3-pages:
	@for page in doc/man3/*.3; do rm -f "$(DESTDIR)$(man3dir)/$${page##*/}"; done

# The interface as HTML, into doc/api/html. A public name without a comment fails it; so does an exported one of which
# doxygen saw no declaration.
doxygen: doc/Doxyfile
	@command -v doxygen >/dev/null || { echo "doxygen is not installed" >&2; exit 1; }
	$(MKDIR_P) doc/api
	rm -rf doc/api/html
	doxygen doc/Doxyfile
	@for name in $$(sed '/_$$/d' $(srcdir)/core/*.sym); do \
		grep -q "<name>$$name</name>" doc/api/mkevent.tag || { echo "no documentation: $$name"; status=1; }; \
	done; exit $${status:-0}

clean-local: clean-doc
clean-doc:
	rm -rf doc/api doc/man3 doc/man3.stamp
.PHONY: doxygen clean-doc install-man3-pages uninstall-man3-pages
