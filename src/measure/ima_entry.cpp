// SPDX-License-Identifier: Apache-2.0
#include <anchor/measure/ima_entry.h>

#include <algorithm>

#include <anchor/crypto/hash.h>

namespace anchor::measure {
namespace {

// The kernel's IMA_EVENT_NAME_LEN_MAX + 1: the name of the template "ima" is hashed in a field of this size.
constexpr std::size_t kLegacyNameSize = 256;
constexpr std::size_t kLegacyDigestSize = 20;

bool is_zero(ByteView octets) noexcept {
    return std::ranges::all_of(octets, [](std::uint8_t octet) { return octet == 0; });
}

// Names of measured buffers: security/integrity/ima/ima_main.c, drivers/md/dm-ima.c. A keyring's name has no
// slash and begins with a dot or an underscore (".ima", "_evm").
ImaEntryKind kind_of_buffer(std::string_view name) noexcept {
    if (name == "kexec-cmdline") return ImaEntryKind::KexecCommandLine;
    if (name.starts_with("dm_")) return ImaEntryKind::DeviceMapper;
    const bool keyring = name.size() > 1 && (name.front() == '.' || name.front() == '_') && name.find('/') == std::string_view::npos;
    return keyring ? ImaEntryKind::Key : ImaEntryKind::Buffer;
}

}  // namespace

std::string_view to_string(ImaEntryKind kind) noexcept {
    switch (kind) {
        case ImaEntryKind::File: return "file";
        case ImaEntryKind::BootAggregate: return "boot aggregate";
        case ImaEntryKind::Key: return "key";
        case ImaEntryKind::KexecCommandLine: return "kexec command line";
        case ImaEntryKind::DeviceMapper: return "device mapper";
        case ImaEntryKind::Buffer: return "buffer";
        case ImaEntryKind::Unreadable: return "unreadable";
    }
    return {};
}

std::optional<Digest> ImaDigest::value() const noexcept {
    if (!alg || octets.size() != digest_size(*alg)) return std::nullopt;
    Digest digest(*alg);
    std::ranges::copy(octets, digest.writable().begin());
    return digest;
}

bool ImaEntry::violation() const noexcept { return is_zero(template_digest); }

ByteView ImaEntry::field(ImaField wanted) const noexcept {
    if (layout == nullptr) return {};
    for (std::size_t i = 0; i < layout->count; ++i) {
        if (layout->fields[i] == wanted) return fields[i];
    }
    return {};
}

std::optional<std::uint64_t> ImaEntry::number_of(ImaField wanted) const noexcept {
    const ByteView octets = field(wanted);
    if (octets.size() != 1 && octets.size() != 2 && octets.size() != 4 && octets.size() != 8) return std::nullopt;
    std::uint64_t value = 0;
    for (std::size_t i = 0; i < octets.size(); ++i) value = (value << 8U) | octets[big_endian ? i : octets.size() - 1 - i];
    return value;
}

ImaEntryKind ImaEntry::kind() const noexcept {
    if (layout == nullptr) return ImaEntryKind::Unreadable;
    if (!field(ImaField::Buf).empty()) return kind_of_buffer(path);
    return path == "boot_aggregate" ? ImaEntryKind::BootAggregate : ImaEntryKind::File;
}

Digest ima_template_hash(HashAlg alg, const ImaEntry& entry) {
    if (entry.layout == nullptr || !entry.layout->legacy) return crypto::hash(alg, entry.template_data);

    static constexpr std::array<std::uint8_t, kLegacyNameSize> kZeros{};
    const ByteView name = entry.fields[1].first(std::min(entry.fields[1].size(), kLegacyNameSize));
    return crypto::hash(alg, {entry.fields[0].first(std::min(entry.fields[0].size(), kLegacyDigestSize)), name,
                              ByteView(kZeros).first(kLegacyNameSize - name.size())});
}

}  // namespace anchor::measure
