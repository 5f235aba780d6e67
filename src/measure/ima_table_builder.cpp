// SPDX-License-Identifier: Apache-2.0
#include <anchor/measure/ima_table_builder.h>

#include <algorithm>
#include <bit>
#include <type_traits>

#include <anchor/crypto/hash.h>

#include "ima_table_form.h"

namespace anchor::measure {
namespace {

constexpr std::size_t kMaxPath = 4096;

template <class T>
void put_le(Bytes& to, T value) {
    static_assert(std::is_unsigned_v<T>);
    for (std::size_t i = 0; i < sizeof(T); ++i) to.push_back(static_cast<std::uint8_t>(static_cast<std::uint64_t>(value) >> (8 * i)));
}

struct Section {
    std::uint16_t kind;
    std::uint16_t alg;
    std::uint32_t entry_size;
    Bytes octets;
};

Bytes assemble(const std::vector<Section>& sections) {
    std::uint64_t offset = kTableHeader + sections.size() * kTableSection;
    Bytes rest;
    std::uint64_t size = offset;
    for (const Section& section : sections) size += section.octets.size();
    put_le(rest, size);
    put_le(rest, static_cast<std::uint16_t>(sections.size()));
    rest.insert(rest.end(), kTableReserved, 0);
    for (const Section& section : sections) {
        put_le(rest, section.kind);
        put_le(rest, section.alg);
        put_le(rest, section.entry_size);
        put_le(rest, offset);
        put_le(rest, std::uint64_t{section.octets.size()});
        offset += section.octets.size();
    }
    for (const Section& section : sections) append(rest, section.octets);

    Bytes file = to_bytes(kTableMagic);
    append(file, crypto::hash(HashAlg::Sha256, rest).view());
    append(file, rest);
    return file;
}

// About four entries a part: the place of a key is then known without looking at entries that are far apart.
Bytes index_of(ByteView entries, std::size_t entry_size) {
    const std::size_t count = entries.size() / entry_size;
    const unsigned bits = std::min(static_cast<unsigned>(std::bit_width(count / 4)), kMaxIndexBits);
    Bytes index;
    std::size_t at = 0;
    for (std::size_t part = 0; part <= std::size_t{1} << bits; ++part) {
        const auto leading = [&](std::size_t i) {
            std::uint32_t value = 0;
            for (const std::uint8_t octet : entries.subspan(i * entry_size, 4)) value = (value << 8U) | octet;
            return std::size_t{value} >> (32 - bits);
        };
        while (at < count && leading(at) < part) ++at;
        put_le(index, static_cast<std::uint32_t>(at));
    }
    return index;
}

template <class Entries>
void sort_unique(Entries& entries) {
    std::ranges::sort(entries);
    entries.erase(std::unique(entries.begin(), entries.end()), entries.end());
}

}  // namespace

void ImaTableBuilder::add(std::string_view path, const Digest& digest) { by_path_.push_back({digest.alg(), ima_path_key(path), digest}); }

bool ImaTableBuilder::add(const ImaEntry& entry) {
    const ImaEntryKind kind = entry.kind();
    if (entry.violation() || kind == ImaEntryKind::BootAggregate || entry.digest.type == "verity") return false;
    const std::optional<Digest> digest = entry.digest.value();
    if (digest) add(entry.path, *digest);
    return digest.has_value();
}

void ImaTableBuilder::add_anywhere(const Digest& digest) { anywhere_.push_back(digest); }

Result<void> ImaTableBuilder::exclude(ImaRule rule, std::string_view path) {
    if (path.empty() || path.size() > kMaxPath) return rejected("exclusion: a path of " + std::to_string(path.size()) + " octets");
    std::string spelled(path);
    std::ranges::replace(spelled, ' ', '_');
    rules_.emplace(rule, std::move(spelled));
    return {};
}

Result<void> ImaTableBuilder::add_dpkg_list(std::string_view list, HashAlg alg, FileDigests& files) {
    while (!list.empty()) {
        const std::string path(list.substr(0, list.find('\n')));
        list.remove_prefix(std::min(path.size() + 1, list.size()));
        if (path.empty() || path == "/.") continue;
        auto hashed = files.hash(path, alg);
        if (!hashed) return hashed.error().within(path);
        if (*hashed) add((*hashed)->path, (*hashed)->digest);
    }
    return {};
}

Result<Bytes> ImaTableBuilder::build() {
    sort_unique(by_path_);
    sort_unique(anywhere_);
    std::vector<Section> sections;
    for (const ByPath& entry : by_path_) {
        const std::uint16_t alg = tpm_alg_id(entry.alg);
        const auto entry_size = static_cast<std::uint32_t>(kImaPathKey + entry.digest.size());
        if (sections.empty() || sections.back().alg != alg) sections.push_back({1, alg, entry_size, {}});
        append(sections.back().octets, entry.key);
        append(sections.back().octets, entry.digest.view());
    }
    const std::size_t by_path = sections.size();
    for (std::size_t i = 0; i < by_path; ++i) {
        if (sections[i].octets.size() / sections[i].entry_size < kSmallestIndexed) continue;
        sections.push_back({4, sections[i].alg, kIndexEntry, index_of(sections[i].octets, sections[i].entry_size)});
    }
    for (const Digest& digest : anywhere_) {
        const std::uint16_t alg = tpm_alg_id(digest.alg());
        if (sections.empty() || sections.back().kind != 2 || sections.back().alg != alg) {
            sections.push_back({2, alg, static_cast<std::uint32_t>(digest.size()), {}});
        }
        append(sections.back().octets, digest.view());
    }
    if (!rules_.empty()) sections.push_back({3, 0, 0, {}});
    for (const auto& [rule, path] : rules_) {
        Bytes& octets = sections.back().octets;
        octets.push_back(static_cast<std::uint8_t>(rule));
        octets.push_back(0);
        put_le(octets, static_cast<std::uint16_t>(path.size()));
        append(octets, as_bytes(path));
        if (octets.size() > kImaTableRules)
            return rejected("IMA table: the exclusions exceed " + std::to_string(kImaTableRules) + " octets");
    }
    return assemble(sections);
}

}  // namespace anchor::measure
