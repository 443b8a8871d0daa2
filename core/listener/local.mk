# SPDX-License-Identifier: BSD-3-Clause
libevent_core_la_SOURCES += \
	core/listener/accept.c \
	core/listener/bind.c \
	core/listener/listener.c \
	core/listener/listener.h
