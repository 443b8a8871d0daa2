# SPDX-License-Identifier: BSD-3-Clause
# What the system has. Nothing here runs a program, so a cross build needs no answers from anybody.

AC_DEFUN([MKEVENT_SYSTEM], [
AC_CHECK_HEADERS([arpa/inet.h dlfcn.h errno.h fcntl.h ifaddrs.h inttypes.h link.h linux/filter.h linux/seccomp.h \
	netdb.h netinet/in.h netinet/in6.h netinet/tcp.h poll.h port.h stdarg.h stddef.h stdint.h stdio.h stdlib.h \
	string.h strings.h sys/auxv.h sys/devpoll.h sys/epoll.h sys/event.h sys/eventfd.h sys/ioctl.h sys/mman.h \
	sys/param.h sys/prctl.h sys/queue.h sys/random.h sys/resource.h sys/select.h sys/sendfile.h sys/signalfd.h \
	sys/socket.h sys/stat.h sys/sysctl.h sys/time.h sys/timerfd.h sys/types.h sys/uio.h sys/un.h sys/wait.h \
	unistd.h wchar.h], [], [], [AC_INCLUDES_DEFAULT])

AC_SEARCH_LIBS([dlopen], [dl])
AC_SEARCH_LIBS([socket], [socket])
AC_SEARCH_LIBS([inet_ntop], [nsl])
AC_SEARCH_LIBS([clock_gettime], [rt])
AC_CHECK_FUNCS([accept4 arc4random arc4random_addrandom arc4random_buf clock_gettime dladdr dlopen epoll_create1 \
	epoll_ctl epoll_pwait2 eventfd explicit_bzero fcntl getaddrinfo getauxval getegid geteuid getentropy getifaddrs \
	getnameinfo getprotobyname getprotobynumber getrandom getservbyname gettimeofday inet_ntop inet_pton issetugid \
	kqueue mach_absolute_time memfd_create mmap nanosleep pipe pipe2 poll port_create ppoll preadv pselect putenv \
	pthread_setname_np recvmmsg secure_getenv select sendfile sendmmsg setenv setrlimit sigaction signal signalfd \
	splice strlcpy strsep strtok_r strtoll sysctl timerfd_create umask unsetenv usleep vasprintf])
AC_CHECK_DECLS([environ])

AC_CHECK_TYPES([uint8_t, uint16_t, uint32_t, uint64_t, uintptr_t])
AC_CHECK_TYPES([fd_mask], [], [], [AC_INCLUDES_DEFAULT
[#ifdef HAVE_SYS_SELECT_H
#include <sys/select.h>
#endif]])
m4_define([mkevent_socket_headers], [AC_INCLUDES_DEFAULT
[#include <sys/socket.h>
#include <netinet/in.h>
#include <netdb.h>
#ifdef HAVE_SYS_UN_H
#include <sys/un.h>
#endif]])
AC_CHECK_TYPES([sa_family_t, struct addrinfo, struct in6_addr, struct linger, struct sockaddr_in6,
	struct sockaddr_storage, struct sockaddr_un], [], [], [mkevent_socket_headers])
AC_CHECK_MEMBERS([struct in6_addr.s6_addr16, struct in6_addr.s6_addr32, struct sockaddr_in.sin_len,
	struct sockaddr_in6.sin6_len, struct sockaddr_storage.ss_family, struct sockaddr_storage.__ss_family],
	[], [], [mkevent_socket_headers])

AC_TYPE_PID_T
AC_TYPE_SIZE_T
AC_TYPE_SSIZE_T
AC_CHECK_TYPE([socklen_t], [], [AC_DEFINE([socklen_t], [unsigned int], [Define where the system has none.])],
	[mkevent_socket_headers])
AC_CHECK_SIZEOF([int])
AC_CHECK_SIZEOF([long])
AC_CHECK_SIZEOF([long long])
AC_CHECK_SIZEOF([off_t])
AC_CHECK_SIZEOF([pthread_t], [], [AC_INCLUDES_DEFAULT
[#include <pthread.h>]])
AC_CHECK_SIZEOF([short])
AC_CHECK_SIZEOF([size_t])
AC_CHECK_SIZEOF([time_t], [], [AC_INCLUDES_DEFAULT
[#include <time.h>]])
AC_CHECK_SIZEOF([void *])
AC_C_BIGENDIAN

# Macros that programs ask event2/event-config.h about.
MKEVENT_CHECK_MACRO([sys/queue.h], [TAILQ_FOREACH], [HAVE_TAILQFOREACH])
MKEVENT_CHECK_MACRO([sys/time.h], [timeradd], [HAVE_TIMERADD])
MKEVENT_CHECK_MACRO([sys/time.h], [timerclear], [HAVE_TIMERCLEAR])
MKEVENT_CHECK_MACRO([sys/time.h], [timercmp], [HAVE_TIMERCMP])
MKEVENT_CHECK_MACRO([sys/time.h], [timerisset], [HAVE_TIMERISSET])
MKEVENT_CHECK_MACRO([fcntl.h], [F_SETFD], [HAVE_SETFD])
AC_DEFINE([HAVE___func__], [1], [C11 has it.])
AC_DEFINE([HAVE___FUNCTION__], [1], [Every compiler with C11 that we know has it too.])
AC_DEFINE([TIME_WITH_SYS_TIME], [1], [sys/time.h and time.h may both be included.])

# Threads. POSIX alone; where they are apart from libc, only libevent_pthreads and the tests need the library.
PTHREAD_CFLAGS= PTHREAD_LIBS=
AS_IF([test "$enable_thread_support" != no], [
	mkevent_saved_LIBS=$LIBS
	AC_SEARCH_LIBS([pthread_create], [pthread],
		[AS_IF([test "$ac_cv_search_pthread_create" != 'none required'], [PTHREAD_LIBS=$ac_cv_search_pthread_create])
		 AC_DEFINE([HAVE_PTHREADS], [1], [Define when there are POSIX threads.])],
		[AC_MSG_ERROR([no POSIX threads here; use --disable-thread-support])])
	LIBS=$mkevent_saved_LIBS])
AC_SUBST([PTHREAD_CFLAGS])
AC_SUBST([PTHREAD_LIBS])

# Backends. poll and select are everywhere.
mkevent_epoll=no mkevent_kqueue=no mkevent_devpoll=no mkevent_evport=no
AS_IF([test "$ac_cv_header_sys_epoll_h$ac_cv_func_epoll_ctl" = yesyes], [mkevent_epoll=yes
	AC_DEFINE([HAVE_EPOLL], [1], [Define when the kernel call epoll is there.])])
AS_IF([test "$ac_cv_header_sys_event_h$ac_cv_func_kqueue" = yesyes], [mkevent_kqueue=yes
	AC_DEFINE([HAVE_WORKING_KQUEUE], [1], [Define when kqueue is there.])])
AS_IF([test "$ac_cv_header_sys_devpoll_h" = yes], [mkevent_devpoll=yes
	AC_DEFINE([HAVE_DEVPOLL], [1], [Define when /dev/poll is there.])])
AS_IF([test "$ac_cv_header_port_h$ac_cv_func_port_create" = yesyes], [mkevent_evport=yes
	AC_DEFINE([HAVE_EVENT_PORTS], [1], [Define when there are event ports.])])
# Best first: the core's order of preference.
mkevent_backends=
AS_IF([test $mkevent_evport = yes], [AS_VAR_APPEND([mkevent_backends], ['evport '])])
AS_IF([test $mkevent_kqueue = yes], [AS_VAR_APPEND([mkevent_backends], ['kqueue '])])
AS_IF([test $mkevent_epoll = yes], [AS_VAR_APPEND([mkevent_backends], ['epoll '])])
AS_IF([test $mkevent_devpoll = yes], [AS_VAR_APPEND([mkevent_backends], ['devpoll '])])
AS_VAR_APPEND([mkevent_backends], ['poll select'])
AM_CONDITIONAL([BACKEND_EPOLL], [test $mkevent_epoll = yes])
AM_CONDITIONAL([BACKEND_KQUEUE], [test $mkevent_kqueue = yes])
AM_CONDITIONAL([KQUEUE_LOOKALIKE], [test "$mkevent_kqueue$mkevent_epoll$enable_shared" = noyesyes])
AM_CONDITIONAL([BACKEND_DEVPOLL], [test $mkevent_devpoll = yes])
AM_CONDITIONAL([DEVPOLL_LOOKALIKE], [test "$mkevent_devpoll$mkevent_epoll$enable_shared" = noyesyes])
AM_CONDITIONAL([BACKEND_EVPORT], [test $mkevent_evport = yes])
AM_CONDITIONAL([EVPORT_LOOKALIKE], [test "$mkevent_evport$mkevent_epoll$enable_shared" = noyesyes])
])

# MKEVENT_CHECK_MACRO(HEADER, MACRO, NAME)
AC_DEFUN([MKEVENT_CHECK_MACRO], [
AC_CHECK_DECL([$2], [AC_DEFINE([$3], [1], [Define when $1 defines $2.])], [], [AC_INCLUDES_DEFAULT
[#include <$1>]])
])

# MKEVENT_LIBRARY(PREFIX, PACKAGE, LIBRARIES, HEADER, STATEMENTS, FOUND, MISSING): what pkg-config says of it, or
# LIBRARIES where it knows nothing, but only if this compiler can use it. In a cross build pkg-config often names what
# the building machine has; that is told, and counts as missing.
AC_DEFUN([MKEVENT_LIBRARY], [
PKG_CHECK_MODULES([$1], [$2], [mkevent_from=pkg-config],
	[mkevent_from=nowhere $1_CFLAGS= $1_LIBS=
	m4_ifval([$3], [$1_LIBS='$3'])])
mkevent_usable=no
AS_IF([test "x$[$1]_LIBS" != x], [
	AC_MSG_CHECKING([whether $CC links to $[$1]_LIBS])
	mkevent_saved_CFLAGS=$CFLAGS mkevent_saved_LIBS=$LIBS
	CFLAGS="$CFLAGS $[$1]_CFLAGS" LIBS="$[$1]_LIBS $LIBS"
	AC_LINK_IFELSE([AC_LANG_PROGRAM([[$4]], [[$5]])], [mkevent_usable=yes])
	CFLAGS=$mkevent_saved_CFLAGS LIBS=$mkevent_saved_LIBS
	AC_MSG_RESULT([$mkevent_usable])])
AS_IF([test $mkevent_usable = yes], [$6], [
	AS_IF([test "$mkevent_from$cross_compiling" = pkg-configyes],
		[AC_MSG_WARN([$PKG_CONFIG found $2, but not one for $host (PKG_CONFIG_LIBDIR or PKG_CONFIG can name its folder)])])
	$1_CFLAGS= $1_LIBS=
	$7])
])

# The io_uring backend, which is no part of the preference list: built where its library is there.
AC_DEFUN([MKEVENT_LIBURING], [
mkevent_uring=no
MKEVENT_LIBRARY([LIBURING], [liburing >= 2.3], [], [#include <liburing.h>],
	[struct io_uring ring; return io_uring_queue_init(2, &ring, 0);], [mkevent_uring=yes])
AM_CONDITIONAL([BACKEND_URING], [test "$mkevent_uring" = yes])
])

AC_DEFUN([MKEVENT_TLS], [
mkevent_openssl=no
AS_IF([test "$enable_openssl" != no], [
	MKEVENT_LIBRARY([OPENSSL], [openssl >= 1.1.1], [-lssl -lcrypto], [#include <openssl/ssl.h>
#if OPENSSL_VERSION_NUMBER < 0x10101000L
#error too old
#endif], [return SSL_CTX_new(TLS_method()) != 0;],
		[mkevent_openssl=yes
		 AC_DEFINE([HAVE_OPENSSL], [1], [Define when the TLS plugin is built.])
		 AC_DEFINE([HAVE_OPENSSL_SSL_H], [1], [Define when openssl/ssl.h is there.])],
		[mkevent_openssl='no (OpenSSL 1.1.1 or later is missing)'
		 AS_IF([test "$enable_openssl" = yes], [AC_MSG_ERROR([--enable-openssl: OpenSSL 1.1.1 or later is missing])])])])
AM_CONDITIONAL([OPENSSL], [test "$mkevent_openssl" = yes])
])

# libffi, for the plugin rpc-native; nothing else is linked to it.
AC_DEFUN([MKEVENT_LIBFFI], [
mkevent_libffi=no
# Static libraries would make every program that uses a protocol need libffi: only when it is asked for.
AS_IF([test "$with_libffi$enable_shared" = autono], [with_libffi=no])
AS_IF([test "$with_libffi" != no], [
	MKEVENT_LIBRARY([LIBFFI], [libffi], [-lffi], [#include <ffi.h>],
		[ffi_cif cif; return ffi_prep_cif(&cif, FFI_DEFAULT_ABI, 0, &ffi_type_void, 0);], [mkevent_libffi=yes],
		[mkevent_libffi='no (libffi is missing)'
		 AS_IF([test "$with_libffi" = yes], [AC_MSG_ERROR([--with-libffi: libffi is missing])])])])
AM_CONDITIONAL([LIBFFI], [test "$mkevent_libffi" = yes])
])

AC_DEFUN([MKEVENT_TEST_TOOLS], [
# A cross build's tests need somebody to run them; make check EMULATOR=... also takes one.
AC_ARG_VAR([EMULATOR], [what runs a program of the host type, for make check in a cross build; such as "qemu-arm -L FOLDER"])
AS_IF([test "$cross_compiling" = yes], [CROSS_HOST=$host], [CROSS_HOST=])
AC_SUBST([CROSS_HOST])
AM_CONDITIONAL([CROSS], [test "$cross_compiling" = yes])
CMOCKA_LIBS=
mkevent_saved_LIBS=$LIBS
LIBS="-lcmocka $LIBS"
AC_CACHE_CHECK([for cmocka], [mkevent_cv_cmocka], [
	AC_LINK_IFELSE([AC_LANG_PROGRAM([[#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>]], [[return cmocka_run_group_tests((const struct CMUnitTest *)0, NULL, NULL);]])],
		[mkevent_cv_cmocka=yes], [
		AC_LINK_IFELSE([AC_LANG_PROGRAM([[#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>]], [[skip();]])], [mkevent_cv_cmocka=yes], [mkevent_cv_cmocka=no])])])
LIBS=$mkevent_saved_LIBS
mkevent_cmocka=$mkevent_cv_cmocka
AS_IF([test "$mkevent_cmocka" = yes], [CMOCKA_LIBS=-lcmocka])
AC_SUBST([CMOCKA_LIBS])
AM_CONDITIONAL([CMOCKA], [test "$mkevent_cmocka" = yes])
])

# event2/event-config.h: config.h once more, each name behind EVENT__, for programs that test for them.
AC_DEFUN([MKEVENT_EVENT_CONFIG], [
AC_CONFIG_COMMANDS([core/include/event2/event-config.h], [
AS_MKDIR_P([core/include/event2])
{
	cat <<_HEADER
/* SPDX-License-Identifier: BSD-3-Clause */
/* Generated by configure: what the system that the library was built on has. */
#ifndef EVENT2_EVENT_CONFIG_H_INCLUDED_
#define EVENT2_EVENT_CONFIG_H_INCLUDED_

#define EVENT__NUMERIC_VERSION $mkevent_numeric_version
#define EVENT__PACKAGE "libevent"
#define EVENT__PACKAGE_BUGREPORT ""
#define EVENT__PACKAGE_NAME "libevent"
#define EVENT__PACKAGE_STRING "libevent $mkevent_version"
#define EVENT__PACKAGE_TARNAME "libevent"
#define EVENT__PACKAGE_URL ""
#define EVENT__PACKAGE_VERSION "$mkevent_version"
#define EVENT__VERSION "$mkevent_version"

_HEADER
	sed -n -f "$srcdir/m4/event-config.sed" config.h
	echo
	echo "#endif"
} >core/include/event2/event-config.tmp
AS_IF([cmp -s core/include/event2/event-config.tmp core/include/event2/event-config.h],
	[rm -f core/include/event2/event-config.tmp],
	[mv -f core/include/event2/event-config.tmp core/include/event2/event-config.h])
], [mkevent_version=$LIBEVENT_VERSION mkevent_numeric_version=$LIBEVENT_NUMERIC_VERSION])
])
