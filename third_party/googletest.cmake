# SPDX-License-Identifier: Apache-2.0
# GoogleTest, development only.
find_package(GTest 1.12 REQUIRED)
include(GoogleTest)
