// SPDX-License-Identifier: Apache-2.0
#pragma once

// The part of the IMA list that goes with Evidence: from the entry that the registry has on to the one that the quoted PCR 10 stands
// for, no more. Never in memory as a whole: it is read once to name it, and again piece by piece to send it.

#include <optional>

#include <anchor/core/log_source.h>
#include <anchor/measure/ima_checkpoint.h>
#include <anchor/protocol/bodies.h>

namespace anchor::agent {

struct ImaSending {
    protocol::ImaPart part;
    std::uint64_t offset = 0;  ///< of the part in the list
};

/// What to send of a list that is proven up to `proven`, which was read from this list now; `registry_has` is of the same boot. On the
/// worker. Unavailable: the kernel no longer has what the registry needs, or it is more than can be sent.
[[nodiscard]] Result<ImaSending> plan_ima_part(LogSource& list, const measure::ImaCheckpoint& proven,
                                               const std::optional<protocol::ImaPlace>& registry_has);

/// So many octets of the list from there. On the worker. Unavailable: it does not have them any more.
[[nodiscard]] Result<Bytes> read_ima_octets(LogSource& list, std::uint64_t offset, std::size_t count);

/// What a registry takes at once.
inline constexpr std::uint64_t kLargestImaPart = std::uint64_t{32} << 20U;

}  // namespace anchor::agent
