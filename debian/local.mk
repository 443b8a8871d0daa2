# SPDX-License-Identifier: BSD-3-Clause
# Debian's packaging, so that a package can be built from the tarball as well.
EXTRA_DIST += \
	debian/README.Debian \
	debian/changelog \
	debian/clean \
	debian/control \
	debian/copyright \
	debian/libmkevent-2.1-7.install \
	debian/libmkevent-2.1-7.lintian-overrides \
	debian/libmkevent-core-2.1-7.install \
	debian/libmkevent-core-2.1-7.lintian-overrides \
	debian/libmkevent-core-2.1-7.symbols \
	debian/libmkevent-dev.install \
	debian/libmkevent-dev.lintian-overrides \
	debian/libmkevent-dev.manpages \
	debian/libmkevent-extra-2.1-7.install \
	debian/libmkevent-extra-2.1-7.lintian-overrides \
	debian/libmkevent-extra-2.1-7.symbols \
	debian/libmkevent-openssl-2.1-7.install \
	debian/libmkevent-openssl-2.1-7.lintian-overrides \
	debian/libmkevent-openssl-2.1-7.symbols \
	debian/libmkevent-pthreads-2.1-7.install \
	debian/libmkevent-pthreads-2.1-7.lintian-overrides \
	debian/libmkevent-pthreads-2.1-7.symbols \
	debian/mkevent-backend-epoll.install \
	debian/mkevent-backend-poll.install \
	debian/mkevent-backend-select.install \
	debian/mkevent-backend-uring.install \
	debian/mkevent-doc.doc-base \
	debian/mkevent-doc.docs \
	debian/mkevent-doc.examples \
	debian/mkevent-filter-openssl.install \
	debian/mkevent-proto-dns.install \
	debian/mkevent-proto-http.install \
	debian/mkevent-proto-rpc.install \
	debian/mkevent-proto-ws.install \
	debian/mkevent-resolver.install \
	debian/mkevent-resolver.lintian-overrides \
	debian/mkevent-tools.install \
	debian/mkevent-tools.manpages \
	debian/not-installed \
	debian/rules \
	debian/source/format \
	debian/tests/compile \
	debian/tests/consumer.c \
	debian/tests/control \
	debian/tests/plugins
