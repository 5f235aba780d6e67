// SPDX-License-Identifier: Apache-2.0
#include "conversation.h"

#include <anchor/crypto/hash.h>
#include <anchor/crypto/random.h>
#include <anchor/protocol/signing.h>

namespace anchor::agent {
namespace {

constexpr std::size_t kIdSize = 16;
constexpr std::size_t kMaxOpen = 32;
constexpr Milliseconds kFirstPatience{1'000};

Result<Bytes> signed_request(const protocol::Request& request, DeviceKey& key) {
    ANCHOR_ASSIGN_OR_RETURN(const auto public_key, crypto::PublicKey::from_spki(key.public_key()));
    ANCHOR_ASSIGN_OR_RETURN(const std::string jws, crypto::sign_jws(protocol::kRequestTyp, protocol::encode(request),
                                                                    crypto::JwsSigner{public_key.thumbprint(), key}));
    return to_bytes(jws);
}

// By a key that is not in force: of such a reply nothing counts but what it brings.
Result<Json> brought_by(const Message& message, const Digest& request) {
    ANCHOR_ASSIGN_OR_RETURN(const auto unproven, protocol::draft_from(as_text(message.payload)));
    if (unproven.document.kind != protocol::DocumentKind::Reply) return rejected("not a reply");
    ANCHOR_ASSIGN_OR_RETURN(protocol::Reply reply, protocol::reply_from(unproven.document));
    if (reply.request != request || reply.refusal) return rejected("a reply that brings nothing");
    return std::move(reply.body);
}

}  // namespace

void Conversation::speak_as(Voice voice) {
    fall_silent();
    voice_ = std::move(voice);
}

void Conversation::fall_silent() {
    era_ = std::make_shared<int>();
    voice_.reset();
    close_all(unavailable("the connection is gone"));
}

void Conversation::close_all(const Error& why) {
    // Taken out first: a callback may ask again.
    for (auto& [id, open] : std::exchange(open_, {})) open.on_answer(why);
}

void Conversation::ask(std::string_view verb, Json body, Milliseconds deadline, OnAnswer on_answer, Proof proof) {
    if (!voice_) return on_answer(unavailable("not connected to the registry"));
    if (open_.size() >= kMaxOpen) return on_answer(unavailable("too many requests are waiting for answers"));
    protocol::Request request{std::string(verb), voice_->topics.tenant(), voice_->device, crypto::random_octets(kIdSize), std::move(body)};
    const SteadyTime until = parts_.clock.steady() + deadline;
    if (!voice_->key) {
        Bytes message = protocol::encode(request);
        return send(request, std::move(message), until, std::move(on_answer), proof);
    }
    offload(
        parts_.worker, [request, key = voice_->key] { return signed_request(request, *key); },
        [this, request, until, proof, on_answer = std::move(on_answer), era = std::weak_ptr(era_)](Result<Bytes> message) {
            if (era.expired()) return on_answer(unavailable("the connection is gone"));
            if (!message) return on_answer(std::move(message).error().within("sign request"));
            send(request, std::move(message).value(), until, on_answer, proof);
        });
}

void Conversation::send(const protocol::Request& request, Bytes message, SteadyTime deadline, OnAnswer on_answer, Proof proof) {
    const Digest digest = crypto::hash(HashAlg::Sha256, message);
    const std::string topic = voice_->claim.empty() ? voice_->topics.request(voice_->device, request.verb)
                                                    : voice_->topics.enroll_request(voice_->claim, voice_->device, request.verb);
    Message sent{topic, std::move(message), request.id};
    const SteadyTime again = parts_.clock.steady() + kFirstPatience;
    open_.emplace(request.id, Open{digest, sent, deadline, again, kFirstPatience, on_answer, proof});
    if (auto published = parts_.link.publish(std::move(sent)); !published) {
        open_.erase(request.id);
        return on_answer(std::move(published).error());
    }
    if (parts_.wake_at) parts_.wake_at(again);
}

Result<void> Conversation::hear(const Message& message, const protocol::AnchorSet& anchors, const trust::Recipient& recipient) {
    const auto found = open_.find(message.correlation);
    if (found == open_.end()) return rejected("a reply that answers no open request");
    const auto verified = trust::Gate(anchors).accept_reply(as_text(message.payload), found->second.digest, recipient);
    if (!verified && found->second.proof == Proof::OfReply) return verified.error();
    if (!verified) {
        ANCHOR_ASSIGN_OR_RETURN(Json brought, brought_by(message, found->second.digest));
        const OnAnswer on_answer = std::move(found->second.on_answer);
        open_.erase(found);
        on_answer(Answer{.body = std::move(brought)});
        return {};
    }
    ANCHOR_ASSIGN_OR_RETURN(protocol::Reply reply, protocol::reply_from(verified->document()));
    Open open = std::move(found->second);
    open_.erase(found);
    if (reply.refusal) {
        open.on_answer(Error{reply.refusal->kind, "the registry says: " + reply.refusal->what, 0});
        return {};
    }
    open.on_answer(Answer{std::move(reply.body), open.digest, crypto::hash(HashAlg::Sha256, message.payload), verified->document().issued,
                          std::move(reply.fresh)});
    return {};
}

void Conversation::pass_time(SteadyTime now) {
    std::vector<OnAnswer> late;
    for (auto it = open_.begin(); it != open_.end();) {
        Open& open = it->second;
        if (open.deadline <= now) {
            late.push_back(std::move(open.on_answer));
            it = open_.erase(it);
            continue;
        }
        if (open.ask_again <= now) {
            open.patience *= 2;
            open.ask_again = now + open.patience;
            (void)parts_.link.publish(open.message);
        }
        if (parts_.wake_at) parts_.wake_at(open.ask_again);
        ++it;
    }
    for (const OnAnswer& on_answer : late) on_answer(unavailable("the registry did not answer in time"));
}

}  // namespace anchor::agent
