# SPDX-License-Identifier: Apache-2.0
# SQLite: the registry's store, and nothing else.
find_package(SQLite3 3.37 REQUIRED)
