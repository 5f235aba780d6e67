// SPDX-License-Identifier: Apache-2.0
#include "fleet.h"

#include <algorithm>

#include <crypto/distinguished_name.h>
#include <crypto/extensions.h>
#include <crypto/oids.h>
#include <crypto/signed_object.h>

namespace anchor::registry {

using protocol::DocumentKind;
namespace der = crypto::der;

Fleet::Fleet(const std::string& path) : path_(path) {
    settings.tenant = kTenant;
    settings.allow_uncertified_ek = true;
    const WallTime since = std::chrono::floor<Seconds>(clock.wall()) - std::chrono::hours(1);
    const crypto::Validity validity{since, since + std::chrono::days(3650)};
    root_ = crypto::CertificateBuilder::root(root_key_, "root", validity).value();
    auto by_root = crypto::CertificateBuilder::open(*root_, root_key_).value();
    issuing_certificate_ = by_root.authority(issuing_->public_value(), "issuing", validity, 0).value();
    for (int i = 0; i < 3; ++i) authority_keys_.push_back(new_key());

    protocol::AnchorSet set{.version = 1};
    protocol::Role online{{online_->public_value().thumbprint()}, 1};
    protocol::Role offline{{}, 2};
    set.keys.emplace(online.kids.front(), online_->public_value());
    for (auto& key : authority_keys_) {
        offline.kids.push_back(key.public_value().thumbprint());
        set.keys.emplace(offline.kids.back(), key.public_value());
    }
    for (std::size_t i = 0; i < protocol::kDocumentKindCount; ++i) {
        const auto kind = static_cast<DocumentKind>(i);
        set.roles.emplace(kind, protocol::is_offline(kind) ? offline : online);
    }
    set.broker_anchors = set.device_anchors = {to_bytes(root_->der())};
    store = Store::open(path_).value();
    save_anchors(set);
    reopen();
}

void Fleet::save_anchors(const protocol::AnchorSet& set) {
    protocol::Document document{
        .kind = DocumentKind::Anchors, .tenant = kTenant, .audience = protocol::audience_fleet(), .version = set.version};
    document.issued = clock.wall();
    document.body = protocol::to_json(set);
    std::vector<crypto::JwsSigner> signers;
    for (auto& key : authority_keys_) signers.push_back({key.public_value().thumbprint(), key});
    const std::string text = protocol::sign(document, signers).value();
    if (!store->save({DocumentKind::Anchors, "", set.version, document.audience, text, document.issued})) std::abort();
}

std::string Fleet::order_departure(const DeviceId& id, const Json& body) {
    protocol::Document document{.kind = DocumentKind::Departure, .tenant = kTenant, .audience = protocol::audience_device(id)};
    document.name = id.text();
    const auto before = store->document(document.kind, document.name, 0).value();
    document.version = std::max(record(id).standing.number, before ? before->version : 0) + 1;
    document.issued = clock.wall();
    document.body = body;
    std::vector<crypto::JwsSigner> signers;
    for (auto& key : authority_keys_) signers.push_back({key.public_value().thumbprint(), key});
    std::string text = protocol::sign(document, signers).value();
    if (!store->save({document.kind, document.name, document.version, document.audience, text, document.issued})) std::abort();
    return text;
}

void Fleet::change_anchors() {
    protocol::AnchorSet set = authority->anchors();
    ++set.version;
    set.broker_anchors.push_back(to_bytes(issuing_certificate_->der()));
    save_anchors(set);
    if (!authority->refresh()) std::abort();
}

void Fleet::replace_online_key() {
    const auto next = std::make_shared<crypto::SoftwareKey>(new_key());
    const std::string before = online_->public_value().thumbprint();
    const std::string after = next->public_value().thumbprint();
    protocol::AnchorSet set = authority->anchors();
    const auto publish = [&](const std::function<void(std::vector<std::string>&)>& change) {
        ++set.version;
        for (auto& [kind, role] : set.roles) {
            if (std::ranges::find(role.kids, before) != role.kids.end()) change(role.kids);
        }
        save_anchors(set);
    };
    set.keys.emplace(after, next->public_value());
    publish([&](auto& kids) { kids.push_back(after); });
    set.keys.erase(before);
    publish([&](auto& kids) { std::erase(kids, before); });
    online_ = next;
    reopen();
}

protocol::ClaimBundle Fleet::bundle() const {
    protocol::ClaimBundle bundle{.tenant = kTenant, .claim = kClaim, .host = "broker.example", .port = 8884};
    bundle.private_key = online_->to_pkcs8_pem();
    bundle.anchors = authority->anchors_document();
    bundle.authority = keys().authority;
    return bundle;
}

void Fleet::set_standing(const DeviceId& id, const std::function<void(Standing&)>& change) {
    DeviceRecord device = record(id);
    change(device.standing);
    ++device.standing.number;
    device.standing_document = authority->standing(device.standing, id).value();
    if (!store->save(device)) std::abort();
}

OnlineKeys Fleet::keys() const {
    OnlineKeys keys{online_, issuing_, {*issuing_certificate_}, {}, predecessors_};
    for (const auto& key : authority_keys_) keys.authority.emplace(key.public_value().thumbprint(), key.public_value());
    return keys;
}

void Fleet::end_all_but_store() {
    requests.reset();
    verifier.reset();
    judge.reset();
    authority.reset();
}

void Fleet::close() {
    end_all_but_store();
    store.reset();
}

void Fleet::open() {
    if (!store) store = Store::open(path_).value();
    authority = Authority::open(settings, *store, clock, keys()).value();
    judge = std::make_unique<PolicyJudge>(settings, *store, *authority, by_registers);
    verifier = std::make_unique<Verifier>(settings, *store, *authority, *judge, clock, &shelf);
    requests = std::make_unique<Requests>(settings, topics, *store, *authority, *verifier, clock, &shelf);
}

void Fleet::reopen() {
    path_ == ":memory:" ? end_all_but_store() : close();
    open();
}

void Fleet::replace_issuing() {
    predecessors_.push_back({issuing_, *issuing_certificate_});
    issuing_ = std::make_shared<crypto::SoftwareKey>(new_key());
    auto by_root = crypto::CertificateBuilder::open(*root_, root_key_).value();
    const crypto::Validity validity{root_->not_before(), root_->not_after()};
    issuing_certificate_ = by_root.authority(issuing_->public_value(), "issuing 2", validity, 0).value();
}

std::optional<Message> Fleet::ask(std::string topic, Bytes payload) {
    Message message;
    message.topic = std::move(topic);
    message.payload = std::move(payload);
    message.correlation = {1, 2, 3};
    return requests->answer(message);
}

void Fleet::set_document(DocumentKind kind, const Json& body, std::optional<WallTime> not_after, std::size_t signers_wanted) {
    const std::string group = settings.default_group;
    protocol::Document document{.kind = kind, .tenant = kTenant, .audience = protocol::audience_group(group)};
    document.name = group;
    document.version = ++document_version_;
    document.issued = clock.wall();
    document.not_after = not_after;
    document.body = body;
    std::vector<crypto::JwsSigner> signers;
    for (auto& key : authority_keys_) {
        if (signers.size() < signers_wanted) signers.push_back({key.public_value().thumbprint(), key});
    }
    const std::string text = protocol::sign(document, signers).value();
    if (!store->save({document.kind, group, document.version, document.audience, text, document.issued})) std::abort();
}

crypto::Certificate Fleet::endorsement_certificate(const Bytes& ek_public, crypto::SoftwareKey& maker, const std::string& name) {
    const WallTime since = std::chrono::floor<Seconds>(clock.wall()) - std::chrono::hours(1);
    const auto key = tpmwire::public_key_of(tpmwire::parse_public_area(ek_public).value()).value();
    const auto root = crypto::CertificateBuilder::root(maker, name, {since, since + std::chrono::days(7000)}).value();
    add_maker(root);
    // TCG EK Credential Profile §3.2: an end entity whose key agrees on keys and never signs. No authority of ours issues such.
    Bytes extensions = crypto::basic_constraints_extension(false, std::nullopt);
    append(extensions, crypto::key_usage_extension({crypto::KeyUsage::KeyAgreement}));
    append(extensions, crypto::extended_usage_extension(crypto::oids::kEndorsementKey));
    const Bytes version = der::element(der::context(0, true), {der::small_integer(2)});
    const Bytes validity = der::sequence({der::time(since), der::time(since + std::chrono::days(3650))});
    const Bytes to_be_signed =
        der::sequence({version, der::small_integer(7), crypto::signing_algorithm(maker.algorithm()), root.subject_name(), validity,
                       crypto::common_name("EK").value(), key.spki(), der::element(der::context(3, true), {der::sequence({extensions})})});
    return crypto::Certificate::from_der(crypto::sign_object(maker, to_be_signed).value()).value();
}

void Fleet::add_maker(const crypto::Certificate& root) {
    if (!store->add_root(root.fingerprint().view(), root.subject(), root.der(), clock.wall())) std::abort();
}

std::string Fleet::last_audit() {
    const auto entries = store->audit_log("", 1).value();
    return entries.empty() ? "" : entries[0].act + ": " + entries[0].what;
}

std::string TestDevice::refusal_of(const protocol::Reply& reply) { return reply.refusal ? reply.refusal->what : ""; }

protocol::Reply TestDevice::open_reply(const Message& reply, const Message& request) {
    const DeviceId& device = enrollment->device();
    const trust::Floors floors;
    const trust::Recipient recipient{kTenant, "", &device, floors, fleet_.clock.wall()};
    const auto verified = trust::Gate(fleet_.authority->anchors())
                              .accept_reply(as_text(reply.payload), crypto::hash(HashAlg::Sha256, request.payload), recipient)
                              .value();
    return protocol::reply_from(verified.document()).value();
}

Message TestDevice::begin_message() {
    enrollment.emplace(
        identity::Enrollment::begin(root_, {.tenant = kTenant, .key_alg = KeyAlg::EcP256, .labels = {{"host", "press"}}}).value());
    const protocol::Request request{std::string(protocol::verb::kEnrollBegin), kTenant, enrollment->device(), crypto::random_octets(16),
                                    protocol::to_json(enrollment->begin_body())};
    Message message;
    message.topic = topics.enroll_request(kClaim, enrollment->device(), protocol::verb::kEnrollBegin);
    message.payload = protocol::encode(request);
    begin_digest_ = crypto::hash(HashAlg::Sha256, message.payload);
    return message;
}

std::string TestDevice::evidence_text(const Bytes& nonce, const std::vector<PcrSelection>& selections) {
    const SteadyTime now = fleet_.clock.steady();
    protocol::Evidence evidence{enrollment->device(), nonce, {}, {}, ima_list, {}};
    evidence.claims.set("os.lockdown", {std::string("integrity"), now, "kernel"});
    evidence.claims.set("boot.pcrs_match", {true, now, "tpm"});  // a lie that the Verifier must not believe
    for (const auto& [name, claim] : also_says) evidence.claims.set(name, claim);
    Keyring& ring = identity ? keyring_ : enrollment->keyring();
    if (ring.quoter) {
        evidence.quote = ring.quoter->quote(selections, protocol::binding_of(evidence, now).view()).value();
        return std::string(as_text(protocol::encode(evidence, now)));
    }
    const auto key = identity ? key_ : enrollment->key().value();
    const auto public_key = crypto::PublicKey::from_spki(key->public_key()).value();
    return crypto::sign_jws(protocol::kEvidenceTyp, protocol::encode(evidence, now), {public_key.thumbprint(), *key}).value();
}

Message TestDevice::prove_message(const protocol::Reply& reply, const Digest& reply_digest,
                                  const std::function<void(protocol::EnrollProve&)>& change) {
    const auto challenge = protocol::enroll_challenge_from(reply.body).value();
    auto prove = enrollment->prove(challenge, begin_digest_, reply_digest, evidence_text(challenge.nonce, quoted)).value();
    if (change) change(prove);
    const protocol::Request request{std::string(protocol::verb::kEnrollProve), kTenant, enrollment->device(), crypto::random_octets(16),
                                    protocol::to_json(prove)};
    Message message;
    message.topic = topics.enroll_request(kClaim, enrollment->device(), protocol::verb::kEnrollProve);
    message.payload = protocol::encode(request);
    return message;
}

std::string TestDevice::finish(const protocol::Reply& reply) {
    if (reply.refusal) return reply.refusal->what;
    const auto grant = protocol::enroll_grant_from(reply.body).value();
    identity = enrollment->finish(grant, fleet_.authority->anchors(), fleet_.clock.wall()).value();
    keyring_ = root_.open(identity->root).value();
    key_ = keyring_.forge->load(identity->current.key).value();
    last_result_ = grant.result;
    return "";
}

std::string TestDevice::enroll() {
    identity.reset();
    const Message begin = begin_message();
    const auto challenge = fleet_.requests->answer(begin);
    const auto opened = open_reply(*challenge, begin);
    if (opened.refusal) return opened.refusal->what;
    const Message prove = prove_message(opened, crypto::hash(HashAlg::Sha256, challenge->payload));
    const auto granted = fleet_.requests->answer(prove);
    return finish(open_reply(*granted, prove));
}

Message TestDevice::signed_message(std::string_view verb, const Json& body) {
    const protocol::Request request{std::string(verb), kTenant, identity->device, crypto::random_octets(16), body};
    const auto public_key = crypto::PublicKey::from_spki(key_->public_key()).value();
    Message message;
    message.topic = topics.request(identity->device, verb);
    message.payload =
        to_bytes(crypto::sign_jws(protocol::kRequestTyp, protocol::encode(request), {public_key.thumbprint(), *key_}).value());
    return message;
}

std::string TestDevice::ask(std::string_view verb, const Json& body) {
    const Message message = signed_message(verb, body);
    const auto reply = open_reply(*fleet_.requests->answer(message), message);
    answer = reply.body;
    refusal_kind = reply.refusal ? std::optional(reply.refusal->kind) : std::nullopt;
    return refusal_of(reply);
}

protocol::NonceGrant TestDevice::nonce() {
    if (!ask(protocol::verb::kNonce, Json::object()).empty()) std::abort();
    return protocol::nonce_grant_from(answer).value();
}

std::string TestDevice::attest() {
    const auto grant = nonce();
    const std::string refusal = ask(protocol::verb::kEvidence, {{"evidence", evidence_text(grant.nonce, grant.selections)}});
    if (refusal.empty()) last_result_ = json_string(answer, "result").value();
    return refusal;
}

std::string TestDevice::rotate(const identity::Rotation& next) {
    std::string refusal = ask(protocol::verb::kRotate, protocol::to_json(next.wish()));
    if (!refusal.empty()) return refusal;
    const auto grant = protocol::rotate_grant_from(answer).value();
    next_slot = next.finish(grant, identity->device, kTenant, fleet_.authority->anchors().device_anchors, fleet_.clock.wall()).value();
    return "";
}

protocol::AttestationResult TestDevice::result() const {
    const trust::Floors floors;
    const trust::Recipient recipient{kTenant, "", &identity->device, floors, fleet_.clock.wall()};
    const auto verified = trust::Gate(fleet_.authority->anchors()).accept(last_result_, DocumentKind::Result, recipient).value();
    return protocol::attestation_result_from(verified.document().body).value();
}

}  // namespace anchor::registry
