# SPDX-License-Identifier: BSD-3-Clause
libevent_core_la_SOURCES += \
	core/timer/clock.c \
	core/timer/clock.h
