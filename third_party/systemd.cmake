# SPDX-License-Identifier: Apache-2.0
# libsystemd, optional: readiness, watchdog and socket activation.
pkg_check_modules(SYSTEMD IMPORTED_TARGET "libsystemd >= 247")
