// SPDX-License-Identifier: Apache-2.0
#include <anchor/measure/ima_table.h>

#include <algorithm>
#include <bit>
#include <cstring>

#include <anchor/base/byte_reader.h>
#include <anchor/crypto/hash.h>

#include "ima_table_form.h"

namespace anchor::measure {
namespace {

// The first 8 octets as a number, so that octet order is number order.
std::uint64_t leading_octets(ByteView octets) noexcept {
    std::uint64_t value = 0;
    std::memcpy(&value, octets.data(), sizeof(value));
    return std::endian::native == std::endian::little ? __builtin_bswap64(value) : value;
}

std::size_t u32_le_at(ByteView octets, std::size_t index) noexcept {
    const ByteView four = octets.subspan(index * kIndexEntry, kIndexEntry);
    return four[0] | std::size_t{four[1]} << 8U | std::size_t{four[2]} << 16U | std::size_t{four[3]} << 24U;
}

/// 2^bits parts have one number more than parts.
std::size_t parts_of(ByteView index) noexcept { return index.size() / kIndexEntry - 1; }

/// The part that a key falls into: its leading bits.
std::size_t part_of(ByteView key, std::size_t parts) noexcept {
    return static_cast<std::size_t>(leading_octets(key) >> 32U) >> (32 - std::countr_zero(parts));
}

bool less(ByteView entry, ByteView wanted) noexcept { return std::memcmp(entry.data(), wanted.data(), wanted.size()) < 0; }

/// So many entries are looked at one by one: they lie side by side.
constexpr std::size_t kFew = 8;

// Visits the rules until the visitor says true or they end. False also where they are malformed.
template <class Visit>
bool any_rule(ByteView octets, Visit visit) noexcept {
    while (octets.size() >= kRuleHeader) {
        const std::size_t length = octets[2] | static_cast<std::size_t>(octets[3]) << 8U;
        if (octets.size() - kRuleHeader < length) return false;
        if (visit(static_cast<ImaRule>(octets[0]), as_text(octets.subspan(kRuleHeader, length)))) return true;
        octets = octets.subspan(kRuleHeader + length);
    }
    return false;
}

Result<void> check_rules(ByteView octets) {
    if (octets.size() > kImaTableRules) return rejected("IMA table: the rules have " + std::to_string(octets.size()) + " octets");
    std::size_t used = 0;
    const bool strange = any_rule(octets, [&](ImaRule rule, std::string_view path) {
        used += kRuleHeader + path.size();
        return (rule != ImaRule::ExcludePath && rule != ImaRule::ExcludePrefix) || path.empty();
    });
    if (strange || used != octets.size()) return rejected("IMA table: the rules are malformed near octet " + std::to_string(used));
    return {};
}

}  // namespace

Result<ImaTable> ImaTable::open(ByteView file) {
    ByteReader reader(file);
    ANCHOR_ASSIGN_OR_RETURN(const ByteView magic, reader.take(kTableMagic.size(), "IMA table: magic"));
    if (!equal(magic, as_bytes(kTableMagic))) return rejected("IMA table: not a table of version 2");
    ANCHOR_RETURN_IF_ERROR(reader.take(digest_size(HashAlg::Sha256), "IMA table: digest"));
    ANCHOR_ASSIGN_OR_RETURN(const std::uint64_t size, reader.u64_le("IMA table: size"));
    if (size != file.size()) return rejected("IMA table: " + std::to_string(file.size()) + " octets, not " + std::to_string(size));
    ANCHOR_ASSIGN_OR_RETURN(const std::uint16_t count, reader.u16_le("IMA table: number of sections"));
    if (count > kImaTableSections) return rejected("IMA table: " + std::to_string(count) + " sections");
    ANCHOR_ASSIGN_OR_RETURN(const ByteView reserved, reader.take(kTableReserved, "IMA table: reserved octets"));
    if (std::ranges::any_of(reserved, [](std::uint8_t octet) { return octet != 0; }))
        return rejected("IMA table: reserved octets are used");

    ImaTable table;
    table.file_ = file;
    for (std::size_t i = 0; i < count; ++i) {
        ANCHOR_ASSIGN_OR_RETURN(const Section section, read_section(file, i));
        if (table.section(section.kind, section.alg) != nullptr)
            return rejected("IMA table: section " + std::to_string(i) + " is a second one");
        table.sections_[table.section_count_++] = section;
    }
    return table;
}

Result<ImaTable::Section> ImaTable::read_section(ByteView file, std::size_t index) {
    const std::string name = "IMA table: section " + std::to_string(index);
    ByteReader reader(file, 0);
    ANCHOR_RETURN_IF_ERROR(reader.take(kTableHeader + index * kTableSection, name));
    ANCHOR_ASSIGN_OR_RETURN(const std::uint16_t kind, reader.u16_le(name));
    ANCHOR_ASSIGN_OR_RETURN(const std::uint16_t alg_id, reader.u16_le(name));
    ANCHOR_ASSIGN_OR_RETURN(const std::uint32_t entry_size, reader.u32_le(name));
    ANCHOR_ASSIGN_OR_RETURN(const std::uint64_t offset, reader.u64_le(name));
    ANCHOR_ASSIGN_OR_RETURN(const std::uint64_t length, reader.u64_le(name));
    if (offset > file.size() || length > file.size() - offset) return rejected(name + " lies outside the file");
    Section section;
    section.octets = file.subspan(static_cast<std::size_t>(offset), static_cast<std::size_t>(length));
    if (kind == static_cast<std::uint16_t>(Kind::Rules)) {
        if (alg_id != 0 || entry_size != 0) return rejected(name + " has rules with an algorithm or entries");
        ANCHOR_RETURN_IF_ERROR(check_rules(section.octets));
        return section;
    }
    if (kind == 0 || kind > static_cast<std::uint16_t>(Kind::Index)) return rejected(name + " is of kind " + std::to_string(kind));
    const auto alg = hash_alg_from_tpm(alg_id);
    if (!alg) return rejected(name + " has the algorithm " + std::to_string(alg_id));
    section.kind = static_cast<Kind>(kind);
    section.alg = *alg;
    if (section.kind == Kind::Index) {
        section.entry_size = kIndexEntry;
        const std::size_t parts = length < 3 * kIndexEntry ? 0 : parts_of(section.octets);
        const bool fits = length % kIndexEntry == 0 && std::has_single_bit(parts) && parts <= std::size_t{1} << kMaxIndexBits;
        if (entry_size != kIndexEntry || !fits) return rejected(name + " is no index");
        return section;
    }
    section.entry_size = digest_size(*alg) + (section.kind == Kind::ByPath ? kImaPathKey : 0);
    if (entry_size != section.entry_size || length % entry_size != 0) return rejected(name + " has entries of another size");
    return section;
}

Digest ImaTable::digest() const noexcept {
    Digest digest(HashAlg::Sha256);
    std::ranges::copy(file_.subspan(kTableMagic.size(), digest.size()), digest.writable().begin());
    return digest;
}

Result<void> ImaTable::verify() const {
    const ByteView body = file_.subspan(kTableMagic.size() + digest_size(HashAlg::Sha256));
    if (crypto::hash(HashAlg::Sha256, body) != digest()) return rejected("IMA table: its octets are not those that its header names");
    for (std::size_t s = 0; s < section_count_; ++s) {
        const Section& section = sections_[s];
        if (section.kind == Kind::Index) {
            ANCHOR_RETURN_IF_ERROR(verify_index(section));
            continue;
        }
        for (std::size_t i = 1; i < section.count(); ++i) {
            if (!less(section.entry(i - 1), section.entry(i))) {
                return rejected("IMA table: section " + std::to_string(s) + ", entry " + std::to_string(i) + " is out of order");
            }
        }
    }
    return {};
}

Result<void> ImaTable::verify_index(const Section& index) const {
    const Section* const entries = section(Kind::ByPath, index.alg);
    const std::size_t count = entries == nullptr ? 0 : entries->count();
    const std::size_t parts = parts_of(index.octets);
    std::size_t at = 0;
    for (std::size_t part = 0; part <= parts; ++part) {
        while (at < count && part_of(entries->entry(at), parts) < part) ++at;
        if (u32_le_at(index.octets, part) != at) return rejected("IMA table: index, part " + std::to_string(part) + " begins elsewhere");
    }
    return {};
}

// The entries are digests, evenly spread over their range: the value itself says where to look, and how far off a probe
// is says where to look next. Five probes do for 200,000 entries, the last ones side by side. A table made to mislead
// the guesses costs the halving that follows, no more.
std::size_t ImaTable::lower_bound(const Section& section, std::size_t low, std::size_t high, ByteView wanted) noexcept {
    const std::uint64_t target = leading_octets(wanted);
    const double entries_per_value = static_cast<double>(section.count()) * 0x1p-64;
    double guess = static_cast<double>(target) * entries_per_value;
    for (int probe = 0; probe < 6 && low + kFew < high; ++probe) {
        const double last = static_cast<double>(high - 1);
        const std::size_t at = std::max(low, static_cast<std::size_t>(std::clamp(guess, 0.0, last)));
        const std::uint64_t value = leading_octets(section.entry(at));
        if (less(section.entry(at), wanted)) {
            low = at + 1;
        } else {
            high = at;
        }
        const double distance = (static_cast<double>(target) - static_cast<double>(value)) * entries_per_value;
        // Half an entry beyond, so that the next probe closes the other side.
        guess = static_cast<double>(at) + distance + (distance < 0 ? -1.0 : 1.0) * static_cast<double>(probe);
    }
    while (low < high) {
        const std::size_t middle = low + (high - low) / 2;
        if (less(section.entry(middle), wanted)) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

ImaTable::Place ImaTable::place_of(std::string_view path, HashAlg alg) const noexcept {
    Place place{.alg = alg};
    const Section* const by_path = section(Kind::ByPath, alg);
    if (by_path == nullptr) return place;
    place.key = ima_path_key(path);
    place.high = by_path->count();
    if (const Section* const index = section(Kind::Index, alg); index != nullptr) {
        const std::size_t part = part_of(place.key, parts_of(index->octets));
        place.high = std::min(u32_le_at(index->octets, part + 1), by_path->count());
        place.low = std::min(u32_le_at(index->octets, part), place.high);
    }
    for (std::size_t i = place.low; i < std::min(place.high, place.low + kFew); ++i) __builtin_prefetch(by_path->entry(i).data());
    return place;
}

ImaTable::Found ImaTable::find(std::string_view path, const Digest& digest) const noexcept {
    return find(place_of(path, digest.alg()), digest);
}

ImaTable::Found ImaTable::find(const Place& place, const Digest& digest) const noexcept {
    Found found;
    if (const Section* const by_path = section(Kind::ByPath, digest.alg()); by_path != nullptr) {
        found.lookup = ImaLookup::UnknownPath;
        for (std::size_t i = lower_bound(*by_path, place.low, place.high, place.key); i < by_path->count(); ++i) {
            const ByteView entry = by_path->entry(i);
            if (!equal(entry.first(kImaPathKey), place.key)) break;
            if (equal(entry.subspan(kImaPathKey), digest.view())) return {ImaLookup::Known, {}};
            if (found.lookup != ImaLookup::Changed) found = {ImaLookup::Changed, entry.subspan(kImaPathKey)};
        }
    }
    if (const Section* const anywhere = section(Kind::ByDigest, digest.alg()); anywhere != nullptr) {
        if (found.lookup == ImaLookup::NoReference) found.lookup = ImaLookup::UnknownPath;
        const std::size_t i = lower_bound(*anywhere, 0, anywhere->count(), digest.view());
        if (i < anywhere->count() && equal(anywhere->entry(i), digest.view())) return {ImaLookup::Known, {}};
    }
    return found;
}

bool ImaTable::excludes(std::string_view path) const noexcept {
    const Section* const rules = section(Kind::Rules, Section{}.alg);
    if (rules == nullptr) return false;
    return any_rule(rules->octets, [path](ImaRule rule, std::string_view text) {
        return rule == ImaRule::ExcludePrefix ? path.starts_with(text) : path == text;
    });
}

std::uint64_t ImaTable::size() const noexcept {
    std::uint64_t entries = 0;
    for (std::size_t i = 0; i < section_count_; ++i) entries += sections_[i].kind == Kind::Index ? 0 : sections_[i].count();
    return entries;
}

const ImaTable::Section* ImaTable::section(Kind kind, HashAlg alg) const noexcept {
    for (std::size_t i = 0; i < section_count_; ++i) {
        if (sections_[i].kind == kind && sections_[i].alg == alg) return &sections_[i];
    }
    return nullptr;
}

}  // namespace anchor::measure
