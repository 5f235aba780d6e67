# SPDX-License-Identifier: Apache-2.0
# p11-kit: its header of PKCS#11, in module token, and no library of it: the token's own module is opened at run time.
pkg_check_modules(P11KIT REQUIRED "p11-kit-1 >= 0.24")
add_library(p11kit_header INTERFACE)
target_include_directories(p11kit_header SYSTEM INTERFACE ${P11KIT_INCLUDE_DIRS})
