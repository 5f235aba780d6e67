// SPDX-License-Identifier: Apache-2.0
#include <anchor/tpm/esys_quoter.h>

#include <anchor/tpmwire/policy_digest.h>
#include <anchor/tpmwire/templates.h>

#include "capability.h"
#include "connection.h"

namespace anchor::tpm {
namespace {

// A register that is extended between the quote and the reading costs one round; one that never rests is not waited for.
constexpr int kQuoteRounds = 5;

bool covers(const PcrValues& values, const std::vector<PcrSelection>& selections) {
    return std::ranges::all_of(
        selections, [&](const PcrSelection& wanted) { return (values.selection(wanted.bank).mask & wanted.mask) == wanted.mask; });
}

PcrValues only(const std::vector<PcrSelection>& selections, const PcrValues& values) {
    PcrValues chosen;
    for (const PcrSelection& selection : selections) {
        for (unsigned i = 0; i < kPcrCount; ++i) {
            const Digest* value = selection.has(i) ? values.find(selection.bank, i) : nullptr;
            if (value != nullptr) chosen.set(i, *value);
        }
    }
    return chosen;
}

// The registers that the TPM really quoted. It leaves out what it does not have, and says so only here.
Result<tpmwire::QuoteStatement> quoted(const Attestation& attestation, const std::vector<PcrSelection>& wanted) {
    ANCHOR_ASSIGN_OR_RETURN(const tpmwire::Statement statement, tpmwire::parse_statement(attestation.attest));
    const auto* quote = std::get_if<tpmwire::QuoteStatement>(&statement.attested);
    if (quote == nullptr) return rejected("TPM2_Quote: the TPM's statement is not a quote");
    for (const PcrSelection& selection : wanted) {
        const auto found = std::ranges::find(quote->selections, selection);
        if (found == quote->selections.end()) return denied("the TPM does not have all of " + to_text(selection));
    }
    return *quote;
}

}  // namespace

Result<KeyBlob> make_attestation_key(Device& device, KeyAlg alg) {
    ANCHOR_ASSIGN_OR_RETURN(const auto model, tpmwire::attestation_key_template(alg));
    return ask<KeyBlob>(device, [&](Connection& connection) { return connection.keys().make(model); });
}

Result<std::unique_ptr<EsysQuoter>> EsysQuoter::from(std::shared_ptr<Device> device, KeyBlob ak) {
    const auto area = tpmwire::parse_sized_public_area(ak.public_area);
    if (!area) return corrupt("attestation key: " + area.error().what);
    if (const auto checked = tpmwire::check_attestation_key(*area); !checked) return corrupt("attestation key: " + checked.error().what);
    return std::unique_ptr<EsysQuoter>(new EsysQuoter(std::move(device), std::move(ak), *area));
}

EsysQuoter::EsysQuoter(std::shared_ptr<Device> device, KeyBlob ak, const tpmwire::PublicArea& area)
    : device_(std::move(device)), ak_(std::move(ak)), area_(area), area_octets_(tpmwire::marshal(area)) {}

Result<Quote> EsysQuoter::quote(const std::vector<PcrSelection>& selections, ByteView extra_data) {
    return ask<Quote>(*device_, [&](Connection& connection) -> Result<Quote> {
        for (int round = 0; round < kQuoteRounds; ++round) {
            ANCHOR_ASSIGN_OR_RETURN(auto quote, quote_once(connection, selections, extra_data));
            if (quote) return std::move(*quote);
        }
        return unavailable("the registers changed during every one of " + std::to_string(kQuoteRounds) + " quotes");
    });
}

Result<std::optional<Quote>> EsysQuoter::quote_once(Connection& connection, const std::vector<PcrSelection>& selections,
                                                    ByteView extra_data) {
    ANCHOR_ASSIGN_OR_RETURN(const LoadedKey ak, connection.keys().use(ak_));
    ANCHOR_ASSIGN_OR_RETURN(Attestation attestation, tpm::quote(connection.channel(), ak->ref(), selections, extra_data));
    ANCHOR_ASSIGN_OR_RETURN(const auto statement, quoted(attestation, selections));
    const HashAlg alg = area_.scheme ? area_.scheme->hash : area_.name_alg;
    const auto fits = [&] {
        const auto digest = tpmwire::pcr_digest(alg, statement.selections, last_);
        return digest && equal(digest->view(), statement.pcr_digest);
    };
    if (!covers(last_, selections) || !fits()) {
        ANCHOR_ASSIGN_OR_RETURN(last_, read_pcrs(connection.channel(), selections));
        if (!fits()) return std::optional<Quote>();
    }
    return std::optional<Quote>(Quote{std::move(attestation), only(selections, last_)});
}

Result<Attestation> EsysQuoter::attest_time(ByteView extra_data) {
    return ask<Attestation>(*device_, [&](Connection& connection) -> Result<Attestation> {
        ANCHOR_ASSIGN_OR_RETURN(const LoadedKey ak, connection.keys().use(ak_));
        return get_time(connection.channel(), ak->ref(), extra_data);
    });
}

}  // namespace anchor::tpm
