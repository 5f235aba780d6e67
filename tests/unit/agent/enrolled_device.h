// SPDX-License-Identifier: Apache-2.0
#pragma once

// A device that has enrolled, and the owner who can sign for it: the state that an enrolment leaves, made by hand, so that the life
// after it can be tested without a registry.

#include <algorithm>
#include <array>

#include <anchor/agent/agent.h>
#include <anchor/agent/device_state.h>
#include <anchor/crypto/certificate_builder.h>
#include <anchor/crypto/hash.h>
#include <anchor/crypto/private_key.h>
#include <anchor/protocol/bodies.h>
#include <fakes/fake_device.h>

namespace anchor::agent {

class EnrolledDevice {
public:
    EnrolledDevice() {
        state_.anchors = anchors(1);
        RootState root = root_.renew().value();
        const Keyring keyring = root_.open(root).value();
        identity::Slot slot{keyring.forge->make(KeyAlg::EcP256).value(), {}};
        state_.identity = identity::Identity{device_id, "acme", std::move(root), std::move(slot), {}, "broker.example", 8883};
        state_.group = "gateways";
    }

    /// The set of the owner's keys as they are now.
    protocol::AnchorSet anchors(std::uint64_t version) const {
        protocol::AnchorSet anchors{.version = version};
        for (const crypto::SoftwareKey* key : {&online_, &offline_}) anchors.keys.emplace(kid(*key), key->public_value());
        for (std::size_t i = 0; i < protocol::kDocumentKindCount; ++i) {
            const auto kind = static_cast<protocol::DocumentKind>(i);
            anchors.roles[kind] = {{kid(protocol::is_offline(kind) ? offline_ : online_)}, 1};
        }
        anchors.broker_anchors = {Bytes{0}, Bytes{static_cast<std::uint8_t>(version)}};  // roots change by overlap
        return anchors;
    }
    std::string signed_anchors(std::uint64_t version) {
        return signed_document(protocol::DocumentKind::Anchors, "", version, protocol::to_json(anchors(version)));
    }
    /// The next set, in which every key is another one: by the old ones and the new ones.
    std::string replace_every_key(std::uint64_t version) {
        crypto::SoftwareKey before = std::exchange(offline_, crypto::SoftwareKey::generate(KeyAlg::EcP256).value());
        replace_online_key();
        const protocol::Document document{
            protocol::DocumentKind::Anchors,    "acme", protocol::audience_fleet(), "", version, device.clock.wall(), std::nullopt,
            protocol::to_json(anchors(version))};
        const std::array signers = {crypto::JwsSigner{kid(before), before}, crypto::JwsSigner{kid(offline_), offline_}};
        return protocol::sign(document, signers).value();
    }
    std::string sign_online(const protocol::Document& document) {
        const std::array signers = {crypto::JwsSigner{kid(online_), online_}};
        return protocol::sign(document, signers).value();
    }
    void replace_online_key() { online_ = crypto::SoftwareKey::generate(KeyAlg::EcP256).value(); }

    /// What a claim bundle says about the owner whose first set this is.
    protocol::ClaimBundle bundle(std::string anchors) const {
        protocol::ClaimBundle bundle{.tenant = "acme", .claim = "first", .host = "broker.example", .port = 8884};
        bundle.private_key = online_.to_pkcs8_pem();
        bundle.anchors = std::move(anchors);
        bundle.authority.emplace(kid(offline_), offline_.public_value());
        return bundle;
    }

    /// Gives the device a certificate that ends then.
    void certify(WallTime not_after) {
        const crypto::Validity validity{device.clock.wall(), not_after};
        const auto root = crypto::CertificateBuilder::root(offline_, "root", validity).value();
        auto builder = crypto::CertificateBuilder::open(root, offline_).value();
        const auto certificate = builder.device(online_.public_value(), "acme", device_id.text(), validity).value();
        state_.identity->current.certificates = {to_bytes(certificate.der())};
    }

    /// The registry's reply to what was asked last with that verb.
    Message reply(std::string_view verb, Json answer, WallTime issued, std::string fresh = {}) {
        const auto last = std::find_if(device.link.sent.rbegin(), device.link.sent.rend(),
                                       [&](const Message& message) { return message.topic.ends_with(verb); });
        const protocol::Reply body{std::string(verb), crypto::hash(HashAlg::Sha256, last->payload), std::nullopt, std::move(answer),
                                   std::move(fresh)};
        const std::array signers = {crypto::JwsSigner{kid(online_), online_}};
        const std::string text = protocol::sign(protocol::reply_document(body, "acme", device_id, issued), signers).value();
        return {"anchor/1/acme/device/" + device_id.text() + "/reply", to_bytes(text), last->correlation};
    }

    /// A policy that trusts a device whose registers are as they should be.
    static Json policy_body(std::string_view recover_after) {
        return {{"policy", "edge"},
                {"version", 1},
                {"rules",
                 {{{"id", "registers"},
                   {"about", "hardware"},
                   {"require", "boot.pcrs_match"},
                   {"otherwise", "contraindicated"},
                   {"if_unknown", "contraindicated"},
                   {"because", "The boot is not the approved one."}}}},
                {"levels", {{"recover_after", recover_after}, {"recovery", "local"}}},
                {"access", {{"plc.write", "trusted"}}}};
    }

    /// The registers as they are now, as reference values.
    Json reference_body() const { return {{"pcrs", {{"16", {tpm->pcrs().find(HashAlg::Sha256, 16)->text()}}}}}; }

    std::string signed_document(protocol::DocumentKind kind, const std::string& name, std::uint64_t version, Json body,
                                std::optional<WallTime> not_after = {}) {
        const bool personal = kind == protocol::DocumentKind::Standing || kind == protocol::DocumentKind::Result ||
                              kind == protocol::DocumentKind::Reinstatement || kind == protocol::DocumentKind::Departure;
        const bool for_all = kind == protocol::DocumentKind::Anchors;
        const std::string audience = personal  ? protocol::audience_device(device_id)
                                     : for_all ? protocol::audience_fleet()
                                               : protocol::audience_group("gateways");
        const protocol::Document document{kind, "acme", audience, name, version, device.clock.wall(), not_after, std::move(body)};
        crypto::SoftwareKey& key = protocol::is_offline(kind) ? offline_ : online_;
        const std::array signers = {crypto::JwsSigner{kid(key), key}};
        return protocol::sign(document, signers).value();
    }

    std::string standing(std::uint64_t number, StandingStatus status, const std::string& reason = "") {
        return signed_document(protocol::DocumentKind::Standing, "", number,
                               protocol::to_json(Standing{.status = status, .group = "gateways", .reason = reason}));
    }

    void put(const std::string& key, std::uint64_t version, std::string text) {
        state_.documents[key] = std::move(text);
        state_.floors[key] = version;
    }

    /// With policy and reference values, as after an enrolment.
    void install_documents(std::string_view recover_after = "1m") {
        put("policy/edge", 1, signed_document(protocol::DocumentKind::Policy, "edge", 1, policy_body(recover_after)));
        put("reference/boot", 1, signed_document(protocol::DocumentKind::Reference, "boot", 1, reference_body()));
    }

    /// The program starts, as after a power cut.
    void start(AgentSettings settings = {}) {
        if (!agent) device.store.saved = encode(state_);
        device.worker.forget();
        settings.selections = selections;
        auto parts = device.parts();
        parts.policies_changed = policies_changed;
        agent = std::make_unique<Agent>(std::move(parts), std::move(settings));
        agent->start();
        pump();
    }

    [[nodiscard]] RootOfTrust& root() { return root_; }
    /// Remembered by the device at the moment; may be changed before start().
    DeviceState& state() { return state_; }
    [[nodiscard]] DeviceState saved() const { return device_state_from(*device.store.saved).value(); }

    void pump() {
        while (device.worker.step()) {
        }
    }
    void tick(Milliseconds after) {
        device.clock.pass(after);
        agent->tick();
        pump();
    }
    [[nodiscard]] Level level() const { return agent->trust().level; }

    std::vector<PcrSelection> selections{{HashAlg::Sha256, 1U << 16U}};
    DeviceId device_id = DeviceId::parse("abcdefghijklmnopqrstuvwxyz").value();
    std::function<void(const policy::PolicySet&)> policies_changed;
    std::shared_ptr<fakes::FakeTpm> tpm = std::make_shared<fakes::FakeTpm>();

private:
    static std::string kid(const crypto::SoftwareKey& key) { return key.public_value().thumbprint(); }

    crypto::SoftwareKey online_ = crypto::SoftwareKey::generate(KeyAlg::EcP256).value();
    crypto::SoftwareKey offline_ = crypto::SoftwareKey::generate(KeyAlg::EcP256).value();
    fakes::FakeRoot root_{tpm};
    DeviceState state_;

public:
    fakes::FakeDevice device{root_};
    std::unique_ptr<Agent> agent;
};

}  // namespace anchor::agent
