// SPDX-License-Identifier: Apache-2.0
#include "appraiser.h"

#include <anchor/crypto/jws.h>
#include <anchor/crypto/random.h>
#include <anchor/measure/boot_claims.h>
#include <anchor/measure/ima_claims.h>
#include <anchor/measure/registers.h>

namespace anchor::agent {
namespace {

constexpr std::size_t kNonceSize = 32;

void claim_log(const Result<Bytes>& octets, const PcrValues& quoted, const measure::BootReference* reference, SteadyTime at, Claims& into) {
    if (!octets) {
        measure::claim_boot_unknown(octets.error().what, at, into);
        return measure::claim_registers(quoted, reference, nullptr, at, into);
    }
    const measure::EventLog log = measure::parse_event_log(*octets);
    const measure::ReplayReport report = measure::compare_replay(log, measure::replay(log), quoted);
    measure::claim_boot(log, report, at, into);
    const measure::ReplayedLog replayed{log, report};
    measure::claim_registers(quoted, reference, &replayed, at, into);
}

void without_quote(const std::string& why, SteadyTime at, Claims& into) {
    measure::claim_boot_unknown(why, at, into);
    measure::claim_registers_unknown(why, at, into);
    measure::claim_ima_unknown(why, at, into);
}

Result<tpmwire::VerifiedQuote> verify(const Observation& seen, const AppraisalBasis& basis) {
    if (!*seen.quote) return seen.quote->error();
    ANCHOR_ASSIGN_OR_RETURN(const tpmwire::PublicArea ak, tpmwire::parse_public_area(basis.ak_public));
    return tpmwire::verify_quote(seen.quote->value(), ak, basis.selections, {seen.nonce, std::nullopt, basis.earlier});
}

}  // namespace

Observation observe(const AgentParts& parts, Quoter* quoter, const std::vector<PcrSelection>& selections, const ImaMemory& ima,
                    SteadyTime now) {
    Observation seen;
    seen.at = now;
    for (ClaimSource* source : parts.sources) source->collect(now, seen.claims);
    if (quoter == nullptr) return seen;
    seen.nonce = crypto::random_octets(kNonceSize);
    seen.quote = quoter->quote(selections, seen.nonce);
    seen.event_log = parts.event_log();
    // After the quote: then what was quoted is in the list, whatever is measured meanwhile (docs/adr/0015).
    if (*seen.quote) seen.ima = look_at_ima(parts.ima_list, seen.quote->value(), ima);
    return seen;
}

Appraisal appraise(Observation seen, const AppraisalBasis& basis) {
    Appraisal result{std::move(seen.claims), basis.earlier, std::nullopt, std::nullopt};
    result.claims.set("tpm.present", {seen.quote.has_value(), seen.at, "tpm"});
    if (!seen.quote) {
        without_quote("this device has no TPM", seen.at, result.claims);
        return result;
    }
    const auto verified = verify(seen, basis);
    if (!verified) {
        result.tpm_failure = verified.error();
        without_quote("no valid quote: " + verified.error().what, seen.at, result.claims);
        return result;
    }
    result.earlier = verified->circumstances.as_earlier();
    claim_log(seen.event_log, verified->pcrs, basis.reference, seen.at, result.claims);
    if (!seen.ima) return result;
    claim_ima_sight(*seen.ima, verified->pcrs, seen.at, result.claims);
    result.ima = std::move(seen.ima->progress);
    return result;
}

Result<void> quote_evidence(protocol::Evidence& evidence, Quoter* quoter, const std::vector<PcrSelection>& selections, SteadyTime now) {
    if (quoter == nullptr) return {};
    const Digest binding = protocol::binding_of(evidence, now);
    ANCHOR_ASSIGN_OR_RETURN(evidence.quote, quoter->quote(selections, binding.view()));
    return {};
}

Result<std::string> seal_evidence(const protocol::Evidence& evidence, DeviceKey* key, SteadyTime now) {
    const Bytes text = protocol::encode(evidence, now);
    if (key == nullptr) return std::string(as_text(text));
    ANCHOR_ASSIGN_OR_RETURN(const auto public_key, crypto::PublicKey::from_spki(key->public_key()));
    auto jws = crypto::sign_jws(protocol::kEvidenceTyp, text, crypto::JwsSigner{public_key.thumbprint(), *key});
    // A key that refuses (another boot state than the approved one) does not silence the device: the quote speaks for itself.
    if (!jws && evidence.quote && jws.error().kind == ErrorKind::Denied) return std::string(as_text(text));
    return jws;
}

Result<std::string> make_evidence(protocol::Evidence evidence, Quoter* quoter, DeviceKey* key, const std::vector<PcrSelection>& selections,
                                  SteadyTime now) {
    ANCHOR_RETURN_IF_ERROR(quote_evidence(evidence, quoter, selections, now));
    return seal_evidence(evidence, key, now);
}

}  // namespace anchor::agent
