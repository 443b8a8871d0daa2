# SPDX-License-Identifier: BSD-3-Clause
libevent_core_la_SOURCES += \
	core/util/address.c \
	core/util/addrinfo.c \
	core/util/chacha.c \
	core/util/chacha.h \
	core/util/log.c \
	core/util/log.h \
	core/util/mm.c \
	core/util/mm.h \
	core/util/net.c \
	core/util/net.h \
	core/util/rng.c \
	core/util/socket.c \
	core/util/text.c \
	core/util/version.c
