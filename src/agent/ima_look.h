// SPDX-License-Identifier: Apache-2.0
#pragma once

// Looking at the IMA list: after a quote, from where it is known, in constant memory, as far as the quoted PCR 10 proves it. On the
// worker. What it says counts only when the quote that it was held against is verified.

#include <memory>
#include <optional>

#include <anchor/core/claim.h>
#include <anchor/core/log_source.h>
#include <anchor/core/quoter.h>
#include <anchor/measure/ima_basis.h>
#include <anchor/measure/ima_progress.h>

namespace anchor::agent {

/// What a look begins with.
struct ImaMemory {
    std::shared_ptr<const measure::ImaBasis> basis = std::make_shared<const measure::ImaBasis>();
    std::optional<measure::ImaProgress> known;   ///< what this program has seen
    std::optional<measure::ImaProgress> stored;  ///< what an earlier run has seen: only for a list whose beginning is gone
};

/// What it comes to.
struct ImaSight {
    Result<measure::ImaReport> report;             ///< about all entries since the boot. The error is why there is none
    std::optional<measure::ImaProgress> progress;  ///< where the next look may go on; nothing where nothing is proven
    std::shared_ptr<const measure::ImaBasis> basis;
};

/// `list` may be nullptr. At most kLongestImaList octets are read.
[[nodiscard]] ImaSight look_at_ima(LogSource* list, const Quote& quote, const ImaMemory& memory);

inline constexpr std::uint64_t kLongestImaList = std::uint64_t{1} << 30U;

/// Sets every claim ima.*, unknown with its cause where the list could not be judged. `quoted` are verified registers.
void claim_ima_sight(const ImaSight& sight, const PcrValues& quoted, SteadyTime observed, Claims& into);

}  // namespace anchor::agent
