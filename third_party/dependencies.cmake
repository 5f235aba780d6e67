# SPDX-License-Identifier: Apache-2.0
# Every foreign library, one file each: the system's package, its version checked, and why we depend on it.
# No foreign code lives here.
foreach(dependency IN ITEMS nlohmann_json mbedtls tss2 paho_mqtt spdlog asio re2 cli11 tomlplusplus sqlite3 systemd nftables p11kit)
  include(${CMAKE_CURRENT_LIST_DIR}/${dependency}.cmake)
endforeach()
if(ANCHOR_TESTS)
  include(${CMAKE_CURRENT_LIST_DIR}/googletest.cmake)
endif()
if(ANCHOR_BENCH)
  include(${CMAKE_CURRENT_LIST_DIR}/google_benchmark.cmake)
endif()
