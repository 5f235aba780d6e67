// SPDX-License-Identifier: Apache-2.0
#include <anchor/tpm/esys_counter.h>

#include <anchor/base/byte_reader.h>

#include "connection.h"
#include "nv_commands.h"

namespace anchor::tpm {
namespace {

namespace attribute = tpmwire::nv_attribute;

constexpr std::uint16_t kCounterSize = 8;

tpmwire::NvPublic unwritten_area(std::uint32_t index) {
    tpmwire::NvPublic area = counter_area(index);
    area.attributes &= ~attribute::kWritten;
    return area;
}

// The number, where the index is a counter of ours that has counted.
Result<std::optional<std::uint64_t>> read_number(Channel& channel, std::uint32_t index) {
    ANCHOR_ASSIGN_OR_RETURN(const auto found, find_index(channel, index));
    if (!found || found->area == unwritten_area(index)) return std::optional<std::uint64_t>();
    if (found->area != counter_area(index)) return corrupt("the NV index of the counter holds something else");
    ANCHOR_ASSIGN_OR_RETURN(const Bytes octets, tpm::read(channel, *found, kCounterSize));
    ByteReader reader(octets);
    ANCHOR_ASSIGN_OR_RETURN(const std::uint64_t number, reader.u64_be("counter"));
    return std::optional(number);
}

Result<std::uint64_t> count(Channel& channel, std::uint32_t index) {
    ANCHOR_ASSIGN_OR_RETURN(const auto found, find_index(channel, index));
    if (!found) return corrupt("there is no counter at its NV index");
    ANCHOR_RETURN_IF_ERROR(increment(channel, *found));
    ANCHOR_ASSIGN_OR_RETURN(const auto number, read_number(channel, index));
    if (!number) return corrupt("there is no counter at its NV index");
    return *number;
}

}  // namespace

tpmwire::NvPublic counter_area(std::uint32_t index) {
    tpmwire::NvPublic area;
    area.index = index;
    area.attributes = attribute::kCounter | attribute::kAuthWrite | attribute::kAuthRead | attribute::kNoDa | attribute::kWritten;
    area.data_size = kCounterSize;
    return area;
}

Result<std::optional<std::uint64_t>> EsysCounter::read() {
    return ask<std::optional<std::uint64_t>>(*device_, [&](Connection& connection) { return read_number(connection.channel(), index_); });
}

Result<std::uint64_t> EsysCounter::create() {
    return ask<std::uint64_t>(*device_, [&](Connection& connection) -> Result<std::uint64_t> {
        ANCHOR_ASSIGN_OR_RETURN(const auto found, find_index(connection.channel(), index_));
        if (!found) {
            ANCHOR_ASSIGN_OR_RETURN(const Session salted, connection.keys().salted_session(Encrypt::CommandOnly));
            ANCHOR_RETURN_IF_ERROR(define(connection.channel(), salted, unwritten_area(index_)));
        } else if (found->area != unwritten_area(index_) && found->area != counter_area(index_)) {
            return denied("the NV index of the counter is in use for something else");
        }
        return count(connection.channel(), index_);
    });
}

Result<std::uint64_t> EsysCounter::increment() {
    std::optional<std::uint64_t> before;  // of the first try: a second one finds whether the first one counted
    return ask<std::uint64_t>(*device_, [&](Connection& connection) -> Result<std::uint64_t> {
        ANCHOR_ASSIGN_OR_RETURN(const auto now, read_number(connection.channel(), index_));
        if (!now) return corrupt("there is no counter at its NV index");
        if (before && *now == *before + 1) return *now;
        before = now;
        return count(connection.channel(), index_);
    });
}

}  // namespace anchor::tpm
