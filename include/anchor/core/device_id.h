// SPDX-License-Identifier: Apache-2.0
#pragma once

// DeviceId: the name of a device for life, 26 characters of lower-case base32. It is computed from the first
// endorsement key and never chosen, so nobody can ask for someone else's. A host name or serial is a label.

#include <compare>
#include <string>

#include <anchor/base/bytes.h>
#include <anchor/base/result.h>
#include <anchor/core/digest.h>

namespace anchor {

class DeviceId {
public:
    static constexpr std::size_t kLength = 26;

    /// The first 130 bits of the SHA-256 digest over the EK's TPMT_PUBLIC, or over the SubjectPublicKeyInfo of the first
    /// key of a device without a TPM.
    [[nodiscard]] static DeviceId from_digest(const Digest& sha256);
    /// Rejected where it is not 26 characters of a–z, 2–7.
    [[nodiscard]] static Result<DeviceId> parse(std::string_view text);

    [[nodiscard]] const std::string& text() const noexcept { return text_; }
    friend auto operator<=>(const DeviceId&, const DeviceId&) = default;

private:
    explicit DeviceId(std::string text) : text_(std::move(text)) {}
    std::string text_;
};

}  // namespace anchor
