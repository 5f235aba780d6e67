// SPDX-License-Identifier: Apache-2.0
#pragma once

// A registry in memory with everything it needs, and devices that speak to it in whole messages, as the broker would carry them.

#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <anchor/crypto/certificate_builder.h>
#include <anchor/crypto/hash.h>
#include <anchor/crypto/random.h>
#include <anchor/identity/enrollment.h>
#include <anchor/identity/rotation.h>
#include <anchor/identity/software_root.h>
#include <anchor/protocol/request.h>
#include <anchor/registry/policy_judge.h>
#include <anchor/registry/requests.h>
#include <anchor/trust/gate.h>
#include <fakes/fake_device.h>
#include <fakes/fake_shelf.h>
#include <fakes/fake_tpm.h>

namespace anchor::registry {

inline const std::string kTenant = "acme";
inline const std::string kClaim = "first";

inline crypto::SoftwareKey new_key() { return crypto::SoftwareKey::generate(KeyAlg::EcP256).value(); }

/// The registry of a tenant. reopen() is a restart: everything but the store's file is made anew.
class Fleet {
public:
    explicit Fleet(const std::string& path = ":memory:");

    void reopen();
    /// The process ends, and begins.
    void close();
    void open();
    /// Another issuing CA from the next reopen() on.
    void replace_issuing();
    [[nodiscard]] std::optional<Message> ask(std::string topic, Bytes payload);
    /// Reference values of the default group, signed by the authority.
    void set_reference(const Json& body, std::optional<WallTime> not_after = {}) {
        set_document(protocol::DocumentKind::Reference, body, not_after);
    }
    /// A policy of the default group, likewise. `signers`: how many of the authority's three keys, of which two have to.
    void set_policy(const Json& body, std::optional<WallTime> not_after = {}, std::size_t signers = 3) {
        set_document(protocol::DocumentKind::Policy, body, not_after, signers);
    }
    /// Of an EK, by a maker whose root this adds to those that count here.
    [[nodiscard]] crypto::Certificate endorsement_certificate(const Bytes& ek_public, crypto::SoftwareKey& maker, const std::string& name);
    void add_maker(const crypto::Certificate& root);
    [[nodiscard]] std::string last_audit();
    /// What a device of this fleet is born with.
    [[nodiscard]] protocol::ClaimBundle bundle() const;
    /// The next trust-anchor set, which the keys in force have signed: as the one before, with another anchor for brokers beside it.
    void change_anchors();
    /// In two sets, as the commands do it: one has both keys, the next the new one alone.
    void replace_online_key();
    /// An order that the device leaves, signed by the authority's keys; gives it as signed.
    std::string order_departure(const DeviceId& id, const Json& body);
    [[nodiscard]] DeviceRecord record(const DeviceId& id) const { return store->device(id).value().value(); }
    /// Signs and stores the next standing of a device, as an operator's command does.
    void set_standing(const DeviceId& id, const std::function<void(Standing&)>& change);
    [[nodiscard]] const crypto::Certificate& root() const { return *root_; }

    fakes::FakeClock clock;
    fakes::FakeShelf shelf;
    Settings settings;
    protocol::Topics topics = protocol::Topics::of(kTenant).value();
    std::unique_ptr<Store> store;
    std::unique_ptr<Authority> authority;
    std::unique_ptr<Verifier> verifier;
    std::unique_ptr<Requests> requests;
    RegisterJudge by_registers;
    std::unique_ptr<PolicyJudge> judge;

private:
    void end_all_but_store();
    void save_anchors(const protocol::AnchorSet& set);
    void set_document(protocol::DocumentKind kind, const Json& body, std::optional<WallTime> not_after, std::size_t signers = 3);
    [[nodiscard]] OnlineKeys keys() const;

    std::string path_;
    std::shared_ptr<crypto::SoftwareKey> online_ = std::make_shared<crypto::SoftwareKey>(new_key());
    std::shared_ptr<crypto::SoftwareKey> issuing_ = std::make_shared<crypto::SoftwareKey>(new_key());
    crypto::SoftwareKey root_key_ = new_key();
    std::vector<crypto::SoftwareKey> authority_keys_;
    std::optional<crypto::Certificate> root_;
    std::optional<crypto::Certificate> issuing_certificate_;
    std::vector<Predecessor> predecessors_;
    std::uint64_t document_version_ = 0;
};

/// A device in memory. Its answers are believed only through the gate, as a real one's.
class TestDevice {
public:
    TestDevice(Fleet& fleet, RootOfTrust& root) : fleet_(fleet), root_(root) {}

    /// Both steps. The refusal's text where there was one, empty where it is enrolled.
    std::string enroll();
    [[nodiscard]] Message begin_message();
    /// From the reply to begin, the message of prove; `change` is the last to touch what it says.
    [[nodiscard]] Message prove_message(const protocol::Reply& reply, const Digest& reply_digest,
                                        const std::function<void(protocol::EnrollProve&)>& change = {});
    std::string finish(const protocol::Reply& reply);

    /// The text of the refusal, or empty; `answer` is then the body.
    std::string ask(std::string_view verb, const Json& body);
    [[nodiscard]] Message signed_message(std::string_view verb, const Json& body);
    std::string attest();
    /// The next key, certified, and what has to be said about it.
    [[nodiscard]] identity::Rotation next(const identity::RotationSettings& settings = {}) {
        return identity::Rotation::begin(keyring_, identity->device, kTenant, identity->current.key, settings).value();
    }
    /// Asks for a certificate for it. The refusal's text, or empty.
    std::string rotate(const identity::Rotation& next);
    /// Requests are signed by the key of that slot from now on.
    void use(const identity::Slot& slot) { key_ = keyring_.forge->load(slot.key).value(); }
    [[nodiscard]] protocol::NonceGrant nonce();
    [[nodiscard]] std::string evidence_text(const Bytes& nonce, const std::vector<PcrSelection>& selections);

    /// A reply as the device would take it; aborts where the gate refuses it.
    [[nodiscard]] protocol::Reply open_reply(const Message& reply, const Message& request);
    [[nodiscard]] static std::string refusal_of(const protocol::Reply& reply);
    [[nodiscard]] protocol::AttestationResult result() const;

    std::optional<identity::Enrollment> enrollment;
    std::optional<identity::Identity> identity;
    std::optional<identity::Slot> next_slot;  ///< of the last rotate() that was granted
    Json answer;
    std::optional<ErrorKind> refusal_kind;  ///< of the last ask(), where there was one
    Claims also_says;                       ///< in its Evidence, besides what every device of these tests says
    std::optional<protocol::ImaPart> ima_list;
    std::vector<PcrSelection> quoted{{HashAlg::Sha256, 0x7fff}};
    protocol::Topics topics = protocol::Topics::of(kTenant).value();

private:
    Fleet& fleet_;
    RootOfTrust& root_;
    Keyring keyring_;
    std::shared_ptr<DeviceKey> key_;
    Digest begin_digest_{HashAlg::Sha256};
    std::string last_result_;
};

/// A device without a TPM, enrolled where the owner allows that.
class WithoutATpm : public testing::Test {
protected:
    void SetUp() override {
        fleet.settings.allow_software_keys = true;
        ASSERT_EQ(device.enroll(), "");
    }

    Fleet fleet;
    identity::SoftwareRoot root;
    TestDevice device{fleet, root};
};

}  // namespace anchor::registry
