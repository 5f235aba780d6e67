# SPDX-License-Identifier: Apache-2.0
# Mbed TLS: TLS, X.509, digests and signatures. Small, portable to the devices we live on, with two long-term
# branches: 2.28 (TLS 1.2) and 3.6 (TLS 1.2 and 1.3). Only the module crypto includes it.
find_path(MBEDTLS_INCLUDE_DIR mbedtls/ssl.h REQUIRED)
find_library(MBEDTLS_LIBRARY mbedtls REQUIRED)
find_library(MBEDX509_LIBRARY mbedx509 REQUIRED)
find_library(MBEDCRYPTO_LIBRARY mbedcrypto REQUIRED)
if(EXISTS ${MBEDTLS_INCLUDE_DIR}/mbedtls/build_info.h)
  set(mbedtls_version_file ${MBEDTLS_INCLUDE_DIR}/mbedtls/build_info.h)  # since 3.0
else()
  set(mbedtls_version_file ${MBEDTLS_INCLUDE_DIR}/mbedtls/version.h)
endif()
file(STRINGS ${mbedtls_version_file} mbedtls_version REGEX "#define MBEDTLS_VERSION_STRING +\"")
string(REGEX REPLACE ".*\"([0-9.]+)\".*" "\\1" MBEDTLS_VERSION "${mbedtls_version}")
if(NOT MBEDTLS_VERSION MATCHES "^(2\\.28|3\\.6)\\.")
  message(FATAL_ERROR "Mbed TLS ${MBEDTLS_VERSION} found: the long-term branches 2.28 and 3.6 are supported, because "
                      "src/crypto/external_key.cpp relies on a layout checked for these two only")
endif()
message(STATUS "Mbed TLS ${MBEDTLS_VERSION}")
add_library(anchor_mbedtls INTERFACE)
target_include_directories(anchor_mbedtls SYSTEM INTERFACE ${MBEDTLS_INCLUDE_DIR})
target_link_libraries(anchor_mbedtls INTERFACE ${MBEDTLS_LIBRARY} ${MBEDX509_LIBRARY} ${MBEDCRYPTO_LIBRARY})
add_library(MbedTLS::mbedtls_all ALIAS anchor_mbedtls)
