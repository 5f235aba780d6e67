// SPDX-License-Identifier: Apache-2.0

// The final events table, TCG EFI Protocol Specification §7: what was measured after a loader had asked for the log.

#include <algorithm>

#include "event_log_reader.h"

namespace anchor::measure {
namespace {

constexpr std::size_t kSmallestEvent2 = 16;  // index, type, digest count, size

}  // namespace

Result<void> EventLogReader::read_final_events(ByteReader& reader) {
    ANCHOR_ASSIGN_OR_RETURN(const std::uint64_t version, reader.u64_le("version of the final events table"));
    if (version != 1)
        return rejected("offset " + std::to_string(reader.offset() - 8) + ": version of the final events table is " +
                        std::to_string(version) + ", expected 1");
    ANCHOR_ASSIGN_OR_RETURN(const std::uint64_t count, reader.u64_le("number of final events"));
    if (count > reader.remaining() / kSmallestEvent2) {
        return rejected("offset " + std::to_string(reader.offset() - 8) + ": number of final events is " + std::to_string(count) + ", " +
                        std::to_string(reader.remaining()) + " octets are left");
    }
    const std::size_t first_final = log_.events_.size();
    for (std::uint64_t i = 0; i < count; ++i) ANCHOR_RETURN_IF_ERROR(read_event2(reader));
    drop_repeated(first_final);
    if (!skip_padding(reader)) return reader.expect_end("the final events table");
    return {};
}

bool EventLogReader::same(const BootEvent& a, const BootEvent& b) const {
    return a.pcr == b.pcr && a.type == b.type && equal(a.content, b.content) &&
           std::ranges::equal(log_.digests(a), log_.digests(b),
                              [](const EventDigest& x, const EventDigest& y) { return x.alg_id == y.alg_id && equal(x.octets, y.octets); });
}

// From the first GetEventLog() on, firmware writes an event into both places (TCG EFI Protocol Specification §7). The longest end of the
// log that is a beginning of the table is what both have; found in linear time by the table's prefix function.
void EventLogReader::drop_repeated(std::size_t first_final) {
    auto& events = log_.events_;
    const std::span table = std::span(events).subspan(first_final);
    if (table.empty()) return;
    std::vector<std::uint32_t> border(table.size(), 0);
    const auto longer = [&](std::uint32_t matched, const BootEvent& next) {
        while (matched > 0 && (matched == table.size() || !same(table[matched], next))) matched = border[matched - 1];
        return same(table[matched], next) ? matched + 1 : matched;
    };
    for (std::size_t i = 1; i < table.size(); ++i) border[i] = longer(border[i - 1], table[i]);
    std::uint32_t repeated = 0;
    for (std::size_t i = 0; i < first_final; ++i) repeated = longer(repeated, events[i]);

    const auto first = events.begin() + static_cast<std::ptrdiff_t>(first_final);
    events.erase(first, first + repeated);
    for (std::size_t i = first_final; i < events.size(); ++i) events[i].number = static_cast<std::uint32_t>(i);
}

}  // namespace anchor::measure
