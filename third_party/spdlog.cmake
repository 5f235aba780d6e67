# SPDX-License-Identifier: Apache-2.0
# spdlog: logging of the four programs. Libraries return errors and do not log.
find_package(spdlog 1.10 REQUIRED)
