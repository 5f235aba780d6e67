// SPDX-License-Identifier: Apache-2.0
#pragma once

// Replay: what the PCRs must hold if the events of a log are all that was measured (TPM 2.0 Part 1 §17.2), and
// what the difference to the PCRs of a quote comes from. A log that does not replay proves nothing.

#include <anchor/core/pcr.h>
#include <anchor/measure/event_log.h>

namespace anchor::measure {

/// A register that cannot be computed, because an event has no digest in that bank.
struct ReplayGap {
    HashAlg bank = HashAlg::Sha256;
    unsigned pcr = 0;
    std::uint32_t event = 0;  ///< the first event without a digest
};

struct Replay {
    /// PCR 0 before the first event: the locality of TPM2_Startup, or 4 after an H-CRTM measurement (PFP §10.4.5.3).
    std::uint8_t startup_locality = 0;
    /// Every register that an event extends, in every bank we can compute.
    PcrValues values;
    std::vector<ReplayGap> gaps;
};

/// Replays all banks. EV_NO_ACTION events are not extended.
[[nodiscard]] Replay replay(const EventLog& log);

enum class PcrVerdict : std::uint8_t {
    Match,
    Mismatch,
    NotInLog,   ///< the log has no event for this register: nothing is said about it
    NotInBank,  ///< the log has events for it, but not in this bank, or with gaps
};

/// One given register against the log.
struct PcrCheck {
    HashAlg bank = HashAlg::Sha256;
    unsigned pcr = 0;
    PcrVerdict verdict = PcrVerdict::NotInBank;
    Digest found;                            ///< the register as given
    std::optional<Digest> replayed;          ///< what the log says
    std::vector<std::uint32_t> unexplained;  ///< at Mismatch: numbers of the events that the register does not contain
    std::string why;                         ///< in words, for everything but Match
};

struct ReplayReport {
    std::vector<PcrCheck> checks;  ///< in the order of bank and index

    /// The first register, in the order of the checks, that does not replay; nullptr where all do.
    [[nodiscard]] const PcrCheck* first_mismatch() const noexcept;
    /// At least one register matches and none mismatches. Registers beyond the log's are not counted.
    [[nodiscard]] bool replays() const noexcept;
};

/// Compares with given registers, quoted ones or read ones. Where one differs it looks for the reason: events at the
/// end that the register does not contain, a single event that was added, or another startup locality. The search is
/// bounded (at most 8,192 extends a register), beyond it all events of the register count as unexplained.
[[nodiscard]] ReplayReport compare_replay(const EventLog& log, const Replay& replayed, const PcrValues& given);

}  // namespace anchor::measure
