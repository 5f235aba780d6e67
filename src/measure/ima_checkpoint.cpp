// SPDX-License-Identifier: Apache-2.0
#include <anchor/measure/ima_checkpoint.h>

#include <algorithm>

#include <anchor/base/byte_reader.h>
#include <anchor/core/pcr.h>

namespace anchor::measure {
namespace {

constexpr std::uint16_t kVersion = 1;
// 24 registers, each in 4 banks and at most 2 styles but SHA-1's one.
constexpr std::size_t kMaxLanes = kPcrCount * 7;

template <class T>
void put_be(Bytes& to, T value) {
    for (std::size_t i = sizeof(T); i-- > 0;) to.push_back(static_cast<std::uint8_t>(static_cast<std::uint64_t>(value) >> (8 * i)));
}

// FNV-1a, 64 bits: a mark, not a proof.
std::uint64_t mark_of(ByteView octets) noexcept {
    std::uint64_t mark = 0xcbf29ce484222325U;
    for (const std::uint8_t octet : octets) mark = (mark ^ octet) * 0x100000001b3U;
    return mark;
}

Result<HashAlg> read_alg(ByteReader& reader) {
    ANCHOR_ASSIGN_OR_RETURN(const std::uint16_t id, reader.u16_be("algorithm"));
    const auto alg = hash_alg_from_tpm(id);
    if (!alg) return rejected("algorithm " + std::to_string(id));
    return *alg;
}

Result<ImaLane> read_lane(ByteReader& reader) {
    ANCHOR_ASSIGN_OR_RETURN(const std::uint8_t pcr, reader.u8("PCR"));
    ANCHOR_ASSIGN_OR_RETURN(const std::uint8_t style, reader.u8("style"));
    if (pcr >= kPcrCount || style > 1) return rejected("PCR or style");
    ANCHOR_ASSIGN_OR_RETURN(const HashAlg bank, read_alg(reader));
    ANCHOR_ASSIGN_OR_RETURN(const ByteView value, reader.take(digest_size(bank), "value"));
    ANCHOR_ASSIGN_OR_RETURN(const Digest digest, Digest::from(bank, value));
    return ImaLane{pcr, static_cast<ImaExtendStyle>(style), digest};
}

Result<void> read_place(ByteReader& reader, ImaCheckpoint& checkpoint) {
    ANCHOR_ASSIGN_OR_RETURN(const std::uint8_t encoding, reader.u8("encoding"));
    ANCHOR_ASSIGN_OR_RETURN(const std::uint8_t big_endian, reader.u8("byte order"));
    if (encoding > 1 || big_endian > 1) return rejected("encoding or byte order");
    checkpoint.format.encoding = static_cast<ImaEncoding>(encoding);
    checkpoint.format.big_endian = big_endian != 0;
    ANCHOR_ASSIGN_OR_RETURN(checkpoint.format.digest, read_alg(reader));
    ANCHOR_ASSIGN_OR_RETURN(checkpoint.offset, reader.u64_be("offset"));
    ANCHOR_ASSIGN_OR_RETURN(checkpoint.entries, reader.u64_be("entries"));
    ANCHOR_ASSIGN_OR_RETURN(checkpoint.last_size, reader.u64_be("size of the last entry"));
    if (checkpoint.last_size > checkpoint.offset) return rejected("the last entry is larger than the list");
    return {};
}

Result<ImaCheckpoint> read_checkpoint(ByteReader reader) {
    ImaCheckpoint checkpoint;
    ANCHOR_ASSIGN_OR_RETURN(const std::uint16_t version, reader.u16_be("version"));
    if (version != kVersion) return rejected("version " + std::to_string(version));
    ANCHOR_RETURN_IF_ERROR(read_place(reader, checkpoint));
    ANCHOR_ASSIGN_OR_RETURN(const std::uint8_t marks, reader.u8("marks"));
    if (marks > ImaTrail::kLength) return rejected(std::to_string(marks) + " marks");
    checkpoint.trail.count = marks;
    for (std::size_t i = 0; i < marks; ++i) {
        ANCHOR_ASSIGN_OR_RETURN(checkpoint.trail.marks[i], reader.u64_be("mark"));
    }
    ANCHOR_ASSIGN_OR_RETURN(const std::uint8_t label, reader.u8("size of the aggregate"));
    ANCHOR_ASSIGN_OR_RETURN(const ByteView aggregate, reader.take(label, "aggregate"));
    checkpoint.aggregate = as_text(aggregate);
    ANCHOR_ASSIGN_OR_RETURN(const std::uint8_t lanes, reader.u8("lanes"));
    if (lanes > kMaxLanes) return rejected(std::to_string(lanes) + " lanes");
    for (std::size_t i = 0; i < lanes; ++i) {
        ANCHOR_ASSIGN_OR_RETURN(const ImaLane lane, read_lane(reader));
        checkpoint.lanes.push_back(lane);
    }
    ANCHOR_RETURN_IF_ERROR(reader.expect_end("the last lane"));
    return checkpoint;
}

}  // namespace

void ImaTrail::push(const ImaEntry& entry) noexcept {
    std::shift_right(marks.begin(), marks.end(), 1);
    // All violations have the same digest; their fields tell them apart.
    marks.front() = mark_of(entry.violation() ? entry.template_data : entry.template_digest);
    count = std::min(count + 1, kLength);
}

bool ImaTrail::ends_like(const ImaTrail& other) const noexcept {
    const std::size_t common = std::min(count, other.count);
    return common != 0 && std::equal(marks.begin(), marks.begin() + static_cast<std::ptrdiff_t>(common), other.marks.begin());
}

Bytes ImaCheckpoint::serialise() const {
    Bytes octets;
    put_be(octets, kVersion);
    octets.push_back(static_cast<std::uint8_t>(format.encoding));
    octets.push_back(format.big_endian ? 1 : 0);
    put_be(octets, tpm_alg_id(format.digest));
    put_be(octets, offset);
    put_be(octets, entries);
    put_be(octets, last_size);
    octets.push_back(static_cast<std::uint8_t>(trail.count));
    for (std::size_t i = 0; i < trail.count; ++i) put_be(octets, trail.marks[i]);
    octets.push_back(static_cast<std::uint8_t>(aggregate.size()));
    append(octets, as_bytes(aggregate));
    octets.push_back(static_cast<std::uint8_t>(lanes.size()));
    for (const ImaLane& lane : lanes) {
        octets.push_back(static_cast<std::uint8_t>(lane.pcr));
        octets.push_back(static_cast<std::uint8_t>(lane.style));
        put_be(octets, tpm_alg_id(lane.value.alg()));
        append(octets, lane.value.view());
    }
    return octets;
}

Result<ImaCheckpoint> ImaCheckpoint::parse(ByteView octets) {
    auto checkpoint = read_checkpoint(ByteReader(octets));
    if (!checkpoint) return corrupt("IMA checkpoint: " + checkpoint.error().what);
    return checkpoint;
}

}  // namespace anchor::measure
