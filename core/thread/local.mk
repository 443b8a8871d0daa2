# SPDX-License-Identifier: BSD-3-Clause
libevent_core_la_SOURCES += \
	core/thread/bias.c \
	core/thread/bias.h \
	core/thread/callbacks.h \
	core/thread/debug.c \
	core/thread/none.c \
	core/thread/thread.c \
	core/thread/thread.h

libevent_pthreads_la_SOURCES += \
	core/thread/pthreads.c
