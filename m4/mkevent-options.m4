# SPDX-License-Identifier: BSD-3-Clause
# What the person who configures may choose.

AC_DEFUN([MKEVENT_OPTIONS], [
AC_ARG_WITH([plugindir],
	[AS_HELP_STRING([--with-plugindir=DIR], [where plugins are installed and looked for (LIBDIR/mkevent)])],
	[], [with_plugindir=])
AS_CASE([$with_plugindir],
	[''|yes|no], [plugindir='${libdir}/mkevent'],
	[/*], [plugindir=$with_plugindir],
	[AC_MSG_ERROR([--with-plugindir wants an absolute folder, not "$with_plugindir"])])
AC_SUBST([plugindir])

# A static program has nobody to load a file for it, and a plugin's file would bring a second core.
AC_ARG_ENABLE([plugin-loading],
	[AS_HELP_STRING([--disable-plugin-loading],
		[only built-in plugins, and no need for dlopen() (default with --disable-shared)])],
	[], [enable_plugin_loading=$enable_shared])
AS_IF([test "$enable_plugin_loading$enable_shared" = noyes],
	[AC_MSG_ERROR([--disable-plugin-loading goes with --disable-shared: shared libraries find their plugins as files])])
AM_CONDITIONAL([LOADING], [test "$enable_plugin_loading" != no])

AC_ARG_ENABLE([thread-support],
	[AS_HELP_STRING([--disable-thread-support], [leave out locking and libevent_pthreads])],
	[], [enable_thread_support=yes])
AS_IF([test "$enable_thread_support" = no],
	[AC_DEFINE([DISABLE_THREAD_SUPPORT], [1], [Define to leave out locking.])])
AM_CONDITIONAL([THREADS], [test "$enable_thread_support" != no])

AC_ARG_ENABLE([malloc-replacement],
	[AS_HELP_STRING([--disable-malloc-replacement], [make event_set_mem_functions() a no-op])],
	[], [enable_malloc_replacement=yes])
AS_IF([test "$enable_malloc_replacement" = no],
	[AC_DEFINE([DISABLE_MM_REPLACEMENT], [1], [Define to make event_set_mem_functions() a no-op.])])

AC_ARG_ENABLE([debug-mode],
	[AS_HELP_STRING([--disable-debug-mode], [make event_enable_debug_mode() a no-op])],
	[], [enable_debug_mode=yes])
AS_IF([test "$enable_debug_mode" = no],
	[AC_DEFINE([DISABLE_DEBUG_MODE], [1], [Define to make event_enable_debug_mode() a no-op.])])

AC_ARG_ENABLE([verbose-debug],
	[AS_HELP_STRING([--enable-verbose-debug], [compile debug logging in, for event_enable_debug_logging()])],
	[], [enable_verbose_debug=no])
AS_IF([test "$enable_verbose_debug" != no],
	[AC_DEFINE([USE_DEBUG], [1], [Define to compile debug logging in.])])

AC_ARG_ENABLE([samples],
	[AS_HELP_STRING([--disable-samples], [do not build the sample programs])],
	[], [enable_samples=yes])
AM_CONDITIONAL([SAMPLES], [test "$enable_samples" != no])

AC_ARG_ENABLE([openssl],
	[AS_HELP_STRING([--disable-openssl], [do not build the TLS plugin])],
	[], [enable_openssl=auto])

AC_ARG_WITH([libffi],
	[AS_HELP_STRING([--without-libffi], [leave out rpc-native: no native functions over RPC, no event-plugin call])],
	[], [with_libffi=auto])
])

# Plugins that a program uses by way of a facade: core/facade says which facade keeps which (FACADE_KEEP).
m4_define([MKEVENT_WITH_FACADE], [filter-openssl proto-dns proto-http proto-rpc proto-ws resolver rpc-native])

# The built-in plugins: compiled a second time, into the core, and listed in a table that the registry reads.
AC_DEFUN([MKEVENT_BUILTIN_PLUGINS], [
AC_ARG_WITH([builtin-plugins],
	[AS_HELP_STRING([--with-builtin-plugins=LIST],
		[plugins to compile into the core, such as "backend-epoll proto-http"; "all" for every one
		 (default: backend-poll, or all with --disable-shared)])],
	[], [with_builtin_plugins=default])

mkevent_available=
for mkevent_folder in "$srcdir"/plugins/*/local.mk; do
	AS_IF([test -f "$mkevent_folder"], [
		mkevent_name=`AS_DIRNAME(["$mkevent_folder"])`
		mkevent_name=`AS_BASENAME(["$mkevent_name"])`
		MKEVENT_IS_BUILDABLE([$mkevent_name], [AS_VAR_APPEND([mkevent_available], [" $mkevent_name"])])])
done

# "All" by default is without io_uring: every static program would have to link liburing.
AS_CASE([$with_builtin_plugins],
	[no], [mkevent_builtin=],
	[yes|all], [mkevent_builtin=$mkevent_available],
	[default], [AS_IF([test "$enable_shared" = no],
			[mkevent_builtin=`AS_ECHO(["$mkevent_available"]) | sed 's/ backend-uring//'`],
		[AS_CASE([" $mkevent_available "], [*" backend-poll "*], [mkevent_builtin=backend-poll], [mkevent_builtin=])])],
	[mkevent_builtin=`AS_ECHO(["$with_builtin_plugins"]) | tr ',:' '  '`])

# A program of static libraries alone takes along only what it uses: a plugin with a facade is kept by the facade's
# object, and the core's table holds it weakly. Where it is asked for by name alone, BUILTIN_KEEP (for the linker) does.
mkevent_chosen=
AS_IF([test "$enable_shared" = no], [AC_COMPILE_IFELSE([AC_LANG_SOURCE([[
#ifndef __ELF__
#error
#endif
]])], [mkevent_chosen=' MKEVENT_WITH_FACADE '])])
BUILTIN_PLUGINS=
BUILTIN_LIBRARIES=
BUILTIN_KEEP=
m4_foreach([mkevent_part], [CORE, EXTRA, OPENSSL], [BUILTIN_REQUIRES_[]mkevent_part=
BUILTIN_LIBS_[]mkevent_part=
])
for mkevent_name in $mkevent_builtin; do
	AS_CASE([" $mkevent_available "], [*" $mkevent_name "*], [],
		[AC_MSG_ERROR([--with-builtin-plugins: no plugin "$mkevent_name" can be built here; there are:$mkevent_available])])
	AS_CASE([" $BUILTIN_PLUGINS "], [*" $mkevent_name "*], [continue])
	AS_VAR_APPEND([BUILTIN_PLUGINS], ["${BUILTIN_PLUGINS:+ }$mkevent_name"])
	AS_VAR_APPEND([BUILTIN_LIBRARIES], [" libbuiltin-$mkevent_name.la"])
	MKEVENT_BUILTIN_NEEDS([$mkevent_name])
done
m4_foreach_w([mkevent_name_], MKEVENT_WITH_FACADE, [MKEVENT_CHOICE(mkevent_name_)])
AS_IF([test "$enable_static" = no], [BUILTIN_REQUIRES_CORE= BUILTIN_LIBS_CORE=])
# Private is what only a static link has to know; where there is nothing but static libraries, every link has to.
AS_IF([test "$enable_shared" = no], [BUILTIN_REQUIRES_FIELD=Requires], [BUILTIN_REQUIRES_FIELD=Requires.private])
AC_SUBST([BUILTIN_PLUGINS])
AC_SUBST([BUILTIN_LIBRARIES])
AC_SUBST([BUILTIN_KEEP])
AC_SUBST([BUILTIN_REQUIRES_FIELD])
m4_foreach([mkevent_part], [CORE, EXTRA, OPENSSL], [AC_SUBST([BUILTIN_REQUIRES_]mkevent_part)
AC_SUBST([BUILTIN_LIBS_]mkevent_part)
])
AM_CONDITIONAL([PLUGINS], [test "$enable_shared" != no])

AC_CONFIG_COMMANDS([registry_builtin.c], [
{
	echo "/* Generated by configure: the plugins that are compiled into the core. */"
	echo "#include \"config.h\""
	echo "#include \"registry/builtin.h\""
	for mkevent_name in $mkevent_builtin_names; do
		AS_CASE([$mkevent_chosen], [*" $mkevent_name "*], [mkevent_weak=' __attribute__((weak))'], [mkevent_weak=])
		echo "extern const struct event_plugin_descriptor event_plugin_builtin_`echo $mkevent_name | tr '.-' '__'`$mkevent_weak;"
	done
	echo "const struct event_plugin_descriptor *const registry_builtin[[]] = {"
	for mkevent_name in $mkevent_builtin_names; do
		echo "	&event_plugin_builtin_`echo $mkevent_name | tr '.-' '__'`,"
	done
	echo "	NULL,"
	echo "};"
	echo "const unsigned registry_builtin_count = sizeof(registry_builtin) / sizeof(registry_builtin[[0]]) - 1;"
	echo "const char *const registry_preference[[]] = {"
	for mkevent_name in $mkevent_backend_names; do
		echo "	\"backend-$mkevent_name\","
	done
	echo "	NULL,"
	echo "};"
} >registry_builtin.tmp
AS_IF([cmp -s registry_builtin.tmp registry_builtin.c], [rm -f registry_builtin.tmp],
	[mv -f registry_builtin.tmp registry_builtin.c])
], [mkevent_builtin_names="$BUILTIN_PLUGINS" mkevent_backend_names="$mkevent_backends"
	mkevent_chosen="$mkevent_chosen"])
])

# MKEVENT_BUILTIN_NEEDS(NAME): what a static library has to be linked with because of it, for pkg-config (whose names
# these are) and for CMake: the core, or the facade that keeps it. (libtool, which sorts what it links, is told of all by
# the core's own .la: it would put what only a facade needs before the core.)
AC_DEFUN([MKEVENT_BUILTIN_NEEDS], [
AS_CASE([$1],
	[backend-uring], [MKEVENT_BUILTIN_NEEDS_OF([CORE], [liburing], [$LIBURING_LIBS])],
	[filter-openssl], [AS_IF([test -n "$mkevent_chosen"],
		[MKEVENT_BUILTIN_NEEDS_OF([OPENSSL], [openssl], [$OPENSSL_LIBS])],
		[MKEVENT_BUILTIN_NEEDS_OF([CORE], [openssl], [$OPENSSL_LIBS])])],
	[rpc-native], [AS_IF([test -n "$mkevent_chosen"],
		[MKEVENT_BUILTIN_NEEDS_OF([EXTRA], [libffi], [$LIBFFI_LIBS])],
		[MKEVENT_BUILTIN_NEEDS_OF([CORE], [libffi], [$LIBFFI_LIBS])])])
])
AC_DEFUN([MKEVENT_BUILTIN_NEEDS_OF], [AS_VAR_APPEND([BUILTIN_REQUIRES_$1], [" $2"])
		AS_VAR_APPEND([BUILTIN_LIBS_$1], [" $3"])])

# MKEVENT_CHOICE(NAME): has its facade keep a plugin, if it is built in and not kept by the core's table.
AC_DEFUN([MKEVENT_CHOICE], [
AS_CASE([$mkevent_chosen:" $BUILTIN_PLUGINS "], [:*], [], [*:*" $1 "*],
	[AC_DEFINE([FACADE_KEEPS_]m4_translit([$1], [a-z-], [A-Z_]), [1],
		[Define when the facade of $1 keeps it in static programs.])
	 AS_VAR_APPEND([BUILTIN_KEEP], [" -Wl,-u,event_plugin_builtin_]m4_translit([$1], [-], [_])["])])
])

# MKEVENT_IS_BUILDABLE(NAME, THEN): what the conditionals of the plugins' local.mk say, once more for shell code.
AC_DEFUN([MKEVENT_IS_BUILDABLE], [
AS_CASE([$1],
	[backend-epoll], [AS_IF([test "$mkevent_epoll" = yes], [$2])],
	[backend-kqueue], [AS_IF([test "$mkevent_kqueue" = yes], [$2])],
	[backend-devpoll], [AS_IF([test "$mkevent_devpoll" = yes], [$2])],
	[backend-evport], [AS_IF([test "$mkevent_evport" = yes], [$2])],
	[backend-uring], [AS_IF([test "$mkevent_uring" = yes], [$2])],
	[filter-openssl], [AS_IF([test "$mkevent_openssl" = yes], [$2])],
	[rpc-native], [AS_IF([test "$mkevent_libffi" = yes], [$2])],
	[$2])
])

AC_DEFUN([MKEVENT_SUMMARY], [
mkevent_summary_of_emulator=
AS_IF([test "$cross_compiling" = yes], [mkevent_summary_of_emulator="
	tests run through:  ${EMULATOR:-what this system does with such programs (make check EMULATOR=...)}"])
AC_MSG_NOTICE([

	mkevent $PACKAGE_VERSION (libevent $LIBEVENT_VERSION)

	host:               $host
	prefix:             $prefix
	plugins go to:      $plugindir
	libraries:          shared $enable_shared, static $enable_static
	plugin loading:     $enable_plugin_loading
	backends:           $mkevent_backends
	io_uring backend:   $mkevent_uring
	built into core:    ${BUILTIN_PLUGINS:-nothing}
	TLS plugin:         $mkevent_openssl
	native RPC (ffi):   $mkevent_libffi
	threads:            $enable_thread_support
	own allocator:      $enable_malloc_replacement
	debug mode:         $enable_debug_mode
	verbose debug:      $enable_verbose_debug
	hardening:          $enable_hardening
	sanitizers:         $enable_sanitizers
	samples:            $enable_samples
	tests (cmocka):     $mkevent_cmocka$mkevent_summary_of_emulator
])
])
