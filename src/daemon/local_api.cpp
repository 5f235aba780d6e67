// SPDX-License-Identifier: Apache-2.0
#include "local_api.h"

#include <algorithm>
#include <asio/post.hpp>
#include <nlohmann/json.hpp>

#include <anchor/base/encoding.h>
#include <anchor/protocol/signing.h>
#include <anchor/tpmwire/pcr_file.h>

namespace anchor::daemon {
namespace {

constexpr std::size_t kMaxNonce = 64;
constexpr std::size_t kMaxQuotes = 4;        // asked for by operators and not yet made: each keeps the worker from its round
constexpr std::size_t kMaxPieces = 4;        // the same for logs
constexpr std::size_t kAroundAPiece = 1024;  // of Varlink and JSON
static_assert((LogPieces::kPiece + 2) / 3 * 4 + kAroundAPiece <= control::ServerLimits{}.unread_output,
              "a caller whose answer is larger is disconnected");

Result<std::string> only_text(const Json& parameters, std::string_view name) {
    ANCHOR_RETURN_IF_ERROR(json_only_keys(parameters, {name}));
    return json_string(parameters, name);
}

Result<Level> wanted_level(const Json& parameters) {
    if (parameters.empty() || (parameters.size() == 1 && parameters.contains("wanted") && parameters["wanted"].is_null()))
        return Level::Trusted;
    ANCHOR_ASSIGN_OR_RETURN(const std::string name, only_text(parameters, "wanted"));
    const auto level = level_from(name);
    if (!level) return rejected("wanted: expected trusted, restricted, unverified, quarantined or revoked");
    return *level;
}

Result<Bytes> nonce_of(const Json& parameters) {
    ANCHOR_ASSIGN_OR_RETURN(const std::string text, only_text(parameters, "nonce"));
    if (text.empty() || text.size() > 2 * kMaxNonce) return rejected("nonce: expected 1 to 64 octets in hexadecimal");
    auto nonce = from_hex(text);
    if (!nonce) return std::move(nonce).error().within("nonce");
    return nonce;
}

// TPM2B_PUBLIC, Part 2 §12.2.5: the area behind its size.
Bytes sized(ByteView area) {
    Bytes octets = {static_cast<std::uint8_t>(area.size() >> 8U), static_cast<std::uint8_t>(area.size() & 0xFFU)};
    append(octets, area);
    return octets;
}

Result<Json> evidence_json(const agent::QuoteForPeople& made, const std::vector<PcrSelection>& selections) {
    ANCHOR_ASSIGN_OR_RETURN(const Bytes pcrs, tpmwire::pcr_file(selections, made.quote.pcrs));
    return Json{{"quote", to_base64(made.quote.attestation.attest)},
                {"signature", to_base64(made.quote.attestation.signature)},
                {"pcrs", to_base64(pcrs)},
                {"ak", to_base64(sized(made.ak_public))}};
}

// "policy", of a document that the gate has let through.
std::string kind_of(std::string_view document) {
    if (document.find("-----BEGIN X509 CRL-----") != std::string_view::npos) return "revocation list";
    const auto kind = protocol::document_kind_of(document);
    return kind ? std::string(to_string(*kind)) : "document";
}

}  // namespace

void LocalApi::answer(const control::Call& call, const control::Responder& responder) {
    using Answer = void (LocalApi::*)(const control::Call&, const control::Responder&);
    static constexpr std::pair<std::string_view, Answer> kAnswers[] = {
        {"GetStatus", &LocalApi::get_status},
        {"GetDecision", &LocalApi::get_decision},
        {"Subscribe", &LocalApi::subscribe},
        {"GetEvidence", &LocalApi::get_evidence},
        {"GetLog", &LocalApi::get_log},
        {"Attest", &LocalApi::attest},
        {"Rotate", &LocalApi::rotate},
        {"Reset", &LocalApi::reset},
        {"CheckAccess", &LocalApi::check_access},
        {"PutTelemetry", &LocalApi::put_telemetry},
        {"Import", &LocalApi::import},
        {"VerifyPeer", &LocalApi::verify_peer},
    };
    const auto* found = std::ranges::find(kAnswers, call.method, [](const auto& entry) { return entry.first; });
    if (found == std::end(kAnswers)) return responder.fail(unavailable(call.method + " is not answered by this agent"));
    (this->*found->second)(call, responder);
}

Json LocalApi::status() const {
    Json status = agent_.status();
    status["version"] = version_;
    return status;
}

void LocalApi::get_status(const control::Call&, const control::Responder& responder) { responder.done({{"status", status()}}); }

void LocalApi::get_decision(const control::Call& call, const control::Responder& responder) {
    const auto wanted = wanted_level(call.parameters);
    if (!wanted) return responder.fail(wanted.error());
    responder.done({{"decision", agent_.decision(*wanted)}});
}

void LocalApi::subscribe(const control::Call&, const control::Responder& responder) {
    std::erase_if(subscribers_, [](const auto& subscriber) { return !subscriber.waiting(); });
    if (subscribers_.empty()) told_ = status();
    responder.next({{"status", told_}});
    subscribers_.push_back(responder);
    changed();
}

void LocalApi::get_evidence(const control::Call& call, const control::Responder& responder) {
    auto nonce = nonce_of(call.parameters);
    if (!nonce) return responder.fail(nonce.error());
    if (quotes_ >= kMaxQuotes) return responder.fail(unavailable("other quotes are being made"));
    ++quotes_;
    agent_.quote(std::move(nonce).value(), [this, responder](const Result<agent::QuoteForPeople>& made) {
        --quotes_;
        if (!made) return responder.fail(made.error());
        const auto evidence = evidence_json(*made, selections_);
        return evidence ? responder.done(*evidence) : responder.fail(evidence.error());
    });
}

void LocalApi::get_log(const control::Call& call, const control::Responder& responder) {
    const auto keys = json_only_keys(call.parameters, {"log", "offset"});
    const auto log = keys ? json_string(call.parameters, "log") : Result<std::string>(keys.error());
    if (!log) return responder.fail(log.error());
    const auto offset = json_unsigned(call.parameters, "offset");
    if (!offset) return responder.fail(offset.error());
    if (pieces_ >= kMaxPieces) return responder.fail(unavailable("other logs are being read"));
    ++pieces_;
    logs_.read(*log, *offset, [this, responder](const Result<Bytes>& piece) {
        --pieces_;
        if (!piece) return responder.fail(piece.error());
        responder.done({{"octets", to_base64(*piece)}});
    });
}

void LocalApi::attest(const control::Call&, const control::Responder& responder) {
    agent_.attest([this, responder](const Result<Level>& how) {
        if (!how) return responder.fail(how.error());
        Json result = status()["attestation"];
        result["level"] = to_string(*how);
        responder.done({{"result", std::move(result)}});
    });
}

void LocalApi::rotate(const control::Call&, const control::Responder& responder) {
    agent_.rotate([responder](const Result<std::string>& how) {
        return how ? responder.done({{"serial", *how}}) : responder.fail(how.error());
    });
}

void LocalApi::reset(const control::Call&, const control::Responder& responder) {
    const auto done = agent_.reset();
    done ? responder.done(Json::object()) : responder.fail(done.error());
}

void LocalApi::check_access(const control::Call& call, const control::Responder& responder) {
    const auto name = only_text(call.parameters, "name");
    if (!name) return responder.fail(name.error());
    responder.done({{"allowed", agent_.allows(*name)}, {"level", to_string(agent_.trust().level)}});
}

void LocalApi::put_telemetry(const control::Call& call, const control::Responder& responder) {
    if (auto taken = telemetry_.put(call.parameters, call.peer.uid); !taken) return responder.fail(taken.error());
    responder.done(Json::object());
}

void LocalApi::import(const control::Call& call, const control::Responder& responder) {
    const auto document = only_text(call.parameters, "document");
    if (!document) return responder.fail(document.error());
    if (auto taken = agent_.import(*document); !taken) return responder.fail(taken.error());
    responder.done({{"accepted", kind_of(*document)}});
}

void LocalApi::verify_peer(const control::Call& call, const control::Responder& responder) {
    const auto keys = json_only_keys(call.parameters, {"certificate", "current"});
    const auto pem = keys ? json_string(call.parameters, "certificate") : Result<std::string>(keys.error());
    if (!pem) return responder.fail(pem.error());
    const bool says = call.parameters.contains("current") && !call.parameters["current"].is_null();
    const auto current = says ? json_bool(call.parameters, "current") : Result<bool>(true);
    if (!current) return responder.fail(current.error());
    const auto peer = agent_.verify_peer(*pem, *current);
    if (!peer) return responder.fail(peer.error());
    responder.done(*peer);
}

void LocalApi::changed() {
    if (telling_soon_ || subscribers_.empty()) return;
    telling_soon_ = true;
    asio::post(loop_, [this] { tell(); });
}

void LocalApi::tell() {
    telling_soon_ = false;
    std::erase_if(subscribers_, [](const auto& subscriber) { return !subscriber.waiting(); });
    Json now = status();
    if (now == told_) return;
    told_ = std::move(now);
    for (const auto& subscriber : subscribers_) subscriber.next({{"status", told_}});
}

}  // namespace anchor::daemon
