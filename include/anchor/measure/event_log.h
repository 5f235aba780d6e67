// SPDX-License-Identifier: Apache-2.0
#pragma once

// The measured boot log of UEFI firmware, as events (TCG PC Client Platform Firmware Profile 1.06 §10: the
// crypto-agile form, and the older one with SHA-1 alone). Foreign octets: nothing in a log is true before it
// replays to quoted PCRs (event_log_replay.h), and even then its contents only where their digests say so
// (event_log_content.h).

#include <optional>
#include <span>
#include <string>
#include <vector>

#include <anchor/base/bytes.h>
#include <anchor/base/result.h>
#include <anchor/core/digest.h>
#include <anchor/measure/event_type.h>

namespace anchor::measure {

/// One digest of an event, borrowed from the log. The algorithm is the log's number: it may be one we can't compute.
struct EventDigest {
    std::uint16_t alg_id = 0;
    ByteView octets;
};

/// One event. The content is borrowed from the log.
struct BootEvent {
    std::uint32_t number = 0;  ///< counted from 0, as tpm2_eventlog does
    std::uint32_t pcr = 0;     ///< below kPcrCount, except for EV_NO_ACTION
    EventType type = EventType::NoAction;
    std::uint32_t first_digest = 0;
    std::uint32_t digest_count = 0;
    std::uint64_t offset = 0;          ///< of the event in its input
    std::uint64_t content_offset = 0;  ///< of the content in its input
    ByteView content;
};

/// What the first event of a crypto-agile log declares, PFP §10.4.5.1 (TCG_EfiSpecIDEvent).
struct SpecId {
    struct Algorithm {
        std::uint16_t alg_id = 0;
        std::uint16_t digest_size = 0;
    };
    std::uint32_t platform_class = 0;
    std::uint8_t version_minor = 0;
    std::uint8_t version_major = 0;
    std::uint8_t errata = 0;
    std::uint8_t uintn_size = 0;
    std::vector<Algorithm> algorithms;
    ByteView vendor_info;
};

enum class EventLogForm : std::uint8_t {
    Empty,        ///< no octets at all: firmware that measured nothing, or a kernel that could not get at the log
    Sha1,         ///< TCG_PCR_EVENT throughout
    CryptoAgile,  ///< a Spec ID event, then TCG_PCR_EVENT2
};

/// A log as far as it could be read. Borrows from the octets that were parsed: whoever has those keeps them.
class EventLog {
public:
    [[nodiscard]] EventLogForm form() const noexcept { return form_; }
    /// Set in crypto-agile logs.
    [[nodiscard]] const std::optional<SpecId>& spec_id() const noexcept { return spec_id_; }
    [[nodiscard]] const std::vector<BootEvent>& events() const noexcept { return events_; }
    [[nodiscard]] std::span<const EventDigest> digests(const BootEvent& event) const noexcept;
    /// The event's digest in that bank; empty where it has none.
    [[nodiscard]] std::optional<Digest> digest(const BootEvent& event, HashAlg bank) const noexcept;
    /// The banks of the log that we can compute, in the log's order.
    [[nodiscard]] const std::vector<HashAlg>& banks() const noexcept { return banks_; }
    /// Why reading ended before the log did; the events before that place are there. Names offset, event and field.
    [[nodiscard]] const std::optional<Error>& problem() const noexcept { return problem_; }
    /// Octets of padding (all 00 or all FF) after the last event: how an ACPI table's log area ends.
    [[nodiscard]] std::size_t padding() const noexcept { return padding_; }

private:
    friend class EventLogReader;
    EventLogForm form_ = EventLogForm::Empty;
    std::optional<SpecId> spec_id_;
    std::vector<BootEvent> events_;
    std::vector<EventDigest> digests_;
    std::vector<HashAlg> banks_;
    std::optional<Error> problem_;
    std::size_t padding_ = 0;
};

/// Longer logs are not read: the largest that machines have are below 1 MiB.
inline constexpr std::size_t kMaxEventLogSize = 16U << 20U;

/// Reads a log: never fails as a whole, because the events before a broken place are evidence too. `problem()` says
/// where it broke. A final events table (TCG EFI Protocol Specification §7: version, count, events) may stand behind the events, as some
/// loaders append it, or be given apart; events that it repeats from the end of the log are dropped.
/// Memory is at most twelve times the input at its peak, time linear.
[[nodiscard]] EventLog parse_event_log(ByteView octets, ByteView final_events = {});

}  // namespace anchor::measure
