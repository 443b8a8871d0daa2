# SPDX-License-Identifier: BSD-3-Clause
# Programs to read and to copy from. They are not installed, and their warnings are errors.
if SAMPLES
noinst_PROGRAMS += \
	samples/fifo-reader \
	samples/signal \
	samples/tcp-client \
	samples/tcp-echo \
	samples/timer
endif

sample_cflags = $(AM_CFLAGS) -Werror
samples_fifo_reader_CFLAGS = $(sample_cflags)
samples_fifo_reader_LDADD = libevent_core.la
samples_signal_CFLAGS = $(sample_cflags)
samples_signal_LDADD = libevent_core.la
samples_tcp_client_CFLAGS = $(sample_cflags)
samples_tcp_client_LDADD = libevent_core.la
samples_tcp_echo_CFLAGS = $(sample_cflags)
samples_tcp_echo_LDADD = libevent_core.la
samples_timer_CFLAGS = $(sample_cflags)
samples_timer_LDADD = libevent_core.la
