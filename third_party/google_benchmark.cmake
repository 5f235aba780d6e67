# SPDX-License-Identifier: Apache-2.0
# Google Benchmark, development only.
find_package(benchmark 1.7 REQUIRED)
