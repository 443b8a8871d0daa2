# SPDX-License-Identifier: BSD-3-Clause
libevent_core_la_SOURCES += \
	core/bufferevent/access.c \
	core/bufferevent/bufferevent.h \
	core/bufferevent/callbacks.c \
	core/bufferevent/compat.c \
	core/bufferevent/connect.c \
	core/bufferevent/connect.h \
	core/bufferevent/filter.c \
	core/bufferevent/hostname.c \
	core/bufferevent/life.c \
	core/bufferevent/pair.c \
	core/bufferevent/rate.c \
	core/bufferevent/rate.h \
	core/bufferevent/rate_group.c \
	core/bufferevent/rate_member.c \
	core/bufferevent/socket.c \
	core/bufferevent/state.c \
	core/bufferevent/type.c
