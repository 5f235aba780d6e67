// SPDX-License-Identifier: Apache-2.0
#include <anchor/registry/verifier.h>

#include <algorithm>

#include <anchor/measure/boot_claims.h>
#include <anchor/measure/ima_claims.h>
#include <anchor/measure/registers.h>
#include <anchor/trust/gate.h>

#include "ima_lists.h"
#include "proven_claims.h"

namespace anchor::registry {
namespace {

using protocol::Evidence;
using protocol::ReceivedEvidence;

Result<Bytes> signed_by_device(std::string_view text, const Attester& attester) {
    ANCHOR_ASSIGN_OR_RETURN(const auto unverified, crypto::UnverifiedJws::parse(text, {.octets = protocol::kMaxMessage}));
    const crypto::JwsKeys keys{{attester.device_key.thumbprint(), attester.device_key}};
    ANCHOR_ASSIGN_OR_RETURN(auto verified, unverified.verify(protocol::kEvidenceTyp, keys));
    return std::move(verified.payload);
}

// What the quote itself selects: where nothing was asked for, it says what it is about.
Result<std::vector<PcrSelection>> selections_of(const Quote& quote) {
    ANCHOR_ASSIGN_OR_RETURN(const auto statement, tpmwire::parse_statement(quote.attestation.attest));
    const auto* quoted = std::get_if<tpmwire::QuoteStatement>(&statement.attested);
    if (quoted == nullptr) return rejected("quote: type: not a quote");
    return quoted->selections;
}

// The boot log, and the registers with or without it. A log explains a mismatch; it never excuses one.
void claim_boot(const std::optional<Bytes>& octets, const PcrValues& quoted, const measure::BootReference* reference, SteadyTime now,
                Claims& into) {
    if (!octets) {
        measure::claim_boot_unknown("the device sent no boot log", now, into);
        return measure::claim_registers(quoted, reference, nullptr, now, into);
    }
    const measure::EventLog log = measure::parse_event_log(*octets);
    const measure::ReplayReport report = measure::compare_replay(log, measure::replay(log), quoted);
    measure::claim_boot(log, report, now, into);
    const measure::ReplayedLog replayed{log, report};
    measure::claim_registers(quoted, reference, &replayed, now, into);
}

std::string accepted_text(const std::vector<Digest>& accepted) {
    std::string text;
    for (const Digest& value : accepted) text += (text.empty() ? "" : " or ") + value.text();
    return text;
}

// Whoever reads a finding about registers wants to see which, and what was found instead of what.
void explain(Decision& decision, const std::optional<measure::ReferenceValues>& reference, const PcrValues& quoted) {
    if (!reference) return;
    for (Finding& finding : decision.findings) {
        const auto about_registers = [](const FindingInput& input) { return input.claim.starts_with("boot.pcr"); };
        if (finding.unknown || std::ranges::none_of(finding.inputs, about_registers)) continue;
        for (const auto& [index, accepted] : reference->boot.pcrs) {
            for (const HashAlg bank : quoted.banks()) {
                const Digest* found = quoted.find(bank, index);
                const bool judged = std::ranges::any_of(accepted, [&](const Digest& value) { return value.alg() == bank; });
                if (found == nullptr || !judged || std::ranges::find(accepted, *found) != accepted.end()) continue;
                finding.inputs.push_back(
                    {"PCR " + std::to_string(index), "found " + found->text() + ", expected " + accepted_text(accepted)});
            }
        }
    }
}

}  // namespace

Verifier::Verifier(const Settings& settings, Store& store, const Authority& authority, Judge& judge, const Clock& clock, BlobShelf* shelf)
    : settings_(settings),
      store_(store),
      authority_(authority),
      judge_(judge),
      clock_(clock),
      ima_lists_(std::make_unique<ImaLists>(store, shelf)) {}

Verifier::~Verifier() = default;

Result<std::optional<protocol::ImaPlace>> Verifier::ima_place(const DeviceId& device, std::string_view group) {
    ANCHOR_ASSIGN_OR_RETURN(const auto reference, reference_values(group));
    return ima_lists_->place(device, reference ? reference->ima : measure::ImaReferenceValues{});
}

protocol::AttestationResult Appraisal::result() const { return {decision.level, decision.overall, decision.risk, decision.findings}; }

Result<ReceivedEvidence> Verifier::open(std::string_view text, const Attester& attester) const {
    Bytes octets = to_bytes(text);
    if (!text.starts_with('{')) {
        auto payload = signed_by_device(text, attester);
        if (!payload) return std::move(payload).error().within("Evidence: signature");
        octets = std::move(payload).value();
    } else if (!attester.ak) {
        return rejected("Evidence: a device without a TPM has to sign it");
    }
    auto received = protocol::evidence_from(octets, clock_.steady());
    if (!received) return std::move(received).error().within("Evidence");
    if (received->evidence.device != attester.id) return rejected("Evidence: of device " + received->evidence.device.text());
    if (received->evidence.quote.has_value() != attester.ak.has_value()) {
        return rejected(attester.ak ? "Evidence: no quote" : "Evidence: a quote of a device without a TPM");
    }
    return received;
}

Result<Appraisal> Verifier::appraise(const ReceivedEvidence& received, const Attester& attester,
                                     const std::optional<std::vector<PcrSelection>>& wanted) {
    const Evidence& evidence = received.evidence;
    const SteadyTime now = clock_.steady();
    Appraisal appraisal;
    appraisal.claims = own_word_of(evidence.claims, attester);
    claim_records(attester, clock_.wall(), now, appraisal.claims);
    PcrValues quoted;
    if (evidence.quote) {
        std::vector<PcrSelection> selections;
        if (wanted) selections = *wanted;
        if (!wanted) {
            ANCHOR_ASSIGN_OR_RETURN(selections, selections_of(*evidence.quote));
        }
        tpmwire::Expectations expectations;
        expectations.extra_data = to_bytes(received.binding.view());
        expectations.earlier = attester.earlier;
        ANCHOR_ASSIGN_OR_RETURN(auto verified, tpmwire::verify_quote(*evidence.quote, *attester.ak, selections, expectations));
        quoted = std::move(verified.pcrs);
        appraisal.circumstances = std::move(verified.circumstances);
    }
    claim_circumstances(appraisal.circumstances, now, appraisal.claims);
    ANCHOR_ASSIGN_OR_RETURN(const auto reference, reference_values(attester.group));
    ANCHOR_RETURN_IF_ERROR(claim_measurements(evidence, appraisal, quoted, reference ? &*reference : nullptr, now, appraisal.claims));
    ANCHOR_ASSIGN_OR_RETURN(appraisal.decision, judge_.judge(appraisal.claims, attester.group, now));
    explain(appraisal.decision, reference, quoted);
    measure::name_offenders(appraisal.claims, appraisal.decision);
    return appraisal;
}

Result<void> Verifier::claim_measurements(const Evidence& evidence, const Appraisal& appraisal, const PcrValues& quoted,
                                          const measure::ReferenceValues* reference, SteadyTime now, Claims& into) {
    if (quoted.empty() || !appraisal.circumstances) {
        measure::claim_boot_unknown("there is no quote", now, into);
        measure::claim_registers_unknown("there is no quote", now, into);
        measure::claim_ima_unknown("there is no quote", now, into);
        return {};
    }
    std::optional<Bytes> event_log;
    if (evidence.event_log) {
        ANCHOR_ASSIGN_OR_RETURN(event_log, store_.blob(evidence.device, *evidence.event_log));
    }
    claim_boot(event_log, quoted, reference == nullptr ? nullptr : &reference->boot, now, into);
    return ima_lists_->judge(evidence, quoted, appraisal.circumstances->clock.reset_count,
                             reference == nullptr ? measure::ImaReferenceValues{} : reference->ima, now, into);
}

// Verified anew for each use: what lies in the database counts only as far as the authority's keys vouch for it.
Result<std::optional<measure::ReferenceValues>> Verifier::reference_values(std::string_view group) {
    ANCHOR_ASSIGN_OR_RETURN(const auto stored, store_.document(protocol::DocumentKind::Reference, group, 0));
    if (!stored) return std::optional<measure::ReferenceValues>();
    const trust::Gate gate(authority_.anchors());
    const trust::Floors floors;
    const trust::Recipient recipient{settings_.tenant, group, nullptr, floors, clock_.wall()};
    const auto verified = gate.accept(stored->text, protocol::DocumentKind::Reference, recipient);
    if (!verified) return std::optional<measure::ReferenceValues>();  // expired or not vouched for: the same as none
    auto reference = measure::reference_values_from(verified->document().body);
    if (!reference) return std::optional<measure::ReferenceValues>();
    return std::optional(std::move(reference).value());
}

}  // namespace anchor::registry
