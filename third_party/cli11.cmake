# SPDX-License-Identifier: Apache-2.0
# CLI11: command lines of anchorctl and anchor-registry. Header-only.
find_package(CLI11 2.1 REQUIRED)
