// SPDX-License-Identifier: Apache-2.0
#include "revocation_index.h"

#include <algorithm>
#include <bit>
#include <chrono>
#include <cstring>

#include "extensions.h"
#include "oids.h"

namespace anchor::crypto {
namespace {

constexpr std::size_t kMaxSerial = 20;
constexpr unsigned kOffsetBits = 26;
static_assert(Crl::kMaxSize <= 1U << kOffsetBits);
constexpr std::uint64_t kOffsetMask = (1U << kOffsetBits) - 1;
constexpr unsigned kEntriesPerBucket = 8;
constexpr unsigned kGroupBits = 8;

std::uint64_t word_of(ByteView octets) noexcept {
    std::uint64_t word = 0;
    std::memcpy(&word, octets.data(), octets.size());
    return word;
}

std::uint64_t hash_of(ByteView serial) noexcept {
    std::uint64_t state = serial.size() * 0x9e3779b97f4a7c15U;
    while (!serial.empty()) {
        const std::size_t size = std::min<std::size_t>(serial.size(), sizeof(std::uint64_t));
        state = (state ^ word_of(serial.first(size))) * 0xbf58476d1ce4e5b9U;
        state ^= state >> 29U;
        serial = serial.subspan(size);
    }
    state *= 0x94d049bb133111ebU;
    return (state ^ (state >> 32U)) << kOffsetBits;
}

struct Entry {
    ByteView serial;
    RevocationEntry said;
};

Result<CrlReason> read_reason(ByteView value) {
    der::Reader reader(value);
    ANCHOR_ASSIGN_OR_RETURN(const der::Element code, reader.expect(der::kEnumerated, "reason"));
    ANCHOR_RETURN_IF_ERROR(reader.expect_end("reason"));
    const auto reason = code.content.size() == 1 ? crl_reason_from(code.content[0]) : std::nullopt;
    if (!reason) return rejected("reason: none of RFC 5280 §5.3.1");
    return *reason;
}

Result<Entry> read_entry(der::Reader& list) {
    Entry entry;
    ANCHOR_ASSIGN_OR_RETURN(der::Reader reader, list.enter(der::kSequence, "revoked certificate"));
    ANCHOR_ASSIGN_OR_RETURN(entry.serial, reader.unsigned_integer("revoked serial number"));
    if (entry.serial.size() > kMaxSerial) return rejected("revoked serial number: longer than 20 octets");
    ANCHOR_ASSIGN_OR_RETURN(entry.said.since, reader.time("revocation date"));
    if (reader.at_end()) return entry;
    ANCHOR_ASSIGN_OR_RETURN(const auto extensions, read_extensions(reader));
    for (const Extension& extension : extensions) {
        if (equal(extension.oid, oids::kCrlReason)) {
            ANCHOR_ASSIGN_OR_RETURN(entry.said.reason, read_reason(extension.value));
        } else if (extension.critical) {
            // An entry for another issuer (an indirect list) is the one that must not be misread (RFC 5280 §5.3.3).
            return rejected("revoked certificate: unknown critical extension " + der::oid_text(extension.oid));
        }
    }
    ANCHOR_RETURN_IF_ERROR(reader.expect_end("revoked certificate"));
    return entry;
}

// ---- The usual spelling of an entry, read without a detour: a list has a million of them --------------------------

constexpr std::uint8_t kUsualExtensions[] = {0x30, 0x0c, 0x30, 0x0a, 0x06, 0x03, 0x55, 0x1d, 0x15, 0x04, 0x03, 0x0a, 0x01};
constexpr std::size_t kUtcTime = 15;

bool two_digits(const std::uint8_t* at, unsigned least, unsigned most) noexcept {
    const unsigned high = at[0] - unsigned{'0'};
    const unsigned low = at[1] - unsigned{'0'};
    const unsigned value = high * 10 + low;
    return high < 10 && low < 10 && least <= value && value <= most;
}

// Days above 28 take the long way: a month that has not as many is refused there.
bool is_usual_time(const std::uint8_t* at) noexcept {
    return at[0] == der::kUtcTime && at[1] == 13 && two_digits(at + 2, 0, 99) && two_digits(at + 4, 1, 12) && two_digits(at + 6, 1, 28) &&
           two_digits(at + 8, 0, 23) && two_digits(at + 10, 0, 59) && two_digits(at + 12, 0, 59) && at[14] == 'Z';
}

bool is_usual_serial(const std::uint8_t* at, std::size_t size) noexcept {
    if (size == 0 || size > kMaxSerial + 1 || (at[0] & 0x80U) != 0) return false;
    if (at[0] != 0) return size <= kMaxSerial;
    return size == 1 || (at[1] & 0x80U) != 0;
}

/// The size of the entry where it is spelled as usual and right; 0 where it has to be read the long way.
std::size_t usual_entry(ByteView left, bool delta) noexcept {
    if (left.size() < 4 || left[0] != der::kSequence || left[1] >= 0x80 || left.size() < 2U + left[1]) return 0;
    const std::uint8_t* const at = left.data();
    const std::size_t size = 2U + at[1];
    const std::size_t serial = at[3];
    if (at[2] != der::kInteger || size < 4 + serial + kUtcTime) return 0;
    if (!is_usual_serial(at + 4, serial) || !is_usual_time(at + 4 + serial)) return 0;
    const std::size_t more = size - (4 + serial + kUtcTime);
    if (more == 0) return size;
    const std::uint8_t* const extensions = at + 4 + serial + kUtcTime;
    if (more != sizeof kUsualExtensions + 1 || std::memcmp(extensions, kUsualExtensions, sizeof kUsualExtensions) != 0) return 0;
    const auto reason = crl_reason_from(extensions[sizeof kUsualExtensions]);
    return reason && (delta || *reason != CrlReason::RemoveFromCrl) ? size : 0;
}

/// The size of the entry, after it was judged. `origin` is where it stands, for errors.
Result<std::size_t> checked_entry(ByteView left, std::size_t origin, bool delta) {
    if (const std::size_t size = usual_entry(left, delta); size != 0) return size;
    der::Reader whole(left, origin);
    ANCHOR_ASSIGN_OR_RETURN(const der::Element element, whole.expect(der::kSequence, "revoked certificate"));
    der::Reader reader(element.whole, origin);
    ANCHOR_ASSIGN_OR_RETURN(const Entry entry, read_entry(reader));
    if (!delta && entry.said.reason == CrlReason::RemoveFromCrl) return rejected("revoked certificate: removed, on a full list");
    return element.whole.size();
}

// The rest reads what was judged before: it only has to know the two ways in which a length is spelled.
ByteView serial_in(const std::uint8_t* entry) noexcept {
    const std::uint8_t* const number = entry + (entry[1] < 0x80 ? 2U : 2U + (entry[1] & 0x7fU));
    const std::size_t zero = number[1] > 1 && number[2] == 0 ? 1 : 0;
    return {number + 2 + zero, number[1] - zero};
}

unsigned number_at(const std::uint8_t* digits) noexcept { return (digits[0] - unsigned{'0'}) * 10 + (digits[1] - unsigned{'0'}); }

WallTime usual_time(const std::uint8_t* at) noexcept {
    using namespace std::chrono;
    const unsigned short_year = number_at(at + 2);
    const year_month_day date{year(static_cast<int>(short_year + (short_year >= 50 ? 1900 : 2000))), month(number_at(at + 4)),
                              day(number_at(at + 6))};
    return WallTime(sys_days(date)) + hours(number_at(at + 8)) + minutes(number_at(at + 10)) + seconds(number_at(at + 12));
}

RevocationEntry said_in(ByteView left) noexcept {
    if (const std::size_t size = usual_entry(left, true); size != 0) {
        const std::size_t time = 4U + left[3];
        const auto reason = size == time + kUtcTime ? CrlReason::Unspecified : crl_reason_from(left[size - 1]).value_or(CrlReason{});
        return {usual_time(left.data() + time), reason};
    }
    der::Reader reader(left);
    const auto entry = read_entry(reader);
    return entry ? entry->said : RevocationEntry{};  // it was read once before
}

}  // namespace

Result<RevocationIndex> RevocationIndex::build(ByteView list, ByteView entries, bool delta) {
    RevocationIndex index;
    index.list_ = list;
    const auto begin = static_cast<std::size_t>(entries.data() - list.data());
    for (std::size_t at = 0; at < entries.size();) {
        ANCHOR_ASSIGN_OR_RETURN(const std::size_t size, checked_entry(entries.subspan(at), begin + at, delta));
        if (at == 0) index.entries_.reserve(entries.size() / size + 1);  // they are mostly of one size
        index.entries_.push_back(hash_of(serial_in(entries.data() + at)) | (begin + at));
        at += size;
    }
    index.entries_.shrink_to_fit();
    index.place();
    index.sort();
    ANCHOR_RETURN_IF_ERROR(index.check_each_once());
    return index;
}

// Each entry into its bucket, in place ("American flag sort"): a copy of a large list's index is what a small device has no room for. In
// two steps, first into a few groups of buckets and then inside each: a swap across the whole index is a miss of every cache.
void RevocationIndex::place() {
    bucket_bits_ = static_cast<unsigned>(std::bit_width(entries_.size() / kEntriesPerBucket));
    starts_.assign((std::size_t{1} << bucket_bits_) + 1, 0);
    for (const std::uint64_t entry : entries_) ++starts_[bucket_of(entry) + 1];
    for (std::size_t bucket = 1; bucket < starts_.size(); ++bucket) starts_[bucket] += starts_[bucket - 1];
    const unsigned group_bits = std::min(bucket_bits_, kGroupBits);
    const std::size_t buckets_per_group = std::size_t{1} << (bucket_bits_ - group_bits);
    distribute(0, std::size_t{1} << group_bits, buckets_per_group);
    for (std::size_t first = 0; first + 1 < starts_.size(); first += buckets_per_group) distribute(first, buckets_per_group, 1);
}

// Between `count` neighbours of `width` buckets each, from bucket `first` on.
void RevocationIndex::distribute(std::size_t first, std::size_t count, std::size_t width) {
    std::vector<std::uint32_t> next(count);
    for (std::size_t n = 0; n < count; ++n) next[n] = starts_[first + n * width];
    for (std::size_t n = 0; n < count; ++n) {
        const std::uint32_t end = starts_[first + (n + 1) * width];
        while (next[n] < end) {
            std::uint64_t& here = entries_[next[n]];
            const std::size_t home = (bucket_of(here) - first) / width;
            if (home == n) {
                ++next[n];
            } else {
                std::swap(here, entries_[next[home]++]);
            }
        }
    }
}

// By hash, and where hashes are equal, which is rare unless somebody wants it, by serial number.
void RevocationIndex::sort() {
    for (std::size_t bucket = 0; bucket + 1 < starts_.size(); ++bucket) {
        std::sort(entries_.begin() + starts_[bucket], entries_.begin() + starts_[bucket + 1]);
    }
    const auto by_serial = [this](std::uint64_t a, std::uint64_t b) {
        return std::ranges::lexicographical_compare(serial_of(a), serial_of(b));
    };
    for (auto first = entries_.begin(); first != entries_.end();) {
        auto last = first + 1;
        while (last != entries_.end() && (*last & ~kOffsetMask) == (*first & ~kOffsetMask)) ++last;
        if (last - first > 1) std::sort(first, last, by_serial);
        first = last;
    }
}

Result<void> RevocationIndex::check_each_once() const {
    const auto same = [this](std::uint64_t a, std::uint64_t b) {
        return (a & ~kOffsetMask) == (b & ~kOffsetMask) && equal(serial_of(a), serial_of(b));
    };
    if (std::ranges::adjacent_find(entries_, same) != entries_.end()) return rejected("revoked certificates: a serial number twice");
    return {};
}

std::size_t RevocationIndex::bucket_of(std::uint64_t packed) const noexcept {
    return bucket_bits_ == 0 ? 0 : static_cast<std::size_t>(packed >> (64 - bucket_bits_));
}

ByteView RevocationIndex::serial_of(std::uint64_t packed) const noexcept { return serial_in(list_.data() + (packed & kOffsetMask)); }

std::optional<RevocationEntry> RevocationIndex::find(ByteView serial) const noexcept {
    if (entries_.empty() || serial.empty() || serial.size() > kMaxSerial) return std::nullopt;
    const std::uint64_t wanted = hash_of(serial);
    const std::size_t bucket = bucket_of(wanted);
    const auto end = entries_.begin() + starts_[bucket + 1];
    const auto earlier = [&](std::uint64_t entry, std::uint64_t hash) {
        const std::uint64_t own = entry & ~kOffsetMask;
        return own != hash ? own < hash : std::ranges::lexicographical_compare(serial_of(entry), serial);
    };
    const auto found = std::lower_bound(entries_.begin() + starts_[bucket], end, wanted, earlier);
    if (found == end || (*found & ~kOffsetMask) != wanted || !equal(serial_of(*found), serial)) return std::nullopt;
    return said_in(list_.subspan(*found & kOffsetMask));
}

}  // namespace anchor::crypto
