// SPDX-License-Identifier: Apache-2.0
#include <anchor/base/secret_bytes.h>

#include <cstring>

namespace anchor {

void wipe(std::span<std::uint8_t> memory) noexcept {
    if (!memory.empty()) explicit_bzero(memory.data(), memory.size());
}

void SecretBytes::wipe() noexcept { anchor::wipe(bytes_); }

SecretBytes& SecretBytes::operator=(SecretBytes&& other) noexcept {
    if (this == &other) return *this;
    wipe();
    bytes_ = std::move(other.bytes_);
    other.bytes_.clear();
    return *this;
}

bool SecretBytes::matches(ByteView other) const noexcept {
    if (bytes_.size() != other.size()) return false;
    volatile std::uint8_t difference = 0;
    for (std::size_t i = 0; i < bytes_.size(); ++i) {
        difference = static_cast<std::uint8_t>(difference | (bytes_[i] ^ other[i]));
    }
    return difference == 0;
}

}  // namespace anchor
