# SPDX-License-Identifier: BSD-3-Clause
libevent_core_la_SOURCES += \
	core/registry/backend.c \
	core/registry/builtin.h \
	core/registry/check.c \
	core/registry/host.c \
	core/registry/internal.h \
	core/registry/listing.c \
	core/registry/load.c \
	core/registry/lock.c \
	core/registry/message.c \
	core/registry/registry.c \
	core/registry/registry.h \
	core/registry/setting.c \
	core/registry/watch.c \
	core/registry/why.c
if LOADING
libevent_core_la_SOURCES += core/registry/object.c core/registry/path.c core/registry/trust.c
else
libevent_core_la_SOURCES += core/registry/nothing.c
endif
