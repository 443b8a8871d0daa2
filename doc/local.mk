# SPDX-License-Identifier: BSD-3-Clause
dist_man_MANS += doc/event-plugin.1 doc/event_rpcgen.1 doc/mkevent.7
EXTRA_DIST += doc/plugin-guide.md
EXTRA_DIST += doc/mainpage.dox

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
clean-local: clean-doxygen
clean-doxygen:
	rm -rf doc/api
.PHONY: doxygen clean-doxygen
