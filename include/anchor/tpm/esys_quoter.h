// SPDX-License-Identifier: Apache-2.0
#pragma once

// EsysQuoter: the attestation key of this device's TPM. What it gives out is for a Verifier elsewhere; nothing
// here is checked for the device's own use.

#include <anchor/core/key_forge.h>
#include <anchor/core/quoter.h>
#include <anchor/tpm/device.h>

namespace anchor::tpm {

/// Makes an attestation key (restricted signing, noDA, empty password) below the storage root. Rejected: the TPM does not
/// make such keys.
[[nodiscard]] Result<KeyBlob> make_attestation_key(Device& device, KeyAlg alg);

class EsysQuoter final : public Quoter {
public:
    /// Corrupt: the blob is not that of an attestation key. The TPM is not asked; a blob of another TPM shows when it is used.
    [[nodiscard]] static Result<std::unique_ptr<EsysQuoter>> from(std::shared_ptr<Device> device, KeyBlob ak);

    [[nodiscard]] ByteView public_area() const noexcept override { return area_octets_; }
    /// As the port says; Denied also where the TPM does not have a selected bank or register.
    [[nodiscard]] Result<Quote> quote(const std::vector<PcrSelection>& selections, ByteView extra_data) override;
    [[nodiscard]] Result<Attestation> attest_time(ByteView extra_data) override;

private:
    EsysQuoter(std::shared_ptr<Device> device, KeyBlob ak, const tpmwire::PublicArea& area);
    /// Nothing where a register changed between the quote and its reading.
    [[nodiscard]] Result<std::optional<Quote>> quote_once(Connection& connection, const std::vector<PcrSelection>& selections,
                                                          ByteView extra_data);

    std::shared_ptr<Device> device_;
    KeyBlob ak_;
    tpmwire::PublicArea area_;
    Bytes area_octets_;
    PcrValues last_;  ///< what the registers held when last read: mostly still true, and the quote tells. Under the device's lock
};

}  // namespace anchor::tpm
