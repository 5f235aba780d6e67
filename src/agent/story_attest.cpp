// SPDX-License-Identifier: Apache-2.0
#include "story.h"

#include <anchor/base/encoding.h>
#include <anchor/crypto/hash.h>

namespace anchor::agent {
namespace {

constexpr Milliseconds kRetry{30'000};
constexpr std::size_t kMaxExtraData = 64;
// A message holds the chunk in base64url, inside JSON, inside a JWS: 16/9 of it, and a header.
constexpr std::size_t kChunk = 60UL * 1024;

}  // namespace

void Agent::Story::attest() {
    attest_soon_ = true;
    if (!connected_ || !state_.identity || !keyring_ || attesting_) return;
    attesting_ = true;
    attest_soon_ = false;
    conversation_.ask(protocol::verb::kNonce, Json::object(), settings_.reply_deadline, [this](Result<Answer> answer) {
        if (!answer) return attestation_failed(answer.error());
        prove_time(answer->issued);
        take_fresh(answer->fresh, answer->issued);
        auto grant = protocol::nonce_grant_from(answer->body);
        if (!grant) return attestation_failed(grant.error());
        with_nonce(std::move(grant).value());
    });
}

void Agent::Story::with_nonce(protocol::NonceGrant grant) {
    if (grant.selections.empty()) grant.selections = settings_.selections;
    if (!keyring_ || !keyring_->quoter) return send_evidence(grant, std::nullopt);
    offload(
        parts_.worker, [this] { return parts_.event_log(); },
        [this, grant](Result<Bytes> octets) {
            if (stopped_) return;
            if (!octets || octets->empty()) return send_evidence(grant, std::nullopt);
            const auto log = std::make_shared<const Bytes>(std::move(octets).value());
            put_log(grant, log, {crypto::hash(HashAlg::Sha256, *log), log->size()}, std::nullopt);
        });
}

// First an empty chunk, which only asks how much the registry has: a log that it knows already is not sent again, and a transfer
// that broke goes on where it stopped.
void Agent::Story::put_log(const protocol::NonceGrant& grant, std::shared_ptr<const Bytes> log, const protocol::BlobName& name,
                           std::optional<std::uint64_t> have) {
    const std::uint64_t offset = have.value_or(0);
    const ByteView piece = have ? ByteView(*log).subspan(offset, std::min<std::uint64_t>(name.size - offset, kChunk)) : ByteView{};
    conversation_.ask(protocol::verb::kBlobPut, to_json(protocol::BlobChunk{name, offset, to_bytes(piece)}), settings_.reply_deadline,
                      [this, grant, log, name, have](Result<Answer> answer) {
                          if (!answer) return attestation_failed(answer.error());
                          const auto now_has = json_unsigned(answer->body, "have");
                          if (!now_has || *now_has > name.size || (have && *now_has <= *have)) {
                              return attestation_failed(rejected("the registry does not take the log"));
                          }
                          if (*now_has == name.size) return send_evidence(grant, name);
                          put_log(grant, log, name, *now_has);
                      });
}

void Agent::Story::send_evidence(const protocol::NonceGrant& grant, std::optional<protocol::BlobName> log) {
    if (!keyring_ || !state_.identity) return attestation_failed(unavailable("the keys are not open"));
    protocol::Evidence evidence{state_.identity->device, grant.nonce, {}, log, {}, claims_};
    const SteadyTime steady = parts_.clock.steady();
    offload(
        parts_.worker,
        [keyring = keyring_, key = device_key_, evidence, steady, selections = grant.selections] {
            return make_evidence(evidence, keyring->quoter.get(), key.get(), selections, steady);
        },
        [this](Result<std::string> text) {
            if (stopped_) return;
            if (!text) return attestation_failed(text.error());
            conversation_.ask(protocol::verb::kEvidence, {{"evidence", *text}}, settings_.reply_deadline,
                              [this](Result<Answer> answer) { attested(std::move(answer)); });
        });
}

void Agent::Story::attested(Result<Answer> answer) {
    if (!answer) return attestation_failed(answer.error());
    prove_time(answer->issued);
    take_fresh(answer->fresh, answer->issued);
    const auto result = json_string(answer->body, "result");
    if (!result) return attestation_failed(result.error());
    if (auto taken = accept(*result, protocol::DocumentKind::Result); !taken) return attestation_failed(taken.error());
    attesting_ = false;
    attest_at_ = parts_.clock.steady() + settings_.attest_every;
    last_attested_ = now();
    attestation_outcome_ = state_.trust.registry ? std::string(to_string(state_.trust.registry->level)) : "none";
    note(Severity::Info, "attested; the registry says " + attestation_outcome_);
    if (parts_.changed) parts_.changed();
}

void Agent::Story::attestation_failed(const Error& why) {
    attesting_ = false;
    attest_at_ = parts_.clock.steady() + kRetry;
    attestation_outcome_ = "failed: " + why.what;
    if (why.kind != ErrorKind::Unavailable || connected_) note(Severity::Warning, "attestation failed: " + why.what);
    if (parts_.changed) parts_.changed();
}

void Agent::Story::quote(Bytes nonce, std::function<void(Result<QuoteForPeople>)> done) {
    if (nonce.size() > kMaxExtraData) return done(rejected("a nonce has at most 64 octets"));
    if (!keyring_ || !keyring_->quoter) return done(denied("there is no attestation key: not enrolled yet, or no TPM"));
    offload(
        parts_.worker,
        [keyring = keyring_, nonce = std::move(nonce), selections = settings_.selections]() -> Result<QuoteForPeople> {
            ANCHOR_ASSIGN_OR_RETURN(Quote quote, keyring->quoter->quote(selections, nonce));
            return QuoteForPeople{std::move(quote), to_bytes(keyring->quoter->public_area())};
        },
        [done = std::move(done)](Result<QuoteForPeople> quote) { done(std::move(quote)); });
}

}  // namespace anchor::agent
