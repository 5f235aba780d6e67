// SPDX-License-Identifier: Apache-2.0
#include <anchor/core/pcr.h>

#include <charconv>

namespace anchor {
namespace {

Error wrong_selection(std::string_view text) {
    return rejected("PCR selection \"" + std::string(text.substr(0, 80)) + "\" is not of the form sha256:0,1,2,7 or sha256:0-7");
}

// "3" or "0-7" as a mask.
std::optional<std::uint32_t> mask_of(std::string_view range) {
    const auto number = [](std::string_view digits) -> std::optional<unsigned> {
        unsigned value = 0;
        const auto [stop, failed] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
        if (failed != std::errc{} || stop != digits.data() + digits.size() || value >= kPcrCount) return std::nullopt;
        return value;
    };
    const auto dash = range.find('-');
    const auto first = number(range.substr(0, dash));
    const auto last = dash == std::string_view::npos ? first : number(range.substr(dash + 1));
    if (!first || !last || *first > *last) return std::nullopt;
    std::uint32_t mask = 0;
    for (unsigned i = *first; i <= *last; ++i) mask |= 1U << i;
    return mask;
}

}  // namespace

std::string to_text(const PcrSelection& selection) {
    std::string text(to_string(selection.bank));
    char separator = ':';
    for (unsigned i = 0; i < kPcrCount; ++i) {
        if (!selection.has(i)) continue;
        text += separator + std::to_string(i);
        separator = ',';
    }
    return text;
}

Result<PcrSelection> pcr_selection_from(std::string_view text) {
    const auto colon = text.find(':');
    const auto bank = hash_alg_from(text.substr(0, colon));
    if (!bank || colon == std::string_view::npos) return wrong_selection(text);
    PcrSelection selection{*bank, 0};
    for (std::string_view rest = text.substr(colon + 1);;) {
        const auto comma = rest.find(',');
        const auto mask = mask_of(rest.substr(0, comma));
        if (!mask) return wrong_selection(text);
        selection.mask |= *mask;
        if (comma == std::string_view::npos) return selection;
        rest.remove_prefix(comma + 1);
    }
}

const Digest* PcrValues::find(HashAlg bank, unsigned index) const noexcept {
    const auto found = values_.find(Key{bank, index});
    return found == values_.end() ? nullptr : &found->second;
}

PcrSelection PcrValues::selection(HashAlg bank) const noexcept {
    PcrSelection selection{bank, 0};
    for (const auto& [key, value] : values_) {
        if (key.bank == bank) selection.mask |= 1U << key.index;
    }
    return selection;
}

std::vector<HashAlg> PcrValues::banks() const {
    std::vector<HashAlg> banks;
    for (const auto& [key, value] : values_) {
        if (banks.empty() || banks.back() != key.bank) banks.push_back(key.bank);
    }
    return banks;
}

}  // namespace anchor
