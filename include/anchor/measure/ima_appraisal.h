// SPDX-License-Identifier: Apache-2.0
#pragma once

// ImaAppraiser: entry by entry, what an IMA list says against what it should say. It judges entries, not whether the
// list is true: that is the replay's business, and ima_verifier.h puts both together.

#include <map>
#include <string>
#include <vector>

#include <anchor/measure/ima_boot_aggregate.h>
#include <anchor/measure/ima_signature.h>
#include <anchor/measure/ima_table.h>

namespace anchor::measure {

/// Why an entry is not as it should be.
enum class ImaCause : std::uint8_t {
    Violation,             ///< changed while it was measured, so that nobody knows what was used
    ForgedEntry,           ///< the listed fields are not what the listed digest was made of
    Unreadable,            ///< a template that this project does not know
    ChangedFile,           ///< the reference has other digests for this path
    UnknownFile,           ///< the reference has neither
    UnknownBuffer,         ///< a key, command line, table or other memory that the reference does not have
    WrongBuffer,           ///< the digest is not that of the recorded memory
    WrongSignature,        ///< a trusted key denies it
    UnknownKey,            ///< signed by nobody we trust, where signatures alone decide
    UnsupportedSignature,  ///< a signature of a form that can't be judged, where signatures alone decide
    WrongBootAggregate,    ///< the list belongs to another boot
};
inline constexpr std::size_t kImaCauses = 11;
[[nodiscard]] std::string_view to_string(ImaCause cause) noexcept;

/// One entry that an operator should look at.
struct ImaOffender {
    ImaCause cause = ImaCause::UnknownFile;
    std::uint64_t number = 0;
    std::string path;      ///< cut to 512 octets
    std::string expected;  ///< "sha256:…", where the reference has one
    std::string found;     ///< "sha256:…"; for a signature the key id
    friend bool operator==(const ImaOffender&, const ImaOffender&) = default;
};
/// "entry 17, /bin/x: changed file: expected sha256:…, found sha256:…", control characters escaped.
[[nodiscard]] std::string to_text(const ImaOffender& offender);

/// Counts, and the first offenders. Two can be added: what was found before a checkpoint and after it.
struct ImaFindings {
    std::uint64_t entries = 0;
    std::uint64_t files = 0;
    std::uint64_t known = 0;              ///< files and buffers in the reference
    std::uint64_t signed_ok = 0;          ///< with a good signature of a trusted key
    std::uint64_t signed_by_unknown = 0;  ///< with a signature of a key that is not trusted; the table may know them
    std::uint64_t excluded = 0;           ///< by a rule of the reference
    std::uint64_t unjudged = 0;           ///< there was nothing to judge them by
    std::uint64_t restarts = 0;           ///< further boot aggregates: kernels started by kexec
    std::uint64_t keys = 0;
    std::uint64_t command_lines = 0;
    std::uint64_t device_mapper = 0;
    std::uint64_t buffers = 0;
    std::array<std::uint64_t, kImaCauses> causes{};
    std::vector<ImaOffender> offenders;
    ImaBootAggregateCheck boot_aggregate;

    [[nodiscard]] std::uint64_t count(ImaCause cause) const noexcept { return causes[static_cast<std::size_t>(cause)]; }
    /// Entries that are not as they should be.
    [[nodiscard]] std::uint64_t offending() const noexcept;
    /// Appends the findings of later entries of the same list; keeps at most `offenders_kept` offenders.
    void add(const ImaFindings& later, std::size_t offenders_kept);
};

/// What entries are judged by. What is nullptr judges nothing; the pointed-to live longer than the appraiser.
struct ImaReference {
    const ImaTable* table = nullptr;
    const ImaKeys* keys = nullptr;
    const PcrValues* registers = nullptr;  ///< for the boot aggregate
    std::size_t offenders_kept = 32;
    std::string no_table;  ///< why there is no table although the reference names one: nothing is called clean then
};

class ImaAppraiser {
public:
    explicit ImaAppraiser(ImaReference reference) : reference_(reference) {}
    /// Goes on behind entries that were judged before; `aggregate` is the label and digest of the first boot
    /// aggregate ("sha256:…"), empty where there was none.
    ImaAppraiser(ImaReference reference, std::string aggregate) : reference_(reference), aggregate_(std::move(aggregate)) {}

    /// Looks where the table has the entry that is judged next, so that its octets are at hand by then. Need not be called.
    void expect(const ImaEntry& entry);
    /// Judges the next entry; `true_to_digest` is what ImaReplay::extend said about it.
    void appraise(const ImaEntry& entry, bool true_to_digest);
    [[nodiscard]] const ImaFindings& findings() const noexcept { return findings_; }
    [[nodiscard]] const std::string& aggregate() const noexcept { return aggregate_; }

private:
    void judge(const ImaEntry& entry, bool true_to_digest);
    void appraise_aggregate(const ImaEntry& entry);
    void appraise_content(const ImaEntry& entry, ImaEntryKind kind);
    void count_kind(ImaEntryKind kind) noexcept;
    [[nodiscard]] bool settled_by_signature(const ImaEntry& entry);
    void offend(ImaCause cause, const ImaEntry& entry, ByteView expected = {});

    ImaReference reference_;
    ImaFindings findings_;
    std::string aggregate_;
    std::optional<ImaTable::Place> place_;  // of the entry that is expected
};

}  // namespace anchor::measure
