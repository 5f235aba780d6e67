// SPDX-License-Identifier: Apache-2.0
#pragma once

// Appraiser: from the TPM, the logs and the claim sources to claims. Looking happens on the worker; what was seen is then judged
// without touching the world. The device distrusts its own TPM connection as a Verifier would: only what a quote over a fresh
// nonce proves becomes a claim.

#include <optional>
#include <vector>

#include <anchor/agent/parts.h>
#include <anchor/measure/reference_boot.h>
#include <anchor/protocol/evidence.h>
#include <anchor/tpmwire/attestation.h>

#include "ima_look.h"

namespace anchor::agent {

/// What one look saw, not yet believed.
struct Observation {
    Claims claims;                       ///< from the claim sources
    std::optional<Result<Quote>> quote;  ///< nothing on a device without a TPM
    Bytes nonce;                         ///< the quote's extraData
    Result<Bytes> event_log = unavailable("not read");
    std::optional<ImaSight> ima;  ///< nothing where there is no quote
    SteadyTime at{};
};

/// Looks. On the worker. `quoter` may be nullptr.
[[nodiscard]] Observation observe(const AgentParts& parts, Quoter* quoter, const std::vector<PcrSelection>& selections,
                                  const ImaMemory& ima, SteadyTime now);

/// What judging an observation came to.
struct Appraisal {
    Claims claims;
    std::optional<tpmwire::Earlier> earlier;  ///< for the next quote; nothing runs backwards
    std::optional<Error> tpm_failure;         ///< the TPM did not answer, or what it answered is wrong
    std::optional<measure::ImaProgress> ima;  ///< proven: where the next look may go on
};

struct AppraisalBasis {
    ByteView ak_public;  ///< TPMT_PUBLIC; empty without a TPM
    const std::vector<PcrSelection>& selections;
    const measure::BootReference* reference = nullptr;
    const std::optional<tpmwire::Earlier>& earlier;
};

/// Judges. Pure.
[[nodiscard]] Appraisal appraise(Observation observation, const AppraisalBasis& basis);

/// Quotes over the registry's nonce, the logs and the claims; without a quoter nothing is quoted. On the worker.
[[nodiscard]] Result<void> quote_evidence(protocol::Evidence& evidence, Quoter* quoter, const std::vector<PcrSelection>& selections,
                                          SteadyTime now);
/// Evidence as text to be sent: signed by the device key where that key can sign, plain otherwise. `now` is that of the quote. On the
/// worker. `key` may be nullptr.
[[nodiscard]] Result<std::string> seal_evidence(const protocol::Evidence& evidence, DeviceKey* key, SteadyTime now);
/// Both.
[[nodiscard]] Result<std::string> make_evidence(protocol::Evidence evidence, Quoter* quoter, DeviceKey* key,
                                                const std::vector<PcrSelection>& selections, SteadyTime now);

}  // namespace anchor::agent
