# SPDX-License-Identifier: BSD-3-Clause
libevent_core_la_SOURCES += \
	core/timer/clock.c \
	core/timer/clock.h \
	core/timer/common_timeout.c \
	core/timer/common_timeout.h \
	core/timer/expire.c \
	core/timer/heap.c \
	core/timer/heap.h
