// SPDX-License-Identifier: Apache-2.0
#include <anchor/measure/ima_progress.h>

#include <nlohmann/json.hpp>

#include <anchor/base/encoding.h>

namespace anchor::measure {
namespace {

constexpr std::size_t kMostOffenders = 256;

// Every count in its place: for writing and for reading.
template <class Findings>
auto counts_of(Findings& findings) {
    return std::array{&findings.entries,       &findings.files,    &findings.known,    &findings.signed_ok, &findings.signed_by_unknown,
                      &findings.excluded,      &findings.unjudged, &findings.restarts, &findings.keys,      &findings.command_lines,
                      &findings.device_mapper, &findings.buffers};
}

// Paths and digests are the list's octets, which no JSON text need be able to hold.
Json offender_json(const ImaOffender& offender) {
    return {{"cause", static_cast<unsigned>(offender.cause)},
            {"number", offender.number},
            {"path", to_base64url(as_bytes(offender.path))},
            {"expected", to_base64url(as_bytes(offender.expected))},
            {"found", to_base64url(as_bytes(offender.found))}};
}

Result<std::string> octet_text(const Json& json, std::string_view key) {
    ANCHOR_ASSIGN_OR_RETURN(const Bytes octets, json_octets(json, key));
    return std::string(as_text(octets));
}

Result<std::uint64_t> below(const Json& json, std::string_view key, std::uint64_t bound) {
    ANCHOR_ASSIGN_OR_RETURN(const std::uint64_t value, json_unsigned(json, key));
    if (value >= bound) return rejected("\"" + std::string(key) + "\" is out of bounds");
    return value;
}

Result<ImaOffender> offender_from(const Json& json) {
    ImaOffender offender;
    ANCHOR_ASSIGN_OR_RETURN(const std::uint64_t cause, below(json, "cause", kImaCauses));
    offender.cause = static_cast<ImaCause>(cause);
    ANCHOR_ASSIGN_OR_RETURN(offender.number, json_unsigned(json, "number"));
    ANCHOR_ASSIGN_OR_RETURN(offender.path, octet_text(json, "path"));
    ANCHOR_ASSIGN_OR_RETURN(offender.expected, octet_text(json, "expected"));
    ANCHOR_ASSIGN_OR_RETURN(offender.found, octet_text(json, "found"));
    return offender;
}

Json aggregate_json(const ImaBootAggregateCheck& check) {
    return {{"state", static_cast<unsigned>(check.state)}, {"bank", to_string(check.bank)}, {"last_pcr", check.last_pcr}};
}

Result<ImaBootAggregateCheck> aggregate_from(const Json& json) {
    ImaBootAggregateCheck check;
    ANCHOR_ASSIGN_OR_RETURN(const std::uint64_t state, below(json, "state", 5));
    check.state = static_cast<ImaBootAggregate>(state);
    ANCHOR_ASSIGN_OR_RETURN(const std::string bank, json_string(json, "bank"));
    const auto alg = hash_alg_from(bank);
    if (!alg) return rejected("\"bank\" is unknown");
    check.bank = *alg;
    ANCHOR_ASSIGN_OR_RETURN(const std::uint64_t last_pcr, below(json, "last_pcr", kPcrCount));
    check.last_pcr = static_cast<unsigned>(last_pcr);
    return check;
}

template <class Numbers>
Result<void> read_counts(const Json& list, Numbers&& numbers) {
    if (!list.is_array() || list.size() != numbers.size()) return rejected("a list of counts has another length");
    for (std::size_t i = 0; i < numbers.size(); ++i) {
        if (!list[i].is_number_unsigned()) return rejected("a count is no number");
        *numbers.at(i) = list[i].template get<std::uint64_t>();
    }
    return {};
}

Result<ImaFindings> findings_from(const Json& json) {
    ANCHOR_RETURN_IF_ERROR(json_only_keys(json, {"counts", "causes", "offenders", "boot_aggregate"}));
    for (const char* key : {"counts", "causes", "offenders", "boot_aggregate"}) {
        if (!json.contains(key)) return rejected("\"" + std::string(key) + "\" is missing");
    }
    ImaFindings findings;
    ANCHOR_RETURN_IF_ERROR(read_counts(json["counts"], counts_of(findings)));
    std::array<std::uint64_t*, kImaCauses> causes{};
    for (std::size_t i = 0; i < kImaCauses; ++i) causes.at(i) = &findings.causes.at(i);
    ANCHOR_RETURN_IF_ERROR(read_counts(json["causes"], causes));
    if (!json["offenders"].is_array() || json["offenders"].size() > kMostOffenders) return rejected("\"offenders\" is too long or no list");
    for (const Json& one : json["offenders"]) {
        ANCHOR_ASSIGN_OR_RETURN(auto offender, offender_from(one));
        findings.offenders.push_back(std::move(offender));
    }
    ANCHOR_ASSIGN_OR_RETURN(findings.boot_aggregate, aggregate_from(json["boot_aggregate"]));
    return findings;
}

Json findings_json(const ImaFindings& findings) {
    Json json = {{"counts", Json::array()}, {"causes", findings.causes}, {"offenders", Json::array()}};
    for (const std::uint64_t* count : counts_of(findings)) json["counts"].push_back(*count);
    for (const ImaOffender& offender : findings.offenders) json["offenders"].push_back(offender_json(offender));
    json["boot_aggregate"] = aggregate_json(findings.boot_aggregate);
    return json;
}

Result<ImaProgress> read(const Json& json) {
    ANCHOR_RETURN_IF_ERROR(json_only_keys(json, {"checkpoint", "findings", "reset_count", "basis"}));
    ImaProgress progress;
    ANCHOR_ASSIGN_OR_RETURN(const Bytes checkpoint, json_octets(json, "checkpoint"));
    ANCHOR_ASSIGN_OR_RETURN(progress.checkpoint, ImaCheckpoint::parse(checkpoint));
    if (!json.contains("findings")) return rejected("\"findings\" is missing");
    ANCHOR_ASSIGN_OR_RETURN(progress.findings, findings_from(json["findings"]));
    ANCHOR_ASSIGN_OR_RETURN(const std::uint64_t reset_count, below(json, "reset_count", std::uint64_t{1} << 32U));
    progress.reset_count = static_cast<std::uint32_t>(reset_count);
    ANCHOR_ASSIGN_OR_RETURN(const Bytes basis, json_octets(json, "basis"));
    ANCHOR_ASSIGN_OR_RETURN(progress.basis, Digest::from(HashAlg::Sha256, basis));
    return progress;
}

// "sha256:" and its octets, as ImaAppraiser keeps it.
ImaBootAggregateCheck check_again(const std::string& spelled, const PcrValues& quoted) {
    const std::size_t colon = spelled.find(':');
    if (colon == std::string::npos) return {};
    ImaDigest aggregate;
    aggregate.algorithm = std::string_view(spelled).substr(0, colon);
    aggregate.alg = hash_alg_from(aggregate.algorithm);
    aggregate.octets = as_bytes(std::string_view(spelled).substr(colon + 1));
    return check_boot_aggregate(aggregate, quoted);
}

}  // namespace

bool ImaProgress::goes_on(std::uint32_t booted, const Digest& judged_by, const PcrValues& quoted) const {
    return reset_count == booted && basis == judged_by && check_again(checkpoint.aggregate, quoted).state == findings.boot_aggregate.state;
}

bool ImaProgress::is_all(const PcrValues& quoted) const { return ImaReplay(checkpoint.lanes).matches(quoted); }

ImaReport ImaProgress::report() const {
    ImaReport report;
    report.proof = ImaProof::Proven;
    report.findings = findings;
    report.entries = checkpoint.entries;
    report.lanes = checkpoint.lanes;
    return report;
}

ImaReport ImaProgress::with(ImaReport later, std::size_t offenders_kept) const {
    ImaFindings all = findings;
    all.add(later.findings, offenders_kept);
    later.findings = std::move(all);
    return later;
}

Json to_json(const ImaProgress& progress) {
    return {{"checkpoint", to_base64url(progress.checkpoint.serialise())},
            {"findings", findings_json(progress.findings)},
            {"reset_count", progress.reset_count},
            {"basis", to_base64url(progress.basis.view())}};
}

Result<ImaProgress> ima_progress_from(const Json& json) {
    auto progress = read(json);
    if (!progress) return corrupt("IMA progress: " + progress.error().what);
    return progress;
}

}  // namespace anchor::measure
