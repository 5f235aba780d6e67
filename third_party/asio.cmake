# SPDX-License-Identifier: Apache-2.0
# Asio without Boost: event loop, timers, signals and local sockets. Header-only.
find_path(ASIO_INCLUDE_DIR asio.hpp REQUIRED)
file(STRINGS ${ASIO_INCLUDE_DIR}/asio/version.hpp asio_version REGEX "#define ASIO_VERSION +[0-9]+")
string(REGEX MATCH "ASIO_VERSION +([0-9]+)" _ "${asio_version}")
if(CMAKE_MATCH_1 LESS 102200)  # major * 100000 + minor * 100 + patch
  message(FATAL_ERROR "Asio 1.22 or newer is needed, ASIO_VERSION ${CMAKE_MATCH_1} found")
endif()
add_library(anchor_asio INTERFACE)
find_package(Threads REQUIRED)
target_include_directories(anchor_asio SYSTEM INTERFACE ${ASIO_INCLUDE_DIR})
# Asio chooses how it allocates by what the standard library has said before it was included. Files that differ in that
# would free what they did not allocate, so the choice is made here.
target_compile_definitions(anchor_asio INTERFACE ASIO_STANDALONE ASIO_NO_DEPRECATED ASIO_DISABLE_STD_ALIGNED_ALLOC)
target_link_libraries(anchor_asio INTERFACE Threads::Threads)
add_library(Asio::asio ALIAS anchor_asio)
