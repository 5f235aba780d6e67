// SPDX-License-Identifier: Apache-2.0
#include <anchor/measure/event_log.h>

#include <algorithm>

#include "event_log_reader.h"

namespace anchor::measure {

std::span<const EventDigest> EventLog::digests(const BootEvent& event) const noexcept {
    return std::span(digests_).subspan(event.first_digest, event.digest_count);
}

std::optional<Digest> EventLog::digest(const BootEvent& event, HashAlg bank) const noexcept {
    const std::uint16_t wanted = tpm_alg_id(bank);
    for (const EventDigest& digest : digests(event)) {
        if (digest.alg_id != wanted) continue;
        Digest value(bank);
        std::ranges::copy(digest.octets, value.writable().begin());
        return value;
    }
    return std::nullopt;
}

EventLog parse_event_log(ByteView octets, ByteView final_events) { return EventLogReader().read(octets, final_events); }

}  // namespace anchor::measure
