// SPDX-License-Identifier: Apache-2.0
#include <anchor/measure/ima_claims.h>

#include <algorithm>

namespace anchor::measure {
namespace {

constexpr std::array<ImaClaim, 19> kClaims{{
    {"ima.proven", ClaimType::Bool, "The IMA list replays to the quoted PCR 10."},
    {"ima.proven_by", ClaimType::StringList, "The banks that prove the list and how the kernel extended them, \"sha256 per-bank\"."},
    {"ima.entries", ClaimType::Int, "Proven entries since the boot."},
    {"ima.entries_behind", ClaimType::Int, "Entries that came after the quote and wait for the next one."},
    {"ima.boot_aggregate_matches", ClaimType::Bool, "The list belongs to the boot whose registers were quoted."},
    {"ima.clean", ClaimType::Bool, "Everything measured is in the reference or signed by a trusted key, and nothing was violated."},
    {"ima.violations", ClaimType::Int, "Files that changed while they were measured."},
    {"ima.changed_files", ClaimType::Int, "Files with another digest than the reference has for their path."},
    {"ima.unknown_files", ClaimType::Int, "Files that the reference does not know."},
    {"ima.unknown_memory", ClaimType::Int, "Keys, command lines, tables and other measured memory that the reference does not know."},
    {"ima.forged_entries", ClaimType::Int, "Entries that don't say what was measured, or in a form that nobody can read."},
    {"ima.signed_files", ClaimType::Int, "Files with a good signature of a trusted key."},
    {"ima.wrong_signatures", ClaimType::Int, "Files whose signature a trusted key denies."},
    {"ima.unknown_keys", ClaimType::Int, "Files signed by a key that is not trusted."},
    {"ima.keys_added", ClaimType::Int, "Keys added to the kernel's keyrings."},
    {"ima.device_mapper_events", ClaimType::Int, "Device-mapper tables and changes that were measured."},
    {"ima.kexec_command_lines", ClaimType::Int, "Command lines measured for a next kernel."},
    {"ima.kexec_starts", ClaimType::Int, "Kernels that took the list over by kexec."},
    {"ima.offenders", ClaimType::StringList, "The first entries that are not as they should be, in words."},
}};

constexpr std::size_t kShownOffenders = 4;

std::int64_t number(std::uint64_t count) noexcept {
    return static_cast<std::int64_t>(std::min<std::uint64_t>(count, std::uint64_t{INT64_MAX}));
}

// Where a claim can't be made, and why; each question once.
struct Doubts {
    std::optional<Unknown> proof;
    std::optional<Unknown> table;
    std::optional<Unknown> keys;
    std::optional<Unknown> either;
};

Doubts doubts_of(const ImaReport& report, const ImaReference& judged_by) {
    Doubts doubts;
    if (report.proof == ImaProof::NoQuote) doubts.proof = Unknown{"no quote proves the IMA list"};
    if (report.proof == ImaProof::NotProven) {
        doubts.proof = Unknown{"the IMA list (" + std::to_string(report.entries) + " entries) does not replay to the quoted PCR 10"};
    }
    // Registers that nobody extended prove any list, up to its first entry.
    if (report.proof == ImaProof::Proven && report.entries == 0) doubts.proof = Unknown{"nothing of the IMA list was extended into PCR 10"};
    doubts.table = doubts.keys = doubts.either = doubts.proof;
    if (doubts.proof) return doubts;
    if (!judged_by.no_table.empty()) {
        doubts.table = doubts.either = Unknown{judged_by.no_table};
    } else if (judged_by.table == nullptr) {
        doubts.table = Unknown{"no reference digests of files"};
    }
    if (judged_by.keys == nullptr) doubts.keys = Unknown{"no trusted keys of files"};
    if (!doubts.either && judged_by.table == nullptr && judged_by.keys == nullptr)
        doubts.either = Unknown{"neither reference digests nor trusted keys of files"};
    return doubts;
}

ClaimValue aggregate_value(ImaBootAggregate state) {
    switch (state) {
        case ImaBootAggregate::Matches: return true;
        case ImaBootAggregate::Differs: return false;
        case ImaBootAggregate::Zero: return Unknown{"the kernel had no TPM when IMA started"};
        case ImaBootAggregate::NotCheckable: return Unknown{"PCRs 0 to 9 are not quoted in a bank of the boot aggregate"};
        case ImaBootAggregate::Absent: break;
    }
    return Unknown{"the list does not begin with a boot aggregate"};
}

std::vector<std::string> proven_by(const std::vector<ImaLane>& lanes) {
    std::vector<std::string> names;
    for (const ImaLane& lane : lanes) {
        std::string name = std::string(to_string(lane.value.alg())) + ' ' + std::string(to_string(lane.style));
        if (std::ranges::find(names, name) == names.end()) names.push_back(std::move(name));
    }
    return names;
}

// Without a table, a file that no key settles is unjudged, and what is unjudged is not clean.
bool is_clean(const ImaFindings& findings) noexcept { return findings.offending() == 0 && findings.unjudged == 0; }

class Writer {
public:
    Writer(SteadyTime observed, std::string_view source, Claims& into) : observed_(observed), source_(source), into_(into) {}

    void set(std::string_view name, ClaimValue value) { into_.set(std::string(name), {std::move(value), observed_, std::string(source_)}); }
    void set(std::string_view name, const std::optional<Unknown>& doubt, ClaimValue value) {
        set(name, doubt ? ClaimValue(*doubt) : std::move(value));
    }
    void count(std::string_view name, const std::optional<Unknown>& doubt, std::uint64_t value) { set(name, doubt, number(value)); }

private:
    SteadyTime observed_;
    std::string_view source_;
    Claims& into_;
};

std::vector<std::string> offender_texts(const ImaFindings& findings) {
    std::vector<std::string> texts;
    for (const ImaOffender& offender : findings.offenders) texts.push_back(to_text(offender));
    return texts;
}

}  // namespace

std::span<const ImaClaim> ima_claims() noexcept { return kClaims; }

void claim_ima(const ImaReport& report, const ImaReference& judged_by, SteadyTime observed, Claims& into) {
    const ImaFindings& found = report.findings;
    const Doubts doubts = doubts_of(report, judged_by);
    Writer claim(observed, report.proof == ImaProof::Proven ? "tpm" : "kernel", into);

    const bool refuted = report.proof == ImaProof::NotProven;
    claim.set("ima.proven", doubts.proof && !refuted ? ClaimValue(*doubts.proof) : ClaimValue(!refuted));
    claim.set("ima.proven_by", doubts.proof, proven_by(report.lanes));
    claim.count("ima.entries", doubts.proof, report.entries);
    claim.count("ima.entries_behind", doubts.proof, report.behind);
    claim.set("ima.boot_aggregate_matches", doubts.proof, aggregate_value(found.boot_aggregate.state));
    claim.set("ima.clean", doubts.either, is_clean(found));
    claim.count("ima.violations", doubts.proof, found.count(ImaCause::Violation));
    claim.count("ima.changed_files", doubts.table, found.count(ImaCause::ChangedFile));
    claim.count("ima.unknown_files", doubts.table, found.count(ImaCause::UnknownFile));
    claim.count("ima.unknown_memory", doubts.table, found.count(ImaCause::UnknownBuffer));
    claim.count("ima.forged_entries", doubts.proof,
                found.count(ImaCause::ForgedEntry) + found.count(ImaCause::WrongBuffer) + found.count(ImaCause::Unreadable));
    claim.count("ima.signed_files", doubts.keys, found.signed_ok);
    claim.count("ima.wrong_signatures", doubts.keys, found.count(ImaCause::WrongSignature));
    claim.count("ima.unknown_keys", doubts.keys, found.signed_by_unknown);
    claim.count("ima.keys_added", doubts.proof, found.keys);
    claim.count("ima.device_mapper_events", doubts.proof, found.device_mapper);
    claim.count("ima.kexec_command_lines", doubts.proof, found.command_lines);
    claim.count("ima.kexec_starts", doubts.proof, found.restarts);
    claim.set("ima.offenders", doubts.proof, offender_texts(found));
}

void claim_ima_unknown(std::string_view why, SteadyTime observed, Claims& into) {
    Writer claim(observed, "kernel", into);
    for (const ImaClaim& known : kClaims) claim.set(known.name, Unknown{std::string(why)});
}

void name_offenders(const Claims& claims, Decision& decision) {
    const Claim* const claim = claims.find("ima.offenders");
    const auto* offenders = claim == nullptr ? nullptr : std::get_if<std::vector<std::string>>(&claim->value);
    if (offenders == nullptr || offenders->empty()) return;
    const auto shown = std::min(offenders->size(), kShownOffenders);
    std::vector<std::string> first(offenders->begin(), offenders->begin() + static_cast<std::ptrdiff_t>(shown));
    const std::string text = to_text(ClaimValue(std::move(first)));
    for (Finding& finding : decision.findings) {
        const auto is_ima = [](const FindingInput& input) { return input.claim.starts_with("ima."); };
        const bool named = std::ranges::find(finding.inputs, "ima.offenders", &FindingInput::claim) != finding.inputs.end();
        if (!finding.unknown && !named && std::ranges::any_of(finding.inputs, is_ima)) finding.inputs.push_back({"ima.offenders", text});
    }
}

}  // namespace anchor::measure
