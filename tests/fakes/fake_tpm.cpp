// SPDX-License-Identifier: Apache-2.0
#include <fakes/fake_tpm.h>

#include <functional>

#include <anchor/crypto/hash.h>
#include <anchor/tpmwire/credential.h>
#include <anchor/tpmwire/policy_digest.h>
#include <anchor/tpmwire/templates.h>

namespace anchor::fakes {

namespace {

using crypto::SoftwareKey;

tpmwire::PublicArea with_key(tpmwire::PublicArea model, const crypto::PublicKey& key) {
    model.unique = to_bytes(is_elliptic(model.key_alg) ? key.x() : key.modulus());
    model.unique_y = to_bytes(key.y());
    return model;
}

tpmwire::PublicArea new_storage_root() {
    return with_key(tpmwire::storage_root_template(KeyAlg::EcP256).value(), SoftwareKey::generate(KeyAlg::EcP256).value().public_value());
}

// Part 1 §36.7, of a key in the owner's hierarchy: numbers that only this TPM knows are added, always the same for the same key.
void obfuscate(tpmwire::Statement& statement, ByteView secret) {
    const Digest added = crypto::hash(HashAlg::Sha256, {secret, statement.qualified_signer});
    const auto number = [&](std::size_t at) {
        std::uint32_t value = 0;
        for (std::size_t i = 0; i < 4; ++i) value = value << 8U | added.view()[at + i];
        return value;
    };
    statement.firmware_version += std::uint64_t{number(0)} << 32U | number(4);
    statement.clock.reset_count += number(8);
    statement.clock.restart_count += number(12);
}

// The same refusals as the real one's; everything else signs as software does.
class FakeKey final : public DeviceKey {
public:
    FakeKey(SoftwareKey key, std::function<Result<void>()> working) : key_(std::move(key)), working_(std::move(working)) {}
    KeyAlg algorithm() const noexcept override { return key_.algorithm(); }
    ByteView public_key() const noexcept override { return key_.public_key(); }
    Result<Bytes> sign(SignatureScheme scheme, const Digest& digest) override {
        ANCHOR_RETURN_IF_ERROR(working_());
        return key_.sign(scheme, digest);
    }

private:
    SoftwareKey key_;
    std::function<Result<void>()> working_;
};

}  // namespace

FakeTpm::FakeTpm()
    : ek_(SoftwareKey::generate(KeyAlg::EcP256).value()),
      ek_area_(with_key(tpmwire::endorsement_profiles().front().area, ek_.public_value())),
      root_area_(new_storage_root()) {
    reset();
}

void FakeTpm::extend(unsigned index, const Digest& event) { pcrs_.set(index, crypto::extend(*pcrs_.find(event.alg(), index), event)); }

void FakeTpm::reset() {
    for (const HashAlg bank : {HashAlg::Sha1, HashAlg::Sha256, HashAlg::Sha384}) {
        for (unsigned i = 0; i < kPcrCount; ++i) {
            Digest value(bank);
            if (i >= 17 && i <= 22) std::ranges::fill(value.writable(), std::uint8_t{0xFF});  // dynamic launch, never done
            pcrs_.set(i, value);
        }
    }
    ++clock_.reset_count;
    clock_.restart_count = 0;
}

void FakeTpm::clear() {
    root_area_ = new_storage_root();
    counters_.clear();
    clock_ = {.clock = 0, .reset_count = 0, .restart_count = 0, .safe = true};
}

Result<void> FakeTpm::working() const {
    if (fault_) return *fault_;
    return power_ == nullptr ? Result<void>() : power_->pass();
}

Result<KeyBlob> FakeTpm::make(tpmwire::PublicArea model) {
    ANCHOR_RETURN_IF_ERROR(working());
    ANCHOR_ASSIGN_OR_RETURN(const SoftwareKey key, SoftwareKey::generate(model.key_alg));
    // The Name of the parent in front stands for the wrapping: it tells whose child this is.
    Bytes wrapped = storage_root_name();
    append(wrapped, key.to_pkcs8_pem().view());
    return KeyBlob{tpmwire::marshal_sized(with_key(std::move(model), key.public_value())), SecretBytes(std::move(wrapped))};
}

Result<KeyBlob> FakeTpm::make_attestation_key(KeyAlg alg) {
    ANCHOR_ASSIGN_OR_RETURN(auto model, tpmwire::attestation_key_template(alg));
    return make(std::move(model));
}

Result<FakeTpm::Loaded> FakeTpm::load(const KeyBlob& blob) const {
    ANCHOR_RETURN_IF_ERROR(working());
    auto area = tpmwire::parse_sized_public_area(blob.public_area);
    if (!area) return corrupt("key: " + area.error().what);
    const Bytes parent = storage_root_name();
    const ByteView wrapped = blob.private_area.view();
    if (wrapped.size() < parent.size() || !equal(wrapped.first(parent.size()), parent)) {
        return stale("the key was made by another TPM, or this one was cleared since");
    }
    auto key = SoftwareKey::parse(wrapped.subspan(parent.size()));
    if (!key || key->public_value() != tpmwire::public_key_of(*area).value_or(ek_.public_value())) {
        return stale("the key was made by another TPM, or this one was cleared since");
    }
    return Loaded{std::move(*area), std::move(*key)};
}

Bytes FakeTpm::root_qualified_name() const {
    return tpmwire::qualified_name_of(root_area_, tpmwire::name_of_handle(tpmwire::kOwnerHierarchy));
}

Result<Attestation> FakeTpm::attest(const KeyBlob& ak, ByteView extra_data, decltype(tpmwire::Statement::attested) what) const {
    ANCHOR_ASSIGN_OR_RETURN(Loaded signer, load(ak));
    if (extra_data.size() > 64) return rejected("extraData of " + std::to_string(extra_data.size()) + " octets is too long");
    tpmwire::Statement statement{.qualified_signer = tpmwire::qualified_name_of(signer.area, root_qualified_name()),
                                 .extra_data = to_bytes(extra_data),
                                 .clock = clock_,
                                 .firmware_version = 0x0001000200030004,
                                 .attested = std::move(what)};
    obfuscate(statement, ek_.public_key());
    Bytes attest = tpmwire::marshal(statement);
    const tpmwire::KeyScheme scheme = signer.area.scheme.value_or(tpmwire::KeyScheme{});
    ANCHOR_ASSIGN_OR_RETURN(const Bytes octets, signer.key.sign(scheme.scheme, crypto::hash(scheme.hash, attest)));
    const auto half = octets.begin() + static_cast<std::ptrdiff_t>(octets.size() / 2);
    const tpmwire::Signature signature =
        is_elliptic(signer.area.key_alg)
            ? tpmwire::Signature{scheme.scheme, scheme.hash, Bytes(octets.begin(), half), Bytes(half, octets.end())}
            : tpmwire::Signature{scheme.scheme, scheme.hash, octets, {}};
    return Attestation{std::move(attest), tpmwire::marshal(signature)};
}

FakeQuoter::FakeQuoter(std::shared_ptr<FakeTpm> tpm, KeyBlob ak)
    : tpm_(std::move(tpm)), ak_(std::move(ak)), area_(tpmwire::marshal(tpmwire::parse_sized_public_area(ak_.public_area).value())) {}

Result<Quote> FakeQuoter::quote(const std::vector<PcrSelection>& selections, ByteView extra_data) {
    PcrValues chosen;
    for (const PcrSelection& selection : selections) {
        for (unsigned i = 0; i < kPcrCount; ++i) {
            if (!selection.has(i)) continue;
            const Digest* value = tpm_->pcrs_.find(selection.bank, i);
            if (value == nullptr) return denied("the TPM does not have all of " + to_text(selection));
            chosen.set(i, *value);
        }
    }
    const auto area = tpmwire::parse_public_area(area_).value();
    ANCHOR_ASSIGN_OR_RETURN(const Digest digest, tpmwire::pcr_digest(area.scheme->hash, selections, chosen));
    ANCHOR_ASSIGN_OR_RETURN(Attestation attestation,
                            tpm_->attest(ak_, extra_data, tpmwire::QuoteStatement{selections, to_bytes(digest.view())}));
    return Quote{std::move(attestation), std::move(chosen)};
}

Result<Attestation> FakeQuoter::attest_time(ByteView extra_data) {
    return tpm_->attest(ak_, extra_data, tpmwire::TimeStatement{tpm_->clock_.clock, tpm_->clock_, 0x0001000200030004});
}

Result<Endorsement> FakeEndorser::endorsement() {
    ANCHOR_RETURN_IF_ERROR(tpm_->working());
    return Endorsement{tpm_->endorsement_key(), certificate_, {}};
}

Result<SecretBytes> FakeEndorser::activate_credential(ByteView credential, ByteView secret) {
    ANCHOR_ASSIGN_OR_RETURN(const FakeTpm::Loaded ak, tpm_->load(ak_));
    return tpmwire::activate_credential(tpm_->ek_area_, tpm_->ek_, tpmwire::name_of(ak.area), {to_bytes(credential), to_bytes(secret)});
}

Result<KeyBlob> FakeKeyForge::make(KeyAlg alg) {
    ANCHOR_ASSIGN_OR_RETURN(auto model, tpmwire::device_key_template(alg, policy_));
    return tpm_->make(std::move(model));
}

Result<std::shared_ptr<DeviceKey>> FakeKeyForge::load(const KeyBlob& blob) {
    ANCHOR_ASSIGN_OR_RETURN(FakeTpm::Loaded loaded, tpm_->load(blob));
    return std::shared_ptr<DeviceKey>(std::make_shared<FakeKey>(std::move(loaded.key), [tpm = tpm_] { return tpm->working(); }));
}

Result<Attestation> FakeKeyForge::certify(const KeyBlob& blob, ByteView extra_data) {
    ANCHOR_ASSIGN_OR_RETURN(const FakeTpm::Loaded key, tpm_->load(blob));
    return tpm_->attest(
        ak_, extra_data,
        tpmwire::CertifyStatement{tpmwire::name_of(key.area), tpmwire::qualified_name_of(key.area, tpm_->root_qualified_name())});
}

Result<std::optional<std::uint64_t>> FakeCounter::read() {
    ANCHOR_RETURN_IF_ERROR(tpm_->working());
    const auto found = tpm_->counters_.find(index_);
    return found == tpm_->counters_.end() ? std::optional<std::uint64_t>() : std::optional(found->second);
}

Result<std::uint64_t> FakeCounter::create() {
    ANCHOR_RETURN_IF_ERROR(tpm_->working());
    tpm_->counters_.try_emplace(index_, tpm_->highest_);
    return increment();
}

Result<std::uint64_t> FakeCounter::increment() {
    ANCHOR_RETURN_IF_ERROR(tpm_->working());
    const auto found = tpm_->counters_.find(index_);
    if (found == tpm_->counters_.end()) return corrupt("there is no counter at its NV index");
    tpm_->highest_ = std::max(tpm_->highest_, ++found->second);
    return found->second;
}

}  // namespace anchor::fakes
