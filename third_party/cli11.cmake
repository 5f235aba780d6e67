# SPDX-License-Identifier: Apache-2.0
# CLI11: command lines of the four programs. Header-only.
find_package(CLI11 2.1 REQUIRED)
