// SPDX-License-Identifier: Apache-2.0
#pragma once

// OctetWriter: the other direction of ByteReader, for the canonical form of the TCG (Part 2 §4): big-endian numbers, and
// buffers with sixteen bits of size in front (TPM2B).

#include <cstdlib>
#include <limits>

#include <anchor/base/bytes.h>

namespace anchor::tpmwire {

class OctetWriter {
public:
    OctetWriter& u8(std::uint8_t value) {
        octets_.push_back(value);
        return *this;
    }
    OctetWriter& u16(std::uint16_t value) { return integer(value); }
    OctetWriter& u32(std::uint32_t value) { return integer(value); }
    OctetWriter& u64(std::uint64_t value) { return integer(value); }
    OctetWriter& plain(ByteView octets) {
        append(octets_, octets);
        return *this;
    }
    /// TPM2B: a buffer of 64 KiB and more is a broken invariant.
    OctetWriter& sized(ByteView octets) {
        if (octets.size() > std::numeric_limits<std::uint16_t>::max()) std::abort();
        return u16(static_cast<std::uint16_t>(octets.size())).plain(octets);
    }

    [[nodiscard]] Bytes take() && { return std::move(octets_); }

private:
    template <class T>
    OctetWriter& integer(T value) {
        for (unsigned shift = sizeof(T) * 8; shift > 0; shift -= 8) u8(static_cast<std::uint8_t>(value >> (shift - 8)));
        return *this;
    }

    Bytes octets_;
};

}  // namespace anchor::tpmwire
