# SPDX-License-Identifier: BSD-3-Clause
# The other event libraries that the benchmarks measure beside ours. Nothing else uses them, and none has to be there.

AC_DEFUN([MKEVENT_BENCH_PEERS], [
LIBEV_LIBS= LIBUV_LIBS=
mkevent_saved_LIBS=$LIBS
LIBS="-lev $LIBS"
AC_CACHE_CHECK([for libev], [mkevent_cv_libev], [
	AC_LINK_IFELSE([AC_LANG_PROGRAM([[#include <ev.h>]], [[return !ev_default_loop(0);]])],
		[mkevent_cv_libev=yes], [mkevent_cv_libev=no])])
AS_IF([test "$mkevent_cv_libev" = yes], [LIBEV_LIBS=-lev])
LIBS="-luv $mkevent_saved_LIBS"
AC_CACHE_CHECK([for libuv], [mkevent_cv_libuv], [
	AC_LINK_IFELSE([AC_LANG_PROGRAM([[#include <uv.h>]], [[return !uv_default_loop();]])],
		[mkevent_cv_libuv=yes], [mkevent_cv_libuv=no])])
AS_IF([test "$mkevent_cv_libuv" = yes], [LIBUV_LIBS=-luv])
LIBS=$mkevent_saved_LIBS
AC_SUBST([LIBEV_LIBS])
AC_SUBST([LIBUV_LIBS])
AM_CONDITIONAL([LIBEV], [test "$mkevent_cv_libev" = yes])
AM_CONDITIONAL([LIBUV], [test "$mkevent_cv_libuv" = yes])
AM_CONDITIONAL([COUNTING], [test "$enable_sanitizers" = no && test "$mkevent_epoll" = yes && test "$ac_cv_sizeof_void_p" = 8])
])
