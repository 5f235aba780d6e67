// SPDX-License-Identifier: Apache-2.0
#pragma once

// Which registers of a log are proven by a quote.

#include <initializer_list>

#include <anchor/core/claim.h>
#include <anchor/measure/event_log_replay.h>

namespace anchor::measure {

class BootProof {
public:
    BootProof(const EventLog& log, const ReplayReport& report) : log_(log), report_(report) {}

    /// Empty where all of these registers are proven: they replay in a bank stronger than SHA-1 and differ in none, or
    /// neither the log nor the TPM has anything in them. Otherwise why not.
    [[nodiscard]] std::optional<Unknown> doubt(std::initializer_list<unsigned> pcrs) const;
    /// Whether firmware's registers (0 to 7) replay.
    [[nodiscard]] ClaimValue replays() const;
    /// All differences in words: "sha256 PCR 4: the register holds the events up to event 12, not those after it".
    [[nodiscard]] std::vector<std::string> problems() const;

private:
    [[nodiscard]] std::optional<Unknown> doubt_of(unsigned pcr) const;
    [[nodiscard]] std::optional<Unknown> doubt_of_all() const;

    const EventLog& log_;
    const ReplayReport& report_;
};

}  // namespace anchor::measure
