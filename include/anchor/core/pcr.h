// SPDX-License-Identifier: Apache-2.0
#pragma once

// Platform configuration registers: which of them (PcrSelection) and what they hold (PcrValues).
// TPM 2.0 Part 1 §17; a PC client has 24 in each bank.

#include <map>
#include <optional>
#include <vector>

#include <anchor/core/digest.h>

namespace anchor {

inline constexpr unsigned kPcrCount = 24;

/// Some registers of one bank; bit i of the mask is PCR i.
struct PcrSelection {
    HashAlg bank = HashAlg::Sha256;
    std::uint32_t mask = 0;

    [[nodiscard]] constexpr bool has(unsigned index) const noexcept { return index < kPcrCount && ((mask >> index) & 1U) != 0; }
    friend bool operator==(const PcrSelection&, const PcrSelection&) = default;
};

/// "sha256:0,1,2,7": what people and configuration write.
[[nodiscard]] std::string to_text(const PcrSelection& selection);
/// Reads "sha256:0,1,7" and ranges, "sha256:0-7,10". Rejected otherwise.
[[nodiscard]] Result<PcrSelection> pcr_selection_from(std::string_view text);

/// Values of registers, in the order of bank and index.
class PcrValues {
public:
    struct Key {
        HashAlg bank;
        unsigned index;
        friend auto operator<=>(const Key&, const Key&) = default;
    };

    /// The digest's algorithm is the bank. A second value for the same register replaces the first.
    void set(unsigned index, const Digest& value) { values_.insert_or_assign(Key{value.alg(), index}, value); }
    /// nullptr where the register's value is not known.
    [[nodiscard]] const Digest* find(HashAlg bank, unsigned index) const noexcept;
    /// Which registers of the bank are known.
    [[nodiscard]] PcrSelection selection(HashAlg bank) const noexcept;
    [[nodiscard]] std::vector<HashAlg> banks() const;

    [[nodiscard]] bool empty() const noexcept { return values_.empty(); }
    [[nodiscard]] std::size_t size() const noexcept { return values_.size(); }
    [[nodiscard]] auto begin() const noexcept { return values_.begin(); }
    [[nodiscard]] auto end() const noexcept { return values_.end(); }
    friend bool operator==(const PcrValues&, const PcrValues&) = default;

private:
    std::map<Key, Digest> values_;
};

}  // namespace anchor
