// SPDX-License-Identifier: Apache-2.0
#pragma once

// ByteReader: reads foreign octets front to back and can't leave them. Every failure is Rejected and
// names the field and its offset, because the one who must mend the input has only that to go by.

#include <anchor/base/bytes.h>
#include <anchor/base/result.h>

namespace anchor {

class ByteReader {
public:
    /// `origin` is added to every offset in errors: where these octets stand in a larger input.
    explicit ByteReader(ByteView bytes, std::uint64_t origin = 0) noexcept : bytes_(bytes), origin_(origin) {}

    [[nodiscard]] std::uint64_t offset() const noexcept { return origin_ + position_; }
    [[nodiscard]] std::size_t remaining() const noexcept { return bytes_.size() - position_; }
    [[nodiscard]] bool at_end() const noexcept { return remaining() == 0; }

    [[nodiscard]] Result<std::uint8_t> u8(std::string_view field);
    [[nodiscard]] Result<std::uint16_t> u16_le(std::string_view field);
    [[nodiscard]] Result<std::uint32_t> u32_le(std::string_view field);
    [[nodiscard]] Result<std::uint64_t> u64_le(std::string_view field);
    [[nodiscard]] Result<std::uint16_t> u16_be(std::string_view field);
    [[nodiscard]] Result<std::uint32_t> u32_be(std::string_view field);
    [[nodiscard]] Result<std::uint64_t> u64_be(std::string_view field);

    /// The next `size` octets, borrowed from the input.
    [[nodiscard]] Result<ByteView> take(std::size_t size, std::string_view field);
    /// All that is left, borrowed.
    [[nodiscard]] ByteView rest() noexcept;
    /// Rejected where octets are left over.
    [[nodiscard]] Result<void> expect_end(std::string_view what) const;

private:
    template <class T, bool BigEndian>
    Result<T> integer(std::string_view field);

    ByteView bytes_;
    std::size_t position_ = 0;
    std::uint64_t origin_ = 0;
};

}  // namespace anchor
