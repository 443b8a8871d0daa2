# SPDX-License-Identifier: BSD-3-Clause
# Language, warnings, hardening, sanitizers, and what this linker can.

# MKEVENT_ADD_FLAGS(VARIABLE, FLAG...): appends those that the compiler takes
AC_DEFUN([MKEVENT_ADD_FLAGS], [
for mkevent_flag in $2; do
	AS_VAR_PUSHDEF([cached], [mkevent_cv_flag_$mkevent_flag])
	AC_CACHE_CHECK([whether $CC takes $mkevent_flag], [cached], [
		mkevent_saved=$CFLAGS
		CFLAGS="$CFLAGS -Werror $mkevent_flag"
		AC_LINK_IFELSE([AC_LANG_PROGRAM()], [AS_VAR_SET([cached], [yes])], [AS_VAR_SET([cached], [no])])
		CFLAGS=$mkevent_saved])
	AS_VAR_IF([cached], [yes], [AS_VAR_APPEND([$1], [" $mkevent_flag"])])
	AS_VAR_POPDEF([cached])
done
])

AC_DEFUN([MKEVENT_COMPILER], [
MKEVENT_CFLAGS=
MKEVENT_ADD_FLAGS([MKEVENT_CFLAGS], [-std=gnu11 -fvisibility=hidden -Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wconversion -Wwrite-strings -Wvla])
AC_SUBST([MKEVENT_CFLAGS])

AC_ARG_ENABLE([werror], [AS_HELP_STRING([--enable-werror], [treat warnings as errors])], [], [enable_werror=no])
WERROR_CFLAGS=
AS_IF([test "$enable_werror" != no], [WERROR_CFLAGS=-Werror])
AC_SUBST([WERROR_CFLAGS])

AC_ARG_ENABLE([hardening],
	[AS_HELP_STRING([--enable-hardening], [stack protection, fortified libc calls, read-only relocations])],
	[], [enable_hardening=no])
HARDENING_CFLAGS= HARDENING_LDFLAGS=
AS_IF([test "$enable_hardening" != no], [
	MKEVENT_ADD_FLAGS([HARDENING_CFLAGS], [-fstack-protector-strong -fstack-clash-protection])
	AS_CASE([$host_cpu], [x86_64|i?86], [MKEVENT_ADD_FLAGS([HARDENING_CFLAGS], [-fcf-protection])])
	MKEVENT_ADD_FLAGS([HARDENING_LDFLAGS], [-Wl,-z,relro -Wl,-z,now -Wl,-z,noexecstack])
	HARDENING_CFLAGS="$HARDENING_CFLAGS -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2"
	AS_CASE([" $CFLAGS "], [*" -O0 "*|*" -O "*|*" -O1 "*|*" -O2 "*|*" -O3 "*|*" -Os "*], [],
		[HARDENING_CFLAGS="$HARDENING_CFLAGS -O2"])])
AC_SUBST([HARDENING_CFLAGS])
AC_SUBST([HARDENING_LDFLAGS])

AC_ARG_ENABLE([sanitizers],
	[AS_HELP_STRING([--enable-sanitizers=LIST], [compile with these, such as address,undefined or thread])],
	[], [enable_sanitizers=no])
SANITIZER_CFLAGS=
AS_CASE([$enable_sanitizers],
	[no|''], [enable_sanitizers=no],
	[AS_IF([test "$enable_sanitizers" = yes], [enable_sanitizers=address,undefined])
	 MKEVENT_ADD_FLAGS([SANITIZER_CFLAGS], [-fsanitize=$enable_sanitizers -fno-omit-frame-pointer])
	 AS_CASE([$SANITIZER_CFLAGS], [*-fsanitize=*], [],
		[AC_MSG_ERROR([$CC cannot link with -fsanitize=$enable_sanitizers here])])
	 AS_CASE([$enable_sanitizers], [*undefined*],
		[MKEVENT_ADD_FLAGS([SANITIZER_CFLAGS], [-fno-sanitize-recover=undefined])])])
AC_SUBST([SANITIZER_CFLAGS])

# A library that leaves nothing open tells of a forgotten need at link time. Sanitizers leave their own symbols open.
NO_UNDEFINED=
AS_IF([test "$enable_sanitizers" = no], [MKEVENT_ADD_FLAGS([NO_UNDEFINED], [-Wl,-z,defs])])
AC_SUBST([NO_UNDEFINED])

# Can the development file of an umbrella library be text that names the others?
AC_CACHE_CHECK([whether the linker reads scripts], [mkevent_cv_linker_scripts], [
	AS_CASE([$host_os],
		[linux*|gnu*|kfreebsd*|freebsd*|netbsd*|openbsd*|dragonfly*], [mkevent_cv_linker_scripts=yes],
		[mkevent_cv_linker_scripts=no])])
AM_CONDITIONAL([LINKER_SCRIPTS], [test "$mkevent_cv_linker_scripts" = yes])
])
