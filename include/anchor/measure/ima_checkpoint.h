// SPDX-License-Identifier: Apache-2.0
#pragma once

// ImaCheckpoint: where a proven replay of an IMA list stopped, so that the next one reads only what was added. It is
// our own state, kept by the store; it is bound to one boot, and a list that does not fit it is found out.

#include <string>
#include <vector>

#include <anchor/measure/ima_reader.h>
#include <anchor/measure/ima_replay.h>

namespace anchor::measure {

/// A mark for each of the last entries, to recognise the place in a list. Nothing is proven by it: whoever makes a list
/// that only looks right ends with registers that don't match.
class ImaTrail {
public:
    static constexpr std::size_t kLength = 8;

    void push(const ImaEntry& entry) noexcept;
    /// The entries pushed here end with the same ones as the other trail; at least one of both must be known.
    [[nodiscard]] bool ends_like(const ImaTrail& other) const noexcept;

    /// Newest first; count of them are in use.
    std::array<std::uint64_t, kLength> marks{};
    std::size_t count = 0;
    friend bool operator==(const ImaTrail&, const ImaTrail&) = default;
};

struct ImaCheckpoint {
    ImaListFormat format;
    std::uint64_t offset = 0;     ///< behind the last proven entry, in the list as it was read
    std::uint64_t entries = 0;    ///< proven since the boot
    std::uint64_t last_size = 0;  ///< octets of the last of them
    ImaTrail trail;
    std::string aggregate;  ///< for ImaAppraiser
    std::vector<ImaLane> lanes;

    /// Where to read on: the last proven entry is read again, to see that the list is still the same.
    [[nodiscard]] std::uint64_t reread_offset() const noexcept { return offset - last_size; }

    [[nodiscard]] Bytes serialise() const;
    /// Corrupt where the octets are not what serialise() makes.
    [[nodiscard]] static Result<ImaCheckpoint> parse(ByteView octets);
    friend bool operator==(const ImaCheckpoint&, const ImaCheckpoint&) = default;
};

}  // namespace anchor::measure
