# SPDX-License-Identifier: BSD-3-Clause
libevent_core_la_SOURCES += \
	core/loop/active.c \
	core/loop/base.c \
	core/loop/base.h \
	core/loop/call.h \
	core/loop/config.c \
	core/loop/current.c \
	core/loop/debug_mode.c \
	core/loop/debug_mode.h \
	core/loop/deferred.c \
	core/loop/dispatch.c \
	core/loop/event.c \
	core/loop/facts.c \
	core/loop/fdmap.c \
	core/loop/fdmap.h \
	core/loop/finalize.c \
	core/loop/inspect.c \
	core/loop/loop.h \
	core/loop/meter.h \
	core/loop/once.c \
	core/loop/reinit.c \
	core/loop/time.c \
	core/loop/wakeup.c \
	core/loop/watch.c \
	core/loop/wishes.h
