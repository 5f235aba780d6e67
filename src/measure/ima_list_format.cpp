// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <charconv>

#include <anchor/core/pcr.h>
#include <anchor/measure/ima_reader.h>

namespace anchor::measure {
namespace {

constexpr std::array<HashAlg, 4> kDigests{HashAlg::Sha1, HashAlg::Sha256, HashAlg::Sha384, HashAlg::Sha512};
constexpr std::size_t kMaxTemplateName = 255;

std::uint64_t u32_at(ByteView octets, std::size_t at, bool big_endian) noexcept {
    std::uint64_t value = 0;
    for (std::size_t i = 0; i < 4; ++i) value = (value << 8U) | octets[at + (big_endian ? i : 3 - i)];
    return value;
}

// A template's name is lower-case letters, digits, '-' and '|', and begins with one of the fields' or templates' letters.
bool looks_like_template(std::string_view name) noexcept {
    const auto allowed = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '|' || c == '_'; };
    return !name.empty() && std::ranges::all_of(name, allowed);
}

bool is_binary(ByteView octets, ImaListFormat format) noexcept {
    const std::size_t name_at = 4 + digest_size(format.digest) + 4;
    if (octets.size() < name_at || u32_at(octets, 0, format.big_endian) >= kPcrCount) return false;
    const std::uint64_t size = u32_at(octets, name_at - 4, format.big_endian);
    if (size == 0 || size > kMaxTemplateName || octets.size() < name_at + size) return false;
    return looks_like_template(as_text(octets.subspan(name_at, static_cast<std::size_t>(size))));
}

std::optional<ImaListFormat> ascii(std::string_view text) noexcept {
    while (text.starts_with(' ')) text.remove_prefix(1);
    unsigned pcr = kPcrCount;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), pcr);
    if (error != std::errc{} || pcr >= kPcrCount) return std::nullopt;
    text.remove_prefix(static_cast<std::size_t>(end - text.data()));
    if (!text.starts_with(' ')) return std::nullopt;
    text.remove_prefix(1);

    const std::size_t digits = std::min(text.find_first_not_of("0123456789abcdef"), text.size());
    const auto* alg = std::ranges::find(kDigests, digits, [](HashAlg candidate) { return 2 * digest_size(candidate); });
    if (alg == kDigests.end() || !text.substr(digits).starts_with(' ')) return std::nullopt;
    return ImaListFormat{.encoding = ImaEncoding::Ascii, .digest = *alg};
}

}  // namespace

std::optional<ImaListFormat> ima_list_format_of(ByteView beginning) noexcept {
    for (const HashAlg digest : kDigests) {
        for (const bool big_endian : {false, true}) {
            const ImaListFormat format{.encoding = ImaEncoding::Binary, .big_endian = big_endian, .digest = digest};
            if (is_binary(beginning, format)) return format;
        }
    }
    return ascii(as_text(beginning));
}

}  // namespace anchor::measure
