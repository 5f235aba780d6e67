// SPDX-License-Identifier: Apache-2.0
#include "event_log_reader.h"

#include <algorithm>
#include <array>

#include <anchor/core/pcr.h>

namespace anchor::measure {
namespace {

constexpr std::uint16_t kSha1 = 0x0004;        // TPM_ALG_SHA1
constexpr std::size_t kMaxAlgorithms = 16;     // TPM2_NUM_PCR_BANKS
constexpr std::size_t kFinalTableHeader = 16;  // version, count

/// Algorithms that a Spec ID event may forget to declare; TCG Algorithm Registry table 3.
std::uint16_t registered_size(std::uint16_t alg_id) {
    if (const auto alg = hash_alg_from_tpm(alg_id)) return static_cast<std::uint16_t>(digest_size(*alg));
    switch (alg_id) {
        case 0x0012: return 32;  // SM3_256
        case 0x0027: return 32;  // SHA3_256
        case 0x0028: return 48;  // SHA3_384
        case 0x0029: return 64;  // SHA3_512
        default: return 0;
    }
}

/// How many octets at the end are all 00 or all FF.
std::size_t padding_of(ByteView octets) {
    const auto trailing = [octets](std::uint8_t value) {
        return std::find_if(octets.rbegin(), octets.rend(), [value](std::uint8_t octet) { return octet != value; }) - octets.rbegin();
    };
    return static_cast<std::size_t>(std::max(trailing(0x00), trailing(0xFF)));
}

/// Version 1 and a count with a zero upper half. As an event this would be a digest of algorithm 0, which there is not.
bool is_final_table(ByteView rest) {
    constexpr std::array<std::uint8_t, 8> version{1, 0, 0, 0, 0, 0, 0, 0};
    return rest.size() >= kFinalTableHeader && equal(rest.first(8), version) &&
           std::ranges::all_of(rest.subspan(12, 4), [](std::uint8_t octet) { return octet == 0; });
}

std::string event_name(std::size_t number) { return "event " + std::to_string(number); }

}  // namespace

EventLog EventLogReader::read(ByteView octets, ByteView final_events) && {
    const auto read_all = [&]() -> Result<void> {
        if (octets.size() > kMaxEventLogSize || final_events.size() > kMaxEventLogSize) {
            return rejected("event log of " + std::to_string(std::max(octets.size(), final_events.size())) + " octets, at most " +
                            std::to_string(kMaxEventLogSize) + " are read");
        }
        ByteReader reader(octets);
        tail_ = padding_of(octets);
        if (!skip_padding(reader)) ANCHOR_RETURN_IF_ERROR(read_first_event(reader));
        ANCHOR_ASSIGN_OR_RETURN(const Stop stop, read_events(reader, octets));
        if (stop == Stop::FinalEventsTable) ANCHOR_RETURN_IF_ERROR(read_final_events(reader));
        if (final_events.empty()) return {};
        if (log_.form_ != EventLogForm::CryptoAgile)
            return rejected("final events table: the log before it is not of the crypto-agile form");
        ByteReader final_reader(final_events);
        tail_ = padding_of(final_events);
        auto result = read_final_events(final_reader);
        if (!result) return std::move(result).error().within("final events table");
        return {};
    };
    if (auto result = read_all(); !result) log_.problem_ = std::move(result).error();
    note_banks();
    return std::move(log_);
}

// Whether nothing but padding is left, and if so takes it.
bool EventLogReader::skip_padding(ByteReader& reader) {
    if (reader.remaining() > tail_) return false;
    log_.padding_ += reader.rest().size();
    return true;
}

Result<void> EventLogReader::read_first_event(ByteReader& reader) {
    log_.form_ = EventLogForm::Sha1;
    ANCHOR_RETURN_IF_ERROR(read_sha1_event(reader));
    const BootEvent& first = log_.events_.front();
    constexpr std::string_view signature{"Spec ID Event03\0", 16};
    if (first.type != EventType::NoAction || !as_text(first.content).starts_with(signature)) return {};
    log_.form_ = EventLogForm::CryptoAgile;
    auto spec_id = read_spec_id(first);
    if (!spec_id) return std::move(spec_id).error().within("event 0: Spec ID");
    return {};
}

Result<void> EventLogReader::read_spec_id(const BootEvent& event) {
    ByteReader reader(event.content, event.content_offset);
    SpecId spec;
    ANCHOR_RETURN_IF_ERROR(reader.take(16, "signature"));
    ANCHOR_ASSIGN_OR_RETURN(spec.platform_class, reader.u32_le("platform class"));
    ANCHOR_ASSIGN_OR_RETURN(spec.version_minor, reader.u8("minor version"));
    ANCHOR_ASSIGN_OR_RETURN(spec.version_major, reader.u8("major version"));
    ANCHOR_ASSIGN_OR_RETURN(spec.errata, reader.u8("errata"));
    ANCHOR_ASSIGN_OR_RETURN(spec.uintn_size, reader.u8("size of UINTN"));
    const std::uint64_t offset = reader.offset();
    ANCHOR_ASSIGN_OR_RETURN(const std::uint32_t count, reader.u32_le("number of algorithms"));
    if (count == 0 || count > kMaxAlgorithms) {
        return rejected("offset " + std::to_string(offset) + ": number of algorithms is " + std::to_string(count) + ", expected 1 to " +
                        std::to_string(kMaxAlgorithms));
    }
    for (std::uint32_t i = 0; i < count; ++i) {
        ANCHOR_ASSIGN_OR_RETURN(const SpecId::Algorithm algorithm, read_algorithm(reader));
        spec.algorithms.push_back(algorithm);
    }
    if (!reader.at_end()) {  // the last field is missing in early implementations
        ANCHOR_ASSIGN_OR_RETURN(const std::uint8_t vendor_size, reader.u8("vendor info size"));
        ANCHOR_ASSIGN_OR_RETURN(spec.vendor_info, reader.take(vendor_size, "vendor info"));
    }
    log_.spec_id_ = std::move(spec);
    return {};
}

Result<SpecId::Algorithm> EventLogReader::read_algorithm(ByteReader& reader) const {
    const std::uint64_t offset = reader.offset();
    SpecId::Algorithm algorithm;
    ANCHOR_ASSIGN_OR_RETURN(algorithm.alg_id, reader.u16_le("algorithm id"));
    ANCHOR_ASSIGN_OR_RETURN(algorithm.digest_size, reader.u16_le("digest size"));
    const std::uint16_t registered = registered_size(algorithm.alg_id);
    // A digest shorter than SHA-1's is none, and would let a few octets of input become many events.
    const bool fits = registered == 0 ? algorithm.digest_size >= digest_size(HashAlg::Sha1) : algorithm.digest_size == registered;
    if (fits) return algorithm;
    return rejected("offset " + std::to_string(offset) + ": digest size of algorithm " + std::to_string(algorithm.alg_id) + " is " +
                    std::to_string(algorithm.digest_size));
}

Result<EventLogReader::Stop> EventLogReader::read_events(ByteReader& reader, ByteView octets) {
    const bool agile = log_.form_ == EventLogForm::CryptoAgile;
    while (!skip_padding(reader)) {
        if (agile && is_final_table(octets.last(reader.remaining()))) return Stop::FinalEventsTable;
        ANCHOR_RETURN_IF_ERROR(agile ? read_event2(reader) : read_sha1_event(reader));
    }
    return Stop::EndOfInput;
}

Result<void> EventLogReader::read_sha1_event(ByteReader& reader) {
    BootEvent event;
    event.number = static_cast<std::uint32_t>(log_.events_.size());
    event.offset = reader.offset();
    const auto read = [&]() -> Result<void> {
        ANCHOR_ASSIGN_OR_RETURN(event.pcr, reader.u32_le("PCR index"));
        ANCHOR_ASSIGN_OR_RETURN(const std::uint32_t type, reader.u32_le("event type"));
        event.type = EventType{type};
        ANCHOR_ASSIGN_OR_RETURN(const ByteView digest, reader.take(digest_size(HashAlg::Sha1), "SHA-1 digest"));
        event.first_digest = static_cast<std::uint32_t>(log_.digests_.size());
        event.digest_count = 1;
        log_.digests_.push_back({kSha1, digest});
        return read_content(reader, event);
    };
    auto result = read();
    if (!result) return std::move(result).error().within(event_name(event.number));
    return {};
}

Result<void> EventLogReader::read_event2(ByteReader& reader) {
    BootEvent event;
    event.number = static_cast<std::uint32_t>(log_.events_.size());
    event.offset = reader.offset();
    const auto read = [&]() -> Result<void> {
        ANCHOR_ASSIGN_OR_RETURN(event.pcr, reader.u32_le("PCR index"));
        ANCHOR_ASSIGN_OR_RETURN(const std::uint32_t type, reader.u32_le("event type"));
        event.type = EventType{type};
        ANCHOR_ASSIGN_OR_RETURN(event.digest_count, reader.u32_le("digest count"));
        event.first_digest = static_cast<std::uint32_t>(log_.digests_.size());
        ANCHOR_RETURN_IF_ERROR(read_digests(reader, event.digest_count));
        return read_content(reader, event);
    };
    auto result = read();
    if (!result) return std::move(result).error().within(event_name(event.number));
    return {};
}

Result<void> EventLogReader::read_digests(ByteReader& reader, std::uint32_t count) {
    if (count > kMaxAlgorithms) {
        return rejected("offset " + std::to_string(reader.offset() - 4) + ": digest count is " + std::to_string(count) + ", at most " +
                        std::to_string(kMaxAlgorithms) + " are possible");
    }
    const std::size_t first = log_.digests_.size();
    for (std::uint32_t i = 0; i < count; ++i) {
        const std::uint64_t offset = reader.offset();
        ANCHOR_ASSIGN_OR_RETURN(const std::uint16_t alg_id, reader.u16_le("digest algorithm"));
        const auto size = digest_size_of(alg_id);
        if (!size) return size.error().within("offset " + std::to_string(offset));
        const std::span seen = std::span(log_.digests_).subspan(first);
        if (std::ranges::any_of(seen, [alg_id](const EventDigest& digest) { return digest.alg_id == alg_id; })) {
            return rejected("offset " + std::to_string(offset) + ": second digest of algorithm " + std::to_string(alg_id));
        }
        ANCHOR_ASSIGN_OR_RETURN(const ByteView octets, reader.take(*size, "digest"));
        log_.digests_.push_back({alg_id, octets});
    }
    return {};
}

Result<std::uint16_t> EventLogReader::digest_size_of(std::uint16_t alg_id) const {
    for (const SpecId::Algorithm& algorithm : log_.spec_id_->algorithms) {
        if (algorithm.alg_id == alg_id) return algorithm.digest_size;
    }
    if (const std::uint16_t size = registered_size(alg_id); size != 0) return size;
    return rejected("digest algorithm " + std::to_string(alg_id) + " is not declared in the Spec ID event");
}

Result<void> EventLogReader::read_content(ByteReader& reader, BootEvent event) {
    ANCHOR_ASSIGN_OR_RETURN(const std::uint32_t size, reader.u32_le("event size"));
    event.content_offset = reader.offset();
    ANCHOR_ASSIGN_OR_RETURN(event.content, reader.take(size, "event content"));
    // An event of a register that there is not can't have been extended: these octets are not an event.
    if (event.pcr >= kPcrCount && event.type != EventType::NoAction) {
        return rejected("offset " + std::to_string(event.offset) + ": PCR index is " + std::to_string(event.pcr) + ", expected 0 to " +
                        std::to_string(kPcrCount - 1));
    }
    log_.events_.push_back(event);
    return {};
}

// A bank counts from its first extended digest: Spec ID events declare banks that were never active.
void EventLogReader::note_banks() {
    for (const BootEvent& event : log_.events_) {
        if (event.type == EventType::NoAction) continue;
        for (const EventDigest& digest : log_.digests(event)) {
            const auto bank = hash_alg_from_tpm(digest.alg_id);
            if (bank && std::ranges::find(log_.banks_, *bank) == log_.banks_.end()) log_.banks_.push_back(*bank);
        }
    }
}

}  // namespace anchor::measure
