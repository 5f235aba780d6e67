// SPDX-License-Identifier: Apache-2.0
#include "ima_text.h"

#include <array>

#include <anchor/base/encoding.h>

#include "boot_text.h"

namespace anchor::measure {
namespace {

// C0 and DEL, and C1 in its UTF-8 form, which terminals obey too.
bool is_control(std::string_view character) noexcept {
    const auto first = static_cast<unsigned char>(character.front());
    if (character.size() == 1) return first < 0x20 || first == 0x7f;
    return first == 0xc2 && static_cast<unsigned char>(character[1]) < 0xa0;
}

}  // namespace

void append_printable(std::string& to, std::string_view text) {
    while (!text.empty()) {
        const std::size_t length = utf8_length(as_bytes(text));
        const std::string_view character = text.substr(0, length == 0 ? 1 : length);
        if (character == "\\") {
            to.append("\\\\");
        } else if (length != 0 && !is_control(character)) {
            to.append(character);
        } else {
            for (const std::uint8_t octet : as_bytes(character)) to.append("\\x").append(to_hex(std::array{octet}));
        }
        text.remove_prefix(character.size());
    }
}

}  // namespace anchor::measure
