// SPDX-License-Identifier: Apache-2.0
#pragma once

// Digest: the value of a hash together with its algorithm. A plain value of fixed size, so that a list of
// a million of them is one block of memory. Computing them is the business of crypto.

#include <algorithm>
#include <array>
#include <compare>
#include <string>

#include <anchor/base/bytes.h>
#include <anchor/base/result.h>
#include <anchor/core/algorithm.h>

namespace anchor {

class Digest {
public:
    /// All octets zero: a PCR after reset.
    explicit Digest(HashAlg alg) noexcept : alg_(alg) {}
    /// Rejected where the length is not that of the algorithm.
    [[nodiscard]] static Result<Digest> from(HashAlg alg, ByteView octets);

    [[nodiscard]] HashAlg alg() const noexcept { return alg_; }
    [[nodiscard]] std::size_t size() const noexcept { return digest_size(alg_); }
    [[nodiscard]] ByteView view() const noexcept { return {octets_.data(), size()}; }
    [[nodiscard]] std::span<std::uint8_t> writable() noexcept { return {octets_.data(), size()}; }

    [[nodiscard]] bool all(std::uint8_t octet) const noexcept {
        return std::ranges::all_of(view(), [octet](std::uint8_t o) { return o == octet; });
    }
    /// "sha256:e3b0c442…", in full.
    [[nodiscard]] std::string text() const;
    /// Reads what text() prints. Rejected otherwise.
    [[nodiscard]] static Result<Digest> from_text(std::string_view text);

    friend bool operator==(const Digest&, const Digest&) = default;
    friend auto operator<=>(const Digest&, const Digest&) = default;

private:
    HashAlg alg_;
    std::array<std::uint8_t, kMaxDigestSize> octets_{};
};

}  // namespace anchor
