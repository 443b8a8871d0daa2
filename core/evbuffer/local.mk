# SPDX-License-Identifier: BSD-3-Clause
libevent_core_la_SOURCES += \
	core/evbuffer/add.c \
	core/evbuffer/buffer.c \
	core/evbuffer/callbacks.c \
	core/evbuffer/chain.c \
	core/evbuffer/chain.h \
	core/evbuffer/contiguous.c \
	core/evbuffer/drain.c \
	core/evbuffer/evbuffer.h \
	core/evbuffer/file.c \
	core/evbuffer/io.c \
	core/evbuffer/line.c \
	core/evbuffer/move.c \
	core/evbuffer/pool.c \
	core/evbuffer/pool.h \
	core/evbuffer/reference.c \
	core/evbuffer/room.c \
	core/evbuffer/search.c \
	core/evbuffer/state.h
