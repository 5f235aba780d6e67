// SPDX-License-Identifier: Apache-2.0
#include "ima_part.h"

#include <algorithm>
#include <functional>

#include <anchor/crypto/hash.h>

namespace anchor::agent {
namespace {

constexpr std::size_t kStep = 64UL * 1024;

// All octets of the list from there up to `end`, in pieces.
Result<void> each_piece(LogSource& list, std::uint64_t from, std::uint64_t end, const std::function<Result<void>(ByteView)>& use) {
    ANCHOR_ASSIGN_OR_RETURN(const auto stream, list.open(from));
    Bytes octets(kStep);
    while (from < end) {
        const auto room = static_cast<std::size_t>(std::min<std::uint64_t>(octets.size(), end - from));
        ANCHOR_ASSIGN_OR_RETURN(const std::size_t got, stream->read(std::span(octets).first(room)));
        if (got == 0) return unavailable("the IMA list became shorter");
        ANCHOR_RETURN_IF_ERROR(use(ByteView(octets).first(got)));
        from += got;
    }
    return {};
}

// Reads the entries up to the proven end.
Result<void> each_entry(LogSource& list, const measure::ImaCheckpoint& proven, const std::function<void(const measure::ImaEntry&)>& use) {
    measure::ImaReader reader(proven.format);
    return each_piece(list, 0, proven.offset, [&](ByteView piece) -> Result<void> {
        reader.feed(piece);
        for (;;) {
            ANCHOR_ASSIGN_OR_RETURN(const measure::ImaEntry* entry, reader.next());
            if (entry == nullptr) return {};
            use(*entry);
        }
    });
}

// Where the last `count` entries before the proven end begin. Counted from there, because the beginning of the list may be gone.
Result<std::uint64_t> offset_of_last(LogSource& list, const measure::ImaCheckpoint& proven, std::uint64_t count) {
    std::uint64_t listed = 0;
    ANCHOR_RETURN_IF_ERROR(each_entry(list, proven, [&](const measure::ImaEntry&) { ++listed; }));
    if (listed < count) return unavailable("the kernel no longer has the entries that the registry lacks");
    if (listed == count) return std::uint64_t{0};
    std::uint64_t offset = proven.offset;
    ANCHOR_RETURN_IF_ERROR(each_entry(list, proven, [&](const measure::ImaEntry& entry) {
        if (entry.number == listed - count) offset = entry.offset;
    }));
    return offset;
}

}  // namespace

Result<ImaSending> plan_ima_part(LogSource& list, const measure::ImaCheckpoint& proven,
                                 const std::optional<protocol::ImaPlace>& registry_has) {
    const std::uint64_t from = registry_has && registry_has->entries <= proven.entries ? registry_has->entries : 0;
    ImaSending sending{{from, std::nullopt}, proven.offset};
    if (from == proven.entries) return sending;
    ANCHOR_ASSIGN_OR_RETURN(sending.offset, offset_of_last(list, proven, proven.entries - from));
    const std::uint64_t size = proven.offset - sending.offset;
    if (size > kLargestImaPart) {
        return unavailable("what the registry lacks of the IMA list are " + std::to_string(size) + " octets, more than can be sent");
    }
    crypto::Hasher hasher(HashAlg::Sha256);
    ANCHOR_RETURN_IF_ERROR(each_piece(list, sending.offset, proven.offset, [&](ByteView piece) -> Result<void> {
        hasher.update(piece);
        return {};
    }));
    sending.part.octets = BlobName{hasher.finish(), size};
    return sending;
}

Result<Bytes> read_ima_octets(LogSource& list, std::uint64_t offset, std::size_t count) {
    Bytes octets;
    octets.reserve(count);
    ANCHOR_RETURN_IF_ERROR(each_piece(list, offset, offset + count, [&](ByteView piece) -> Result<void> {
        append(octets, piece);
        return {};
    }));
    return octets;
}

}  // namespace anchor::agent
