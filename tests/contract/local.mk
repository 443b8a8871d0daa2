# SPDX-License-Identifier: BSD-3-Clause
# One suite for every backend: loop_programs runs it once under each. It links nothing of ours.
EXTRA_DIST += tests/contract/README.md
if PLUGINS
loop_programs += tests/contract/contract
endif
tests_contract_contract_SOURCES = \
	tests/contract/contract.c \
	tests/contract/harness.c \
	tests/contract/harness.h \
	tests/contract/model.c \
	tests/contract/reuse.c \
	tests/contract/time.c
tests_contract_contract_LDADD = $(CMOCKA_LIBS)
