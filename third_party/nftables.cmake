# SPDX-License-Identifier: Apache-2.0
# libnftables, optional: the warden's isolation table, loaded in one transaction.
pkg_check_modules(NFTABLES IMPORTED_TARGET "libnftables >= 1.0")
