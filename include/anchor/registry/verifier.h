// SPDX-License-Identifier: Apache-2.0
#pragma once

// The Verifier (RFC 9334 §3): Evidence → verified claims → judgement. What a device says of itself stays marked as its own word; what
// a quote proves is computed here anew, and a device's word about that is thrown away.

#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include <anchor/core/clock.h>
#include <anchor/crypto/public_key.h>
#include <anchor/measure/reference_values.h>
#include <anchor/protocol/bodies.h>
#include <anchor/protocol/evidence.h>
#include <anchor/registry/authority.h>
#include <anchor/registry/judge.h>
#include <anchor/tpmwire/attestation.h>

namespace anchor::registry {

/// The device as it is known: what Evidence is held against.
struct Attester {
    const DeviceId& id;
    std::string_view group;
    std::optional<tpmwire::PublicArea> ak;  ///< nothing on a device without a TPM
    const crypto::PublicKey& device_key;
    std::optional<tpmwire::Earlier> earlier;
    StandingStatus standing = StandingStatus::Active;
    WallTime certificate_end{};  ///< of the newest certificate, or the one that it is about to get
};

struct Appraisal {
    Decision decision;
    Claims claims;
    std::optional<tpmwire::Circumstances> circumstances;  ///< nothing without a TPM

    [[nodiscard]] protocol::AttestationResult result() const;
};

class ImaLists;

class Verifier {
public:
    /// All must outlive it. `shelf` has the tables that reference values name; without one nobody is judged by them.
    Verifier(const Settings& settings, Store& store, const Authority& authority, Judge& judge, const Clock& clock,
             BlobShelf* shelf = nullptr);
    ~Verifier();

    /// Reads Evidence: plain, or in a JWS by the device's own key. Nothing in it is believed yet. Rejected: not Evidence, of another
    /// device, not signed by its key where it has to be, which is where there is no TPM.
    [[nodiscard]] Result<protocol::ReceivedEvidence> open(std::string_view text, const Attester& attester) const;

    /// Judges every field of the quote, the logs against the registers, and the claims. The nonce is the caller's business.
    /// `wanted` are the registers that were asked for; nothing means those that the quote names. Rejected, naming the field.
    [[nodiscard]] Result<Appraisal> appraise(const protocol::ReceivedEvidence& received, const Attester& attester,
                                             const std::optional<std::vector<PcrSelection>>& wanted);

    /// Up to where this device's IMA list is proven; nothing where all of it has to be sent.
    [[nodiscard]] Result<std::optional<protocol::ImaPlace>> ima_place(const DeviceId& device, std::string_view group);

private:
    [[nodiscard]] Result<void> claim_measurements(const protocol::Evidence& evidence, const Appraisal& appraisal, const PcrValues& quoted,
                                                  const measure::ReferenceValues* reference, SteadyTime now, Claims& into);
    /// Nothing where there are none in force.
    [[nodiscard]] Result<std::optional<measure::ReferenceValues>> reference_values(std::string_view group);

    const Settings& settings_;
    Store& store_;
    const Authority& authority_;
    Judge& judge_;
    const Clock& clock_;
    std::unique_ptr<ImaLists> ima_lists_;
};

}  // namespace anchor::registry
