// SPDX-License-Identifier: Apache-2.0
#include <anchor/base/byte_reader.h>

namespace anchor {

template <class T, bool BigEndian>
Result<T> ByteReader::integer(std::string_view field) {
    ANCHOR_ASSIGN_OR_RETURN(const ByteView octets, take(sizeof(T), field));
    T value = 0;
    for (std::size_t i = 0; i < sizeof(T); ++i) {
        const std::size_t at = BigEndian ? i : sizeof(T) - 1 - i;
        value = static_cast<T>((static_cast<std::uint64_t>(value) << 8U) | octets[at]);
    }
    return value;
}

Result<std::uint8_t> ByteReader::u8(std::string_view field) { return integer<std::uint8_t, true>(field); }
Result<std::uint16_t> ByteReader::u16_le(std::string_view field) { return integer<std::uint16_t, false>(field); }
Result<std::uint32_t> ByteReader::u32_le(std::string_view field) { return integer<std::uint32_t, false>(field); }
Result<std::uint64_t> ByteReader::u64_le(std::string_view field) { return integer<std::uint64_t, false>(field); }
Result<std::uint16_t> ByteReader::u16_be(std::string_view field) { return integer<std::uint16_t, true>(field); }
Result<std::uint32_t> ByteReader::u32_be(std::string_view field) { return integer<std::uint32_t, true>(field); }
Result<std::uint64_t> ByteReader::u64_be(std::string_view field) { return integer<std::uint64_t, true>(field); }

Result<ByteView> ByteReader::take(std::size_t size, std::string_view field) {
    if (size > remaining()) {
        return rejected("offset " + std::to_string(offset()) + ": " + std::string(field) + " needs " + std::to_string(size) + " octets, " +
                        std::to_string(remaining()) + " are left");
    }
    const ByteView taken = bytes_.subspan(position_, size);
    position_ += size;
    return taken;
}

ByteView ByteReader::rest() noexcept {
    const ByteView taken = bytes_.subspan(position_);
    position_ = bytes_.size();
    return taken;
}

Result<void> ByteReader::expect_end(std::string_view what) const {
    if (at_end()) return {};
    return rejected("offset " + std::to_string(offset()) + ": " + std::to_string(remaining()) + " octets are left over after " +
                    std::string(what));
}

}  // namespace anchor
