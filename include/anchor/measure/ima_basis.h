// SPDX-License-Identifier: Apache-2.0
#pragma once

// ImaBasis: the IMA half of the reference values put to use: the table opened, the keys by their ids. Made once for each reference
// document, read from any thread.

#include <memory>

#include <anchor/measure/ima_appraisal.h>
#include <anchor/measure/reference_values.h>

namespace anchor::measure {

class ImaBasis {
public:
    /// With nothing to judge by.
    ImaBasis() = default;
    /// `table` is the blob that the values name, nullptr where they name none or it is not here: then claims about files are unknown
    /// for that cause. Rejected: the blob is no table, or a damaged one.
    [[nodiscard]] static Result<std::shared_ptr<const ImaBasis>> make(
        const ImaReferenceValues& values, std::shared_ptr<const Blob> table,
        std::string_view why_none = "the table of reference digests is not here yet");
    ImaBasis(const ImaBasis&) = delete;
    ImaBasis& operator=(const ImaBasis&) = delete;

    /// Valid as long as the basis and the registers.
    [[nodiscard]] ImaReference reference(const PcrValues* registers) const;
    /// Findings made by one basis go on with an equal one only.
    [[nodiscard]] const Digest& id() const noexcept { return id_; }

private:
    std::shared_ptr<const Blob> octets_;
    std::optional<ImaTable> table_;
    std::optional<ImaKeys> keys_;
    std::string no_table_;
    Digest id_{HashAlg::Sha256};
};

}  // namespace anchor::measure
