# SPDX-License-Identifier: BSD-3-Clause
# So that find_package(Libevent) finds us as it finds libevent.
cmakedir = $(libdir)/cmake/libevent
cmake_DATA = \
	cmake/LibeventConfig.cmake \
	cmake/LibeventConfigVersion.cmake
