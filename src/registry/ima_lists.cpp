// SPDX-License-Identifier: Apache-2.0
#include "ima_lists.h"

#include <nlohmann/json.hpp>

#include <anchor/measure/ima_claims.h>

namespace anchor::registry {
namespace {

using measure::ImaBasis;
using measure::ImaProgress;
using measure::ImaReport;
using measure::ImaVerifier;

constexpr std::size_t kMostOpened = 32;

// What one part of a list came to: the whole list's report, and where to go on.
struct Judged {
    Result<ImaReport> report;
    std::optional<ImaProgress> progress;
};

// A verifier that begins when the first octets are there, because they say what form the list has.
class Part {
public:
    Part(measure::ImaVerifyOptions options, const ImaProgress* before) : options_(std::move(options)), before_(before) {
        if (before_ == nullptr) return;
        measure::ImaCheckpoint from = before_->checkpoint;
        from.last_size = 0;  // the part begins behind the last proven entry, which is not sent again
        verifier_.emplace(ImaVerifier::resume(std::move(from), options_));
    }

    Result<void> push(const Bytes& piece) {
        if (!verifier_) {
            const auto format = measure::ima_list_format_of(piece);
            if (!format) return rejected("the IMA list is in no form that can be read");
            verifier_.emplace(*format, options_);
        }
        return verifier_->push(piece);
    }

    Judged finish(std::uint32_t reset_count, const Digest& basis) const {
        if (!verifier_) return {rejected("the IMA list is empty"), std::nullopt};
        auto report = verifier_->report();
        if (report && before_ != nullptr) report = before_->with(std::move(report).value(), options_.reference.offenders_kept);
        const auto checkpoint = verifier_->checkpoint();
        if (!report || !checkpoint) return {std::move(report), std::nullopt};
        ImaProgress progress{*checkpoint, report->findings, reset_count, basis};
        return {std::move(report), std::move(progress)};
    }

private:
    measure::ImaVerifyOptions options_;
    const ImaProgress* before_;
    std::optional<ImaVerifier> verifier_;
};

Result<Judged> judge_part(Store& store, const DeviceId& device, const BlobName& name, Part part, std::uint32_t reset_count,
                          const Digest& basis) {
    Result<void> read;
    ANCHOR_ASSIGN_OR_RETURN(const bool whole, store.read_blob(device, name, [&](const Bytes& piece) {
        if (read) read = part.push(piece);
    }));
    if (!whole) return Judged{unavailable("the IMA list did not arrive"), std::nullopt};
    if (!read) return Judged{std::move(read).error(), std::nullopt};
    return part.finish(reset_count, basis);
}

std::string number_text(std::uint64_t number) { return std::to_string(number); }

}  // namespace

std::shared_ptr<const ImaBasis> ImaLists::basis_of(const measure::ImaReferenceValues& values) {
    std::string spelled = canonical_json(measure::to_json(measure::ReferenceValues{{}, values}));
    if (const auto known = opened_.find(spelled); known != opened_.end()) return known->second;
    std::shared_ptr<const Blob> table;
    std::string why = "the registry does not have the table of reference digests";
    if (values.table && shelf_ != nullptr) {
        auto found = shelf_->find(*values.table);
        if (!found) why += ": " + found.error().what;
        if (found) table = std::move(found).value();
    }
    auto basis = ImaBasis::make(values, table, why);
    if (!basis) basis = ImaBasis::make(values, nullptr, "the table of reference digests is damaged: " + basis.error().what);
    // A table that is not here today may be tomorrow.
    if (!values.table || table != nullptr) {
        if (opened_.size() >= kMostOpened) opened_.clear();
        opened_.emplace(std::move(spelled), basis.value());
    }
    return std::move(basis).value();
}

Result<std::optional<ImaProgress>> ImaLists::progress_of(const DeviceId& device) {
    ANCHOR_ASSIGN_OR_RETURN(const auto text, store_.ima_progress(device));
    if (!text) return std::optional<ImaProgress>();
    const auto json = parse_json(*text);
    auto progress = json ? measure::ima_progress_from(*json) : Result<ImaProgress>(json.error());
    // One that cannot be read only costs that the list is sent again.
    if (!progress) return std::optional<ImaProgress>();
    return std::optional(std::move(progress).value());
}

Result<std::optional<protocol::ImaPlace>> ImaLists::place(const DeviceId& device, const measure::ImaReferenceValues& values) {
    ANCHOR_ASSIGN_OR_RETURN(const auto progress, progress_of(device));
    if (!progress || progress->basis != basis_of(values)->id()) return std::optional<protocol::ImaPlace>();
    return std::optional(protocol::ImaPlace{progress->checkpoint.entries, progress->reset_count});
}

Result<void> ImaLists::judge(const protocol::Evidence& evidence, const PcrValues& quoted, std::uint32_t reset_count,
                             const measure::ImaReferenceValues& values, SteadyTime now, Claims& into) {
    if (!evidence.ima_list) {
        measure::claim_ima_unknown("the device sent no IMA list", now, into);
        return {};
    }
    const protocol::ImaPart& sent = *evidence.ima_list;
    const auto basis = basis_of(values);
    measure::ImaVerifyOptions options;
    options.quoted = quoted;
    options.reference = basis->reference(&quoted);
    ANCHOR_ASSIGN_OR_RETURN(const auto known, progress_of(evidence.device));
    const bool goes_on = known && known->checkpoint.entries == sent.from && known->goes_on(reset_count, basis->id(), quoted);

    Judged judged{stale("the IMA list begins at entry " + number_text(sent.from) + ", and what comes before it is not known here"),
                  std::nullopt};
    if (!sent.octets && goes_on && known->is_all(quoted)) {
        judged = {known->report(), *known};
    } else if (!sent.octets) {
        judged.report = stale("the IMA list ends at entry " + number_text(sent.from) + ", the quoted PCR 10 does not");
    } else if (sent.from == 0 || goes_on) {
        Part part(options, sent.from == 0 ? nullptr : &*known);
        ANCHOR_ASSIGN_OR_RETURN(judged, judge_part(store_, evidence.device, *sent.octets, std::move(part), reset_count, basis->id()));
    }
    if (judged.report)
        measure::claim_ima(*judged.report, options.reference, now, into);
    else
        measure::claim_ima_unknown(judged.report.error().what, now, into);
    // Without progress the device is asked for all of its list next time.
    std::optional<std::string> text;
    if (judged.progress) text = canonical_json(measure::to_json(*judged.progress));
    ANCHOR_RETURN_IF_ERROR(store_.set_ima_progress(evidence.device, text));
    return sent.octets ? store_.drop_blob(evidence.device, *sent.octets) : Result<void>();
}

}  // namespace anchor::registry
