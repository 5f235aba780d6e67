// SPDX-License-Identifier: Apache-2.0
#include <anchor/registry/requests.h>

#include <anchor/base/plain_text.h>
#include <anchor/crypto/hash.h>

#include "rate_bound.h"

namespace anchor::registry {
namespace {

using protocol::Request;

// A device sends its logs in pieces, so a burst is a log. Claim certificates are shared by a batch.
constexpr double kPerSecond = 5;
constexpr double kBurst = 600;
constexpr double kClaimPerSecond = 20;
constexpr double kClaimBurst = 200;
constexpr std::size_t kAskers = 100'000;
// An appraisal may mean to replay logs of 32 MiB. Devices attest each hour, and when something changed.
constexpr double kAppraisalsPerSecond = 0.1;
constexpr double kAppraisalBurst = 30;
// Each means a certificate. A device needs one in a year, and one more where its power went at the wrong moment.
constexpr double kRotationsPerSecond = 1.0 / 600;
constexpr double kRotationBurst = 12;
// Each is kept for ever. A device that was away comes with many; one whose level moves all the time waits, and keeps them in its outbox.
constexpr double kReportsPerSecond = 1.0 / 60;
constexpr double kReportBurst = 200;
// Of them the newest are kept. A full outbox may come at once: each refusal in between would stand in the audit log.
constexpr double kTelemetryPerSecond = 1.0 / 60;
constexpr double kTelemetryBurst = 1000;
// The audit log only grows, so that strangers must not be those who say how fast.
constexpr double kRefusalsPerSecond = 1.0 / 60;
constexpr double kRefusalBurst = 60;
constexpr std::size_t kRefusedAskers = 10'000;
// All together whose name is only their own word, and the broker's.
constexpr double kStrangersPerSecond = 0.1;
constexpr double kStrangerBurst = 200;
constexpr std::size_t kLongestReason = 1000;

// Reasons quote foreign input, perhaps cut in the middle of a character.
std::string plain(std::string_view what) { return plain_text(what, kLongestReason); }

// The same octets on another topic are another request: who sends a foreign one gets no foreign answer.
Digest digest_with_topic(const Message& message) {
    const std::uint8_t separator = 0;
    return crypto::hash(HashAlg::Sha256, {as_bytes(message.topic), ByteView(&separator, 1), message.payload});
}

Result<void> check_addressee(const Request& request, const protocol::RequestTopic& topic, const std::string& tenant) {
    if (request.tenant != tenant) return rejected("the request is for another tenant");
    if (request.device != topic.device) return rejected("the request is of device " + request.device.text() + ", its topic is not");
    if (request.verb != topic.verb) return rejected("the request is \"" + request.verb.substr(0, 32) + "\", its topic is not");
    return {};
}

}  // namespace

Requests::Requests(const Settings& settings, protocol::Topics topics, Store& store, Authority& authority, Verifier& verifier,
                   const Clock& clock, BlobShelf* shelf)
    : settings_(settings),
      topics_(std::move(topics)),
      store_(store),
      authority_(authority),
      verifier_(verifier),
      clock_(clock),
      shelf_(shelf),
      enrollment_(settings, store, authority, verifier, clock),
      devices_(std::make_unique<RateBound>(kPerSecond, kBurst, kAskers)),
      claims_(std::make_unique<RateBound>(kClaimPerSecond, kClaimBurst, kAskers)),
      appraisals_(std::make_unique<RateBound>(kAppraisalsPerSecond, kAppraisalBurst, kAskers)),
      rotations_(std::make_unique<RateBound>(kRotationsPerSecond, kRotationBurst, kAskers)),
      reports_(std::make_unique<RateBound>(kReportsPerSecond, kReportBurst, kAskers)),
      telemetry_(std::make_unique<RateBound>(kTelemetryPerSecond, kTelemetryBurst, kAskers)),
      refusals_(std::make_unique<RateBound>(kRefusalsPerSecond, kRefusalBurst, kRefusedAskers)),
      claim_refusals_(std::make_unique<RateBound>(kRefusalsPerSecond, kRefusalBurst, kRefusedAskers)),
      strangers_(std::make_unique<RateBound>(kStrangersPerSecond, kStrangerBurst, 1)) {}

Requests::~Requests() = default;

std::optional<Message> Requests::answer(const Message& request) {
    const auto topic = protocol::parse_request_topic(topics_, request.topic);
    if (!topic) return std::nullopt;
    Asked asked{*topic, request, crypto::hash(HashAlg::Sha256, request.payload)};
    const bool enrolling = !topic->claim.empty();
    const Admission admission =
        enrolling ? claims_->ask(topic->claim, clock_.steady()) : devices_->ask(topic->device.text(), clock_.steady());
    if (admission == Admission::Drop) return std::nullopt;

    Result<std::string> reply = unavailable("asked too often: wait");
    if (admission == Admission::Pass) reply = store_.atomically([&] { return answer_once(asked); });
    // What the store could not keep did not happen; all that can be said is to try again.
    if (!reply) reply = signed_reply(asked, Result<Answer>(unavailable(reply.error().what)), {});
    if (!reply) return std::nullopt;
    Message message;
    message.topic = enrolling ? topics_.enroll_reply(topic->claim, topic->device) : topics_.reply(topic->device);
    message.payload = to_bytes(*reply);
    message.correlation = request.correlation;
    return message;
}

Result<std::string> Requests::answer_once(Asked& asked) {
    const Digest key = digest_with_topic(asked.message);
    ANCHOR_ASSIGN_OR_RETURN(auto before, store_.answer(key));
    if (before) return std::move(*before);

    const auto judged = judge(asked);
    const std::string& device = asked.topic.device.text();
    if (!judged) {
        ANCHOR_RETURN_IF_ERROR(audit_refusal(asked, judged.error()));
    }
    ANCHOR_ASSIGN_OR_RETURN(std::string fresh, authority_.fresh());
    ANCHOR_ASSIGN_OR_RETURN(std::string reply, signed_reply(asked, judged, std::move(fresh)));
    if (judged && !judged->session.empty()) {
        ANCHOR_RETURN_IF_ERROR(store_.set_session_reply(judged->session, crypto::hash(HashAlg::Sha256, as_bytes(reply))));
    }
    // "Try later" is no answer for good. A piece of what is published is the same whenever it is asked for.
    const bool final =
        (judged.has_value() || judged.error().kind != ErrorKind::Unavailable) && asked.topic.verb != protocol::verb::kBlobGet;
    if (final) {
        ANCHOR_RETURN_IF_ERROR(store_.remember_answer(key, device, reply, clock_.wall()));
    }
    return reply;
}

// A name that nothing proves is not counted by: who makes it up makes up ten thousand. A claim has a bound of its own below that of all
// strangers, so that one batch does not hide what comes of another.
Admission Requests::admit_refusal(const Asked& asked) {
    const SteadyTime now = clock_.steady();
    if (asked.proven) return refusals_->ask(asked.topic.device.text(), now);
    const Admission of_claim = asked.topic.claim.empty() ? Admission::Pass : claim_refusals_->ask(asked.topic.claim, now);
    if (of_claim == Admission::Drop) return of_claim;
    const Admission of_all = strangers_->ask("", now);
    return of_all == Admission::Pass ? of_claim : of_all;
}

Result<void> Requests::audit_refusal(const Asked& asked, const Error& why) {
    const Admission admission = admit_refusal(asked);
    if (admission == Admission::Drop) {
        if (!asked.proven) ++strangers_unwritten_;
        return {};
    }
    std::string what = asked.topic.verb + ": " + plain(why.what);
    if (admission == Admission::Refuse) what += " (and more that are not written down)";
    if (const auto unwritten = asked.proven ? 0 : std::exchange(strangers_unwritten_, 0); unwritten != 0)
        what += " (before it " + std::to_string(unwritten) + " of strangers that are not written down)";
    return store_.audit("refused", asked.topic.device.text(), what, clock_.wall());
}

Result<std::string> Requests::signed_reply(const Asked& asked, const Result<Answer>& judged, std::string fresh) {
    protocol::Reply reply{asked.topic.verb, asked.digest, std::nullopt, Json(), std::move(fresh)};
    if (judged)
        reply.body = judged->body;
    else
        reply.refusal = protocol::Refusal{judged.error().kind, plain(judged.error().what)};
    return authority_.reply(reply, asked.topic.device);
}

Result<Requests::Answer> Requests::judge(Asked& asked) {
    if (asked.message.payload.size() > protocol::kMaxMessage) return rejected("the message is larger than 120 KiB");
    if (!asked.topic.claim.empty()) {
        ANCHOR_ASSIGN_OR_RETURN(const Request request, protocol::request_from(asked.message.payload));
        ANCHOR_RETURN_IF_ERROR(check_addressee(request, asked.topic, settings_.tenant));
        return enroll(asked, request);
    }
    ANCHOR_ASSIGN_OR_RETURN(auto device, store_.device(asked.topic.device));
    if (!device) return stale("device " + asked.topic.device.text() + " is not known here: enrol");
    ANCHOR_ASSIGN_OR_RETURN(const Opened opened, open(asked, *device));
    asked.proven = true;
    if (opened.by_next_key) {
        ANCHOR_RETURN_IF_ERROR(take_over_next_key(*device));
    }
    return serve(*device, opened.request);
}

Result<Requests::Answer> Requests::enroll(const Asked& asked, const Request& request) {
    if (request.verb == protocol::verb::kEnrollBegin) {
        ANCHOR_ASSIGN_OR_RETURN(const auto challenge, enrollment_.begin(asked.topic.claim, request.device, request.body, asked.digest));
        return Answer{protocol::to_json(challenge), challenge.session};
    }
    if (request.verb == protocol::verb::kEnrollProve) {
        ANCHOR_ASSIGN_OR_RETURN(const auto grant, enrollment_.prove(asked.topic.claim, request.device, request.body));
        return Answer{protocol::to_json(grant), {}};
    }
    // Who was put aside is let in nowhere else, and has to hear of it; and a registry that has forgotten it has to be told.
    if (request.verb == protocol::verb::kStandingGet || request.verb == protocol::verb::kDocumentPut) {
        ANCHOR_ASSIGN_OR_RETURN(auto device, store_.device(request.device));
        if (!device) return stale("device " + request.device.text() + " is not known here: enrol");
        if (request.verb == protocol::verb::kDocumentPut) return give_back(*device, request.body);
        return Answer{{{"standing", device->standing_document}}, {}};
    }
    // Trust-anchor sets are for everybody: who was away for long reads nothing else before it has walked to the one in force.
    if (request.verb == protocol::verb::kDocumentGet) {
        ANCHOR_ASSIGN_OR_RETURN(const std::string kind, json_string(request.body, "kind"));
        if (kind == to_string(protocol::DocumentKind::Anchors)) return document(DeviceRecord{.id = request.device}, request.body);
    }
    return rejected("\"" + request.verb + "\" can't be asked with a claim certificate");
}

Result<Requests::Opened> Requests::open(const Asked& asked, const DeviceRecord& device) const {
    const std::string_view text = as_text(asked.message.payload);
    if (text.starts_with('{')) return rejected("signature: requests of devices are compact JWS");
    ANCHOR_ASSIGN_OR_RETURN(const auto key, crypto::PublicKey::from_spki(device.device_key));
    crypto::JwsKeys keys{{key.thumbprint(), key}};
    std::string next;
    if (!device.next_key.empty() && device.next_key != device.device_key) {
        ANCHOR_ASSIGN_OR_RETURN(const auto next_key, crypto::PublicKey::from_spki(device.next_key));
        next = next_key.thumbprint();
        keys.emplace(next, next_key);
    }
    auto unverified = crypto::UnverifiedJws::parse(text, {.octets = protocol::kMaxMessage});
    if (!unverified) return std::move(unverified).error().within("signature");
    // A store that was restored from a backup has forgotten a rotation: the device can help itself, if it is told.
    if (!keys.contains(unverified->headers().front().kid)) return stale("signature: by no key that this device has here: enrol again");
    auto verified = unverified->verify(protocol::kRequestTyp, keys);
    if (!verified) return std::move(verified).error().within("signature: not by this device's key");
    ANCHOR_ASSIGN_OR_RETURN(Request request, protocol::request_from(verified->payload));
    ANCHOR_RETURN_IF_ERROR(check_addressee(request, asked.topic, settings_.tenant));
    const bool by_next_key = !next.empty() && verified->kids.front() == next;
    return Opened{std::move(request), by_next_key};
}

}  // namespace anchor::registry
