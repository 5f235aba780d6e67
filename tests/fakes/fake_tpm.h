// SPDX-License-Identifier: Apache-2.0
#pragma once

// FakeTpm: a TPM in memory, so that a whole device runs in one test. Its statements and signatures are real, made by keys of
// software: what a Verifier says about them it would say about those of a TPM. It runs the same contract tests as the real one.

#include <map>
#include <memory>

#include <anchor/core/endorser.h>
#include <anchor/core/key_forge.h>
#include <anchor/core/monotonic_counter.h>
#include <anchor/core/quoter.h>
#include <anchor/crypto/private_key.h>
#include <anchor/tpmwire/attestation.h>
#include <fakes/power.h>

namespace anchor::fakes {

class FakeTpm {
public:
    FakeTpm();

    /// Extends a register of one bank, as the firmware or a test does.
    void extend(unsigned index, const Digest& event);
    /// Power off and on: the registers begin anew.
    void reset();
    /// TPM2_Clear: another storage root, no counters; the endorsement key stays.
    void clear();
    /// A counter's index is undefined by somebody with the owner's password.
    void remove_counter(std::uint32_t index) { counters_.erase(index); }
    void advance(std::uint64_t milliseconds) { clock_.clock += milliseconds; }
    /// Every port fails with this until it is taken back.
    void fail_with(std::optional<Error> error) { fault_ = std::move(error); }
    /// Its commands count with those of the rest of the device, and end with them.
    void run_on(Power* power) { power_ = power; }
    /// What survives a power cut besides keys and the clear: to be laid into the same TPM again.
    [[nodiscard]] std::map<std::uint32_t, std::uint64_t> counters() const { return counters_; }
    void lay_in_counters(std::map<std::uint32_t, std::uint64_t> counters) { counters_ = std::move(counters); }

    [[nodiscard]] Result<KeyBlob> make_attestation_key(KeyAlg alg = KeyAlg::EcP256);
    [[nodiscard]] const PcrValues& pcrs() const noexcept { return pcrs_; }
    [[nodiscard]] Bytes endorsement_key() const { return tpmwire::marshal(ek_area_); }
    [[nodiscard]] Bytes storage_root_name() const { return tpmwire::name_of(root_area_); }

private:
    friend class FakeQuoter;
    friend class FakeEndorser;
    friend class FakeKeyForge;
    friend class FakeCounter;

    /// A key that was loaded: what the TPM holds in one of its slots.
    struct Loaded {
        tpmwire::PublicArea area;
        crypto::SoftwareKey key;
    };
    [[nodiscard]] Result<void> working() const;
    [[nodiscard]] Result<KeyBlob> make(tpmwire::PublicArea model);
    [[nodiscard]] Result<Loaded> load(const KeyBlob& blob) const;
    [[nodiscard]] Result<Attestation> attest(const KeyBlob& ak, ByteView extra_data, decltype(tpmwire::Statement::attested) what) const;
    [[nodiscard]] Bytes root_qualified_name() const;

    crypto::SoftwareKey ek_;
    tpmwire::PublicArea ek_area_;
    tpmwire::PublicArea root_area_;
    PcrValues pcrs_;
    tpmwire::ClockInfo clock_{.clock = 1000, .reset_count = 1, .restart_count = 0, .safe = true};
    std::map<std::uint32_t, std::uint64_t> counters_;
    std::uint64_t highest_ = 0;
    std::optional<Error> fault_;
    Power* power_ = nullptr;
};

class FakeQuoter final : public Quoter {
public:
    FakeQuoter(std::shared_ptr<FakeTpm> tpm, KeyBlob ak);
    [[nodiscard]] ByteView public_area() const noexcept override { return area_; }
    [[nodiscard]] Result<Quote> quote(const std::vector<PcrSelection>& selections, ByteView extra_data) override;
    [[nodiscard]] Result<Attestation> attest_time(ByteView extra_data) override;

private:
    std::shared_ptr<FakeTpm> tpm_;
    KeyBlob ak_;
    Bytes area_;
};

class FakeEndorser final : public Endorser {
public:
    FakeEndorser(std::shared_ptr<FakeTpm> tpm, KeyBlob ak, Bytes certificate = {})
        : tpm_(std::move(tpm)), ak_(std::move(ak)), certificate_(std::move(certificate)) {}
    [[nodiscard]] Result<Endorsement> endorsement() override;
    [[nodiscard]] Result<SecretBytes> activate_credential(ByteView credential, ByteView secret) override;

private:
    std::shared_ptr<FakeTpm> tpm_;
    KeyBlob ak_;
    Bytes certificate_;
};

class FakeKeyForge final : public KeyForge {
public:
    /// Keys say that they are bound to that policy; nothing here enforces it.
    FakeKeyForge(std::shared_ptr<FakeTpm> tpm, KeyBlob ak, Digest policy) : tpm_(std::move(tpm)), ak_(std::move(ak)), policy_(policy) {}
    [[nodiscard]] bool hardware_bound() const noexcept override { return true; }
    [[nodiscard]] Result<KeyBlob> make(KeyAlg alg) override;
    [[nodiscard]] Result<std::shared_ptr<DeviceKey>> load(const KeyBlob& blob) override;
    [[nodiscard]] Result<Attestation> certify(const KeyBlob& blob, ByteView extra_data) override;

private:
    std::shared_ptr<FakeTpm> tpm_;
    KeyBlob ak_;
    Digest policy_;
};

class FakeCounter final : public MonotonicCounter {
public:
    FakeCounter(std::shared_ptr<FakeTpm> tpm, std::uint32_t index) : tpm_(std::move(tpm)), index_(index) {}
    [[nodiscard]] Result<std::optional<std::uint64_t>> read() override;
    [[nodiscard]] Result<std::uint64_t> create() override;
    [[nodiscard]] Result<std::uint64_t> increment() override;

private:
    std::shared_ptr<FakeTpm> tpm_;
    std::uint32_t index_;
};

}  // namespace anchor::fakes
