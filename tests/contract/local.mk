# SPDX-License-Identifier: BSD-3-Clause
# One suite for every backend: loop_programs runs it once under each, and event-plugin has it for authors.
EXTRA_DIST += tests/contract/README.md
if PLUGINS
loop_programs += tests/contract/contract
endif
contract_sources = \
	tests/contract/contract.c \
	tests/contract/count.c \
	tests/contract/harness.c \
	tests/contract/harness.h \
	tests/contract/model.c \
	tests/contract/reuse.c \
	tests/contract/suite.c \
	tests/contract/suite.h \
	tests/contract/time.c
tests_contract_contract_SOURCES = $(contract_sources) tests/contract/main.c
tests_contract_contract_LDADD = libevent_core.la
