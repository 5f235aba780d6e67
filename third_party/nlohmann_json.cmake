# SPDX-License-Identifier: Apache-2.0
# nlohmann/json: JSON values and their parser. The de-facto standard in C++, header-only; what it lets pass and
# we refuse stands in base/json.h.
find_package(nlohmann_json 3.11 REQUIRED)
