// SPDX-License-Identifier: Apache-2.0
#pragma once

// What fuzz targets hold their parsers to: a promise that is broken ends the program, which is what the fuzzer notices.

#include <cstdlib>

#include <anchor/base/bytes.h>

namespace anchor::fuzz {

inline void must(bool holds) {
    if (!holds) std::abort();
}

inline bool is_inside(ByteView part, ByteView whole) {
    return part.empty() || (part.data() >= whole.data() && part.data() + part.size() <= whole.data() + whole.size());
}

}  // namespace anchor::fuzz
