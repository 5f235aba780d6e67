// SPDX-License-Identifier: Apache-2.0
#include <anchor/base/bytes.h>

#include <algorithm>

namespace anchor {

bool equal(ByteView a, ByteView b) noexcept { return std::ranges::equal(a, b); }

}  // namespace anchor
