// SPDX-License-Identifier: Apache-2.0
#include "story.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include <anchor/base/encoding.h>
#include <anchor/crypto/hash.h>

#include "ima_part.h"

namespace anchor::agent {
namespace {

constexpr Milliseconds kRetry{30'000};
constexpr std::size_t kMaxExtraData = 64;
// A message holds the chunk in base64url, inside JSON, inside a JWS: 16/9 of it, and a header.
constexpr std::size_t kChunk = 60UL * 1024;

Result<ImaSending> plan_ima(LogSource* list, const Quote& quote, const ImaMemory& memory,
                            const std::optional<protocol::ImaPlace>& registry_has) {
    const ImaSight sight = look_at_ima(list, quote, memory);
    if (!sight.report) return sight.report.error();
    if (sight.report->proof != measure::ImaProof::Proven || !sight.progress) return unavailable("the IMA list is not proven");
    const bool same_boot = registry_has && registry_has->reset_count == sight.progress->reset_count;
    return plan_ima_part(*list, sight.progress->checkpoint, same_boot ? registry_has : std::nullopt);
}

}  // namespace

// Evidence on its way: what was quoted, and what of the IMA list goes with it.
struct Agent::Story::Sending {
    std::optional<protocol::Evidence> evidence;
    SteadyTime at{};
    std::uint64_t ima_offset = 0;
};

void Agent::Story::attest() {
    attest_soon_ = true;
    if (!with_registry() || !keyring_ || attesting_) return;
    attesting_ = true;
    attest_soon_ = false;
    std::ranges::move(std::exchange(waiting_for_attestation_, {}), std::back_inserter(being_attested_));
    ask(protocol::verb::kNonce, Json::object(), [this](Result<Answer> answer) {
        if (!answer) return attestation_failed(answer.error());
        prove_time(answer->issued);
        take_fresh(answer->fresh, answer->issued);
        auto grant = protocol::nonce_grant_from(answer->body);
        if (!grant) return attestation_failed(grant.error());
        with_nonce(std::move(grant).value());
    });
}

void Agent::Story::attest(std::function<void(Result<Level>)> done) {
    if (!with_registry()) return done(unavailable("not connected to the registry"));
    if (!keyring_) return done(unavailable("the keys are not open yet"));
    if (waiting_for_attestation_.size() >= kMostWaiting) return done(unavailable("others wait for the same"));
    waiting_for_attestation_.push_back(std::move(done));
    attest();
}

// Taken out first: a callback may ask again. A failure is everybody's.
void Agent::Story::attestation_over(const Result<Level>& how) {
    auto all = std::exchange(being_attested_, {});
    if (!how) std::ranges::move(std::exchange(waiting_for_attestation_, {}), std::back_inserter(all));
    for (const auto& done : all) done(how);
}

void Agent::Story::with_nonce(protocol::NonceGrant grant) {
    if (grant.selections.empty()) grant.selections = settings_.selections;
    if (!keyring_ || !keyring_->quoter) return quote_for(grant, std::nullopt);
    on_worker(
        [this] { return parts_.event_log(); },
        [this, grant](Result<Bytes> octets) {
            if (stopped_) return;
            if (!octets || octets->empty()) return quote_for(grant, std::nullopt);
            const auto log = std::make_shared<const Bytes>(std::move(octets).value());
            const BlobName name{crypto::hash(HashAlg::Sha256, *log), log->size()};
            put_blob(
                name,
                [log](std::uint64_t offset, std::size_t count) -> Result<Bytes> { return to_bytes(ByteView(*log).subspan(offset, count)); },
                [this, grant, name] { quote_for(grant, name); });
        });
}

// First an empty piece, which only asks how much the registry has: a log that it knows already is not sent again, and a transfer that
// broke goes on where it stopped. Where it fails, so does the attestation.
void Agent::Story::put_blob(const BlobName& name, ReadPiece read, std::function<void()> done) {
    put_piece(name, read, 0, {}, std::move(done));
}

void Agent::Story::put_piece(const BlobName& name, const ReadPiece& read, std::uint64_t offset, const Bytes& piece,
                             std::function<void()> done) {
    const bool asks = piece.empty();
    ask(protocol::verb::kBlobPut, to_json(protocol::BlobChunk{name, offset, piece}),
        [this, name, read, asks, offset, done = std::move(done)](Result<Answer> answer) {
            if (!answer) return attestation_failed(answer.error());
            const auto has = json_unsigned(answer->body, "have");
            if (!has || *has > name.size || (!asks && *has <= offset)) {
                return attestation_failed(rejected("the registry does not take the log"));
            }
            if (*has == name.size) return done();
            const auto count = static_cast<std::size_t>(std::min<std::uint64_t>(name.size - *has, kChunk));
            on_worker([read, from = *has, count] { return read(from, count); },
                      [this, name, read, from = *has, done](Result<Bytes> octets) {
                          if (stopped_) return;
                          if (!octets) return attestation_failed(octets.error());
                          put_piece(name, read, from, *octets, done);
                      });
        });
}

// The quote, and behind it the IMA list as far as the quote proves it: what the registry has of it already is not sent again.
void Agent::Story::quote_for(const protocol::NonceGrant& grant, std::optional<protocol::BlobName> log) {
    if (!keyring_ || !state_.identity) return attestation_failed(unavailable("the keys are not open"));
    const auto sending = std::make_shared<Sending>();
    sending->evidence.emplace(protocol::Evidence{state_.identity->device, grant.nonce, {}, log, {}, claims_});
    sending->at = parts_.clock.steady();
    on_worker(
        [this, sending, keyring = keyring_, grant, ima = ima_memory_]() -> Result<void> {
            protocol::Evidence& evidence = *sending->evidence;
            ANCHOR_RETURN_IF_ERROR(quote_evidence(evidence, keyring->quoter.get(), grant.selections, sending->at));
            if (!evidence.quote) return {};
            // Without the list the registry says what it misses; why it is not there stands in the device's own claims.
            if (const auto planned = plan_ima(parts_.ima_list, *evidence.quote, ima, grant.ima)) {
                evidence.ima_list = planned->part;
                sending->ima_offset = planned->offset;
            }
            return {};
        },
        [this, sending](const Result<void>& quoted) {
            if (stopped_) return;
            if (!quoted) return attestation_failed(quoted.error());
            const auto& part = sending->evidence->ima_list;
            if (!part || !part->octets) return send_evidence(sending);
            put_blob(
                *part->octets,
                [list = parts_.ima_list, begin = sending->ima_offset](std::uint64_t offset, std::size_t count) {
                    return read_ima_octets(*list, begin + offset, count);
                },
                [this, sending] { send_evidence(sending); });
        });
}

void Agent::Story::send_evidence(std::shared_ptr<Sending> sending) {
    on_worker([key = device_key_, sending] { return seal_evidence(*sending->evidence, key.get(), sending->at); },
              [this](Result<std::string> text) {
                  if (stopped_) return;
                  if (!text) return attestation_failed(text.error());
                  ask(protocol::verb::kEvidence, {{"evidence", *text}}, [this](Result<Answer> answer) { attested(std::move(answer)); });
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
    attestation_over(state_.trust.registry ? Result<Level>(state_.trust.registry->level) : unavailable("the result has expired already"));
    if (!waiting_for_attestation_.empty()) attest();
}

void Agent::Story::attestation_failed(const Error& why) {
    attesting_ = false;
    attest_at_ = parts_.clock.steady() + kRetry;
    attestation_outcome_ = "failed: " + why.what;
    if (why.kind != ErrorKind::Unavailable || connected_) note(Severity::Warning, "attestation failed: " + why.what);
    if (parts_.changed) parts_.changed();
    attestation_over(why);
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
