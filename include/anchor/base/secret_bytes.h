// SPDX-License-Identifier: Apache-2.0
#pragma once

// SecretBytes: octets that nobody should see. Wiped when they go, not copyable by accident, not
// printable, compared in constant time. It does not lock pages: swap is the system's business.

#include <anchor/base/bytes.h>

namespace anchor {

class SecretBytes {
public:
    SecretBytes() = default;
    explicit SecretBytes(std::size_t size) : bytes_(size) {}
    /// Takes over the octets; the source is left empty.
    explicit SecretBytes(Bytes&& bytes) noexcept : bytes_(std::move(bytes)) { bytes.clear(); }
    [[nodiscard]] static SecretBytes copy_of(ByteView bytes) { return SecretBytes(to_bytes(bytes)); }

    SecretBytes(const SecretBytes&) = delete;
    SecretBytes& operator=(const SecretBytes&) = delete;
    SecretBytes(SecretBytes&& other) noexcept : bytes_(std::move(other.bytes_)) { other.bytes_.clear(); }
    SecretBytes& operator=(SecretBytes&& other) noexcept;
    ~SecretBytes() { wipe(); }

    [[nodiscard]] SecretBytes clone() const { return copy_of(bytes_); }
    [[nodiscard]] ByteView view() const noexcept { return bytes_; }
    [[nodiscard]] std::span<std::uint8_t> writable() noexcept { return bytes_; }
    [[nodiscard]] std::size_t size() const noexcept { return bytes_.size(); }
    [[nodiscard]] bool empty() const noexcept { return bytes_.empty(); }

    /// Constant in time for equal lengths; the length itself is not a secret.
    [[nodiscard]] bool matches(ByteView other) const noexcept;

    void wipe() noexcept;

private:
    Bytes bytes_;
};

/// Overwrites memory in a way that the compiler may not remove.
void wipe(std::span<std::uint8_t> memory) noexcept;

}  // namespace anchor
