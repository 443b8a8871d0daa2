# SPDX-License-Identifier: BSD-3-Clause
libevent_core_la_SOURCES += \
	core/signal/handler.c \
	core/signal/handler.h \
	core/signal/signal.c \
	core/signal/signal.h \
	core/signal/signalfd.c
