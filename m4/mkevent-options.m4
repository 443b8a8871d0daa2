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

BUILTIN_PLUGINS=
BUILTIN_LIBRARIES=
BUILTIN_REQUIRES=
BUILTIN_LIBS=
for mkevent_name in $mkevent_builtin; do
	AS_CASE([" $mkevent_available "], [*" $mkevent_name "*], [],
		[AC_MSG_ERROR([--with-builtin-plugins: no plugin "$mkevent_name" can be built here; there are:$mkevent_available])])
	AS_CASE([" $BUILTIN_PLUGINS "], [*" $mkevent_name "*], [continue])
	AS_VAR_APPEND([BUILTIN_PLUGINS], ["${BUILTIN_PLUGINS:+ }$mkevent_name"])
	AS_VAR_APPEND([BUILTIN_LIBRARIES], [" libbuiltin-$mkevent_name.la"])
	MKEVENT_BUILTIN_NEEDS([$mkevent_name])
done
AS_IF([test "$enable_static" = no], [BUILTIN_REQUIRES= BUILTIN_LIBS=])
# Private is what only a static link has to know; where there is nothing but static libraries, every link has to.
AS_IF([test "$enable_shared" = no], [BUILTIN_REQUIRES_FIELD=Requires], [BUILTIN_REQUIRES_FIELD=Requires.private])
AC_SUBST([BUILTIN_PLUGINS])
AC_SUBST([BUILTIN_LIBRARIES])
AC_SUBST([BUILTIN_REQUIRES])
AC_SUBST([BUILTIN_REQUIRES_FIELD])
AC_SUBST([BUILTIN_LIBS])
AM_CONDITIONAL([PLUGINS], [test "$enable_shared" != no])

AC_CONFIG_COMMANDS([registry_builtin.c], [
{
	echo "/* Generated by configure: the plugins that are compiled into the core. */"
	echo "#include \"config.h\""
	echo "#include \"registry/builtin.h\""
	for mkevent_name in $mkevent_builtin_names; do
		echo "extern const struct event_plugin_descriptor event_plugin_builtin_`echo $mkevent_name | tr '.-' '__'`;"
	done
	echo "const struct event_plugin_descriptor *const registry_builtin[[]] = {"
	for mkevent_name in $mkevent_builtin_names; do
		echo "	&event_plugin_builtin_`echo $mkevent_name | tr '.-' '__'`,"
	done
	echo "	NULL,"
	echo "};"
	echo "const char *const registry_preference[[]] = {"
	for mkevent_name in $mkevent_backend_names; do
		echo "	\"backend-$mkevent_name\","
	done
	echo "	NULL,"
	echo "};"
} >registry_builtin.tmp
AS_IF([cmp -s registry_builtin.tmp registry_builtin.c], [rm -f registry_builtin.tmp],
	[mv -f registry_builtin.tmp registry_builtin.c])
], [mkevent_builtin_names="$BUILTIN_PLUGINS" mkevent_backend_names="$mkevent_backends"])
])

# MKEVENT_BUILTIN_NEEDS(NAME): what a static core has to be linked with because of it, for pkg-config (whose names these
# are) and for CMake.
AC_DEFUN([MKEVENT_BUILTIN_NEEDS], [
AS_CASE([$1],
	[backend-uring], [AS_VAR_APPEND([BUILTIN_REQUIRES], [" liburing"])
		AS_VAR_APPEND([BUILTIN_LIBS], [" $LIBURING_LIBS"])],
	[filter-openssl], [AS_VAR_APPEND([BUILTIN_REQUIRES], [" openssl"])
		AS_VAR_APPEND([BUILTIN_LIBS], [" $OPENSSL_LIBS"])],
	[rpc-native], [AS_VAR_APPEND([BUILTIN_REQUIRES], [" libffi"])
		AS_VAR_APPEND([BUILTIN_LIBS], [" $LIBFFI_LIBS"])])
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
