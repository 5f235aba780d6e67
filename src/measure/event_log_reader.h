// SPDX-License-Identifier: Apache-2.0
#pragma once

// Reads one event after the other into an EventLog. Foreign octets: every read is bounded by ByteReader, every loop
// takes octets from the input, every error names offset, event and field.

#include <anchor/base/byte_reader.h>
#include <anchor/measure/event_log.h>

namespace anchor::measure {

class EventLogReader {
public:
    [[nodiscard]] EventLog read(ByteView octets, ByteView final_events) &&;

private:
    enum class Stop : std::uint8_t { EndOfInput, FinalEventsTable };

    bool skip_padding(ByteReader& reader);
    Result<void> read_first_event(ByteReader& reader);
    Result<void> read_spec_id(const BootEvent& event);
    Result<SpecId::Algorithm> read_algorithm(ByteReader& reader) const;
    Result<Stop> read_events(ByteReader& reader, ByteView octets);
    Result<void> read_final_events(ByteReader& reader);
    Result<void> read_sha1_event(ByteReader& reader);
    Result<void> read_event2(ByteReader& reader);
    Result<void> read_digests(ByteReader& reader, std::uint32_t count);
    Result<void> read_content(ByteReader& reader, BootEvent event);
    Result<std::uint16_t> digest_size_of(std::uint16_t alg_id) const;

    void drop_repeated(std::size_t first_final);
    [[nodiscard]] bool same(const BootEvent& a, const BootEvent& b) const;
    void note_banks();

    EventLog log_;
    std::size_t tail_ = 0;  // octets at the end of the present input that may be padding
};

}  // namespace anchor::measure
