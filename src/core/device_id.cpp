// SPDX-License-Identifier: Apache-2.0
#include <anchor/core/device_id.h>

#include <anchor/base/encoding.h>

namespace anchor {

DeviceId DeviceId::from_digest(const Digest& sha256) { return DeviceId(to_base32(sha256.view()).substr(0, kLength)); }

Result<DeviceId> DeviceId::parse(std::string_view text) {
    const bool clean = std::ranges::all_of(text, [](char c) { return (c >= 'a' && c <= 'z') || (c >= '2' && c <= '7'); });
    if (text.size() != kLength || !clean) {
        return rejected("device id \"" + std::string(text.substr(0, 40)) + "\" is not 26 characters of a-z and 2-7");
    }
    return DeviceId(std::string(text));
}

}  // namespace anchor
