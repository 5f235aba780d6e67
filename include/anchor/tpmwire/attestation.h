// SPDX-License-Identifier: Apache-2.0
#pragma once

// Statements of a TPM (TPMS_ATTEST, TPM 2.0 Part 2 §10.12), their signatures, and the verification of quotes,
// certifications and times. The Verifier's side of the trust border: all octets are foreign, each field is judged.
//
// resetCount, restartCount and firmwareVersion are obfuscated when the signing key is not in the endorsement or
// platform hierarchy, as our AKs are (Part 1 §36.7): a constant of the key is added. So they are compared with earlier
// ones of the same AK, modulo their size, and never with numbers from elsewhere.

#include <optional>
#include <variant>
#include <vector>

#include <anchor/core/quoter.h>
#include <anchor/tpmwire/public_area.h>

namespace anchor::tpmwire {

/// TPMS_CLOCK_INFO, Part 2 §10.11.1.
struct ClockInfo {
    std::uint64_t clock = 0;  ///< milliseconds of powered time since the last TPM2_Clear
    std::uint32_t reset_count = 0;
    std::uint32_t restart_count = 0;
    bool safe = false;  ///< no value of the clock above this one was ever reported

    friend bool operator==(const ClockInfo&, const ClockInfo&) = default;
};

struct QuoteStatement {  ///< TPMS_QUOTE_INFO, §10.12.4
    std::vector<PcrSelection> selections;
    Bytes pcr_digest;
    friend bool operator==(const QuoteStatement&, const QuoteStatement&) = default;
};
struct CertifyStatement {  ///< TPMS_CERTIFY_INFO, §10.12.3
    Bytes name;
    Bytes qualified_name;
    friend bool operator==(const CertifyStatement&, const CertifyStatement&) = default;
};
struct TimeStatement {       ///< TPMS_TIME_ATTEST_INFO, §10.12.2
    std::uint64_t time = 0;  ///< milliseconds since the TPM was powered
    ClockInfo clock;
    std::uint64_t firmware_version = 0;
    friend bool operator==(const TimeStatement&, const TimeStatement&) = default;
};
struct NvStatement {  ///< TPMS_NV_CERTIFY_INFO, §10.12.8
    Bytes index_name;
    std::uint16_t offset = 0;
    Bytes contents;
    friend bool operator==(const NvStatement&, const NvStatement&) = default;
};

/// TPMS_ATTEST without its magic, which parsing has checked.
struct Statement {
    Bytes qualified_signer;
    Bytes extra_data;
    ClockInfo clock;
    std::uint64_t firmware_version = 0;
    std::variant<QuoteStatement, CertifyStatement, TimeStatement, NvStatement> attested;
    friend bool operator==(const Statement&, const Statement&) = default;
};

/// Rejected: not TPM_GENERATED, a type other than the four, a PCR bank that is unknown or comes twice, a register above
/// 23, a field longer than its kind allows, leftovers. Banks without a register are dropped.
[[nodiscard]] Result<Statement> parse_statement(ByteView tpms_attest);
/// TPMS_ATTEST, with TPM_GENERATED in front: for software that stands in for a TPM.
[[nodiscard]] Bytes marshal(const Statement& statement);

/// TPMT_SIGNATURE, Part 2 §11.3.4.
struct Signature {
    SignatureScheme scheme = SignatureScheme::Ecdsa;
    HashAlg hash = HashAlg::Sha256;
    Bytes value;    ///< RSA: the signature. ECDSA: r, as the TPM wrote it, perhaps without leading zeros
    Bytes value_s;  ///< ECDSA: s
    friend bool operator==(const Signature&, const Signature&) = default;
};

/// Rejected: schemes other than ECDSA, RSASSA and RSAPSS, unknown hashes, leftovers.
[[nodiscard]] Result<Signature> parse_signature(ByteView tpmt_signature);
/// TPMT_SIGNATURE.
[[nodiscard]] Bytes marshal(const Signature& signature);
/// The signature in the form of crypto and DeviceKey: as it is for RSA, r ‖ s padded to the field for ECDSA. Rejected
/// where scheme and key do not go together or a number is longer than the field.
[[nodiscard]] Result<Bytes> plain_signature(const Signature& signature, KeyAlg key);

/// What was true of the same AK before.
struct Earlier {
    ClockInfo clock;
    Bytes qualified_signer;
    std::uint64_t firmware_version = 0;
};

/// What the Verifier demands of any statement.
struct Expectations {
    Bytes extra_data;                            ///< must be equal: the binding to nonce and logs
    std::optional<Bytes> parent_qualified_name;  ///< of the AK's parent, where known: decides the qualifiedSigner
    std::optional<Earlier> earlier;              ///< an earlier verified statement of this AK: nothing may run backwards
};

/// What a verified statement says beside its own subject. Keep it as the next Earlier.
struct Circumstances {
    ClockInfo clock;
    Bytes qualified_signer;
    std::uint64_t firmware_version = 0;
    bool rebooted = false;          ///< resetCount grew since the earlier statement
    bool resumed = false;           ///< only restartCount grew: TPM Restart or Resume, the machine slept
    bool firmware_changed = false;  ///< another firmwareVersion than in the earlier statement

    [[nodiscard]] Earlier as_earlier() const { return {clock, qualified_signer, firmware_version}; }
};

struct VerifiedQuote {
    PcrValues pcrs;  ///< exactly the registers that were demanded, each proven by the quote
    Circumstances circumstances;
};
struct VerifiedTime {
    std::uint64_t time = 0;
    Circumstances circumstances;
};

/// Judges every field: signature (by the AK, its scheme and hash), magic, type, signer, extraData, that exactly the
/// wanted registers are quoted (in any order of banks), that the values beside the quote have its digest, and that clock and
/// counters did not run backwards. Values of registers that were not wanted are refused. The AK itself must have passed
/// check_attestation_key() and a credential; that is not judged here. Rejected, naming the field.
[[nodiscard]] Result<VerifiedQuote> verify_quote(const Quote& quote, const PublicArea& ak, const std::vector<PcrSelection>& wanted,
                                                 const Expectations& expectations);
/// TPM2_Certify of exactly this key by the AK. Where the parent is known, key and AK must share it. Rejected, naming the field.
[[nodiscard]] Result<Circumstances> verify_certify(const Attestation& attestation, const PublicArea& ak, const PublicArea& certified,
                                                   const Expectations& expectations);
/// TPM2_GetTime by the AK. Rejected, naming the field.
[[nodiscard]] Result<VerifiedTime> verify_time(const Attestation& attestation, const PublicArea& ak, const Expectations& expectations);

}  // namespace anchor::tpmwire
