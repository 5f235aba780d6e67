# SPDX-License-Identifier: Apache-2.0
# toml++: the configuration that people edit, with line and column of every value. Header-only.
pkg_check_modules(TOMLPLUSPLUS REQUIRED IMPORTED_TARGET "tomlplusplus >= 3.3")
