# SPDX-License-Identifier: Apache-2.0
# RE2: matches() of CEL. Linear in time by construction, so that no pattern of any author can hang a device.
# Debian 12 packages it without a version number (0.0.0), so there is none to check; the interface that we use is older.
pkg_check_modules(RE2 REQUIRED IMPORTED_TARGET re2)
