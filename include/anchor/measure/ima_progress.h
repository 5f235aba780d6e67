// SPDX-License-Identifier: Apache-2.0
#pragma once

// ImaProgress: how far an IMA list is proven and what was found up to there, so that the next look reads only what was added. It belongs
// to one boot and to one basis of judging. Where nothing was measured since, the quoted registers alone say so, and nothing is read.

#include <anchor/base/json.h>
#include <anchor/measure/ima_verifier.h>

namespace anchor::measure {

struct ImaProgress {
    ImaCheckpoint checkpoint;
    ImaFindings findings;           ///< of all entries since the boot
    std::uint32_t reset_count = 0;  ///< of the boot, as quoted by the same key
    Digest basis{HashAlg::Sha256};  ///< ImaBasis::id()

    /// These findings hold for that boot and basis, and the boot aggregate says the same about these registers as before.
    [[nodiscard]] bool goes_on(std::uint32_t reset_count, const Digest& basis, const PcrValues& quoted) const;
    /// The registers are those of the checkpoint: nothing was measured since.
    [[nodiscard]] bool is_all(const PcrValues& quoted) const;
    /// As if the whole list had been read now. Only where is_all().
    [[nodiscard]] ImaReport report() const;
    /// The report about the entries since this progress, as one about the whole list.
    [[nodiscard]] ImaReport with(ImaReport later, std::size_t offenders_kept) const;
};

/// Our own state, for the store.
[[nodiscard]] Json to_json(const ImaProgress& progress);
/// Corrupt where it is not what to_json() makes.
[[nodiscard]] Result<ImaProgress> ima_progress_from(const Json& json);

}  // namespace anchor::measure
