// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <bit>

#include <anchor/crypto/hash.h>
#include <anchor/tpmwire/attestation.h>
#include <anchor/tpmwire/policy_digest.h>

namespace anchor::tpmwire {

namespace {

// The clock is saved at least every 2^22 ms (Part 1 §36.3.2): after a power cut it may repeat that much, no more.
constexpr std::uint64_t kMostLostClock = std::uint64_t{1} << 22U;
// Obfuscation adds a constant modulo 2^32, so "earlier" and "later" are halves of the circle (RFC 1982 §3.2).
constexpr std::uint32_t kHalfCircle = std::uint32_t{1} << 31U;

struct Signed {
    Statement statement;
    HashAlg hash;
};

// The signature is judged before anything inside is read: octets of others than the AK get no further.
Result<HashAlg> check_signature(const Attestation& attestation, const PublicArea& ak) {
    ANCHOR_ASSIGN_OR_RETURN(const Signature signature, parse_signature(attestation.signature));
    if (ak.scheme && (ak.scheme->scheme != signature.scheme || ak.scheme->hash != signature.hash)) {
        return rejected("signature: not in the scheme of the attestation key");
    }
    if (signature.hash == HashAlg::Sha1) return rejected("signature: SHA-1 proves nothing");
    ANCHOR_ASSIGN_OR_RETURN(const crypto::PublicKey key, public_key_of(ak));
    ANCHOR_ASSIGN_OR_RETURN(const Bytes plain, plain_signature(signature, ak.key_alg));
    if (const auto good = key.verify(signature.scheme, crypto::hash(signature.hash, attestation.attest), plain); !good) {
        return good.error().within("signature: not by this attestation key");
    }
    return signature.hash;
}

Result<void> check_signer(const Statement& statement, const PublicArea& ak, const Expectations& expectations) {
    if (expectations.parent_qualified_name) {
        if (statement.qualified_signer == qualified_name_of(ak, *expectations.parent_qualified_name)) return {};
        return rejected("qualifiedSigner: not this attestation key under its parent");
    }
    // Without the parent only the form can be judged: the AK's nameAlg, and one digest of it.
    const Bytes form = name_of(ak);
    const bool fits =
        statement.qualified_signer.size() == form.size() && std::equal(form.begin(), form.begin() + 2, statement.qualified_signer.begin());
    if (!fits) return rejected("qualifiedSigner: not a name of this attestation key's kind");
    return {};
}

Result<void> check_clock(const ClockInfo& now, const ClockInfo& before, bool rebooted) {
    if (now.clock >= before.clock) return {};
    if (rebooted && !now.safe && before.clock - now.clock <= kMostLostClock) return {};
    return rejected("clock: " + std::to_string(now.clock) + " ms, but it was at " + std::to_string(before.clock) + " ms before");
}

// What has happened since the earlier statement, or why it can't have.
Result<Circumstances> compare(const Statement& now, const std::optional<Earlier>& earlier) {
    Circumstances found{.clock = now.clock, .qualified_signer = now.qualified_signer, .firmware_version = now.firmware_version};
    if (!earlier) return found;
    if (now.qualified_signer != earlier->qualified_signer) return rejected("qualifiedSigner: another one than before");
    const std::uint32_t resets = now.clock.reset_count - earlier->clock.reset_count;
    const std::uint32_t restarts = now.clock.restart_count - earlier->clock.restart_count;
    if (resets >= kHalfCircle) return rejected("resetCount: smaller than before");
    if (resets == 0 && restarts >= kHalfCircle) return rejected("restartCount: smaller than before");
    found.rebooted = resets != 0;
    found.resumed = !found.rebooted && restarts != 0;
    found.firmware_changed = now.firmware_version != earlier->firmware_version;
    ANCHOR_RETURN_IF_ERROR(check_clock(now.clock, earlier->clock, found.rebooted));
    return found;
}

Result<Signed> open_statement(const Attestation& attestation, const PublicArea& ak, const Expectations& expectations) {
    ANCHOR_ASSIGN_OR_RETURN(const HashAlg hash, check_signature(attestation, ak));
    ANCHOR_ASSIGN_OR_RETURN(Statement statement, parse_statement(attestation.attest));
    ANCHOR_RETURN_IF_ERROR(check_signer(statement, ak, expectations));
    if (statement.extra_data != expectations.extra_data) return rejected("extraData: not what this statement was to be bound to");
    return Signed{std::move(statement), hash};
}

// Banks without registers mean nothing; the order of the banks is the quoter's to choose.
std::vector<PcrSelection> normal(std::vector<PcrSelection> selections) {
    std::erase_if(selections, [](const PcrSelection& one) { return one.mask == 0; });
    std::ranges::sort(selections, {}, &PcrSelection::bank);
    return selections;
}

std::string to_text(const std::vector<PcrSelection>& selections) {
    std::string text;
    for (const auto& one : selections) text += (text.empty() ? "" : "+") + anchor::to_text(one);
    return text.empty() ? "none" : text;
}

Result<void> check_registers(const QuoteStatement& quoted, const PcrValues& values, const std::vector<PcrSelection>& wanted, HashAlg hash) {
    const auto ours = normal(wanted);
    const auto theirs = normal(quoted.selections);
    if (theirs != ours) return rejected("pcrSelect: " + to_text(theirs) + " is quoted, " + to_text(ours) + " is wanted");
    ANCHOR_ASSIGN_OR_RETURN(const Digest digest, pcr_digest(hash, quoted.selections, values));
    if (!equal(digest.view(), quoted.pcr_digest)) return rejected("pcrDigest: not that of the register values beside the quote");
    std::size_t count = 0;
    for (const auto& one : theirs) count += static_cast<std::size_t>(std::popcount(one.mask));
    if (values.size() != count) return rejected("register values: some beside the quote are not quoted");
    return {};
}

template <class T>
Result<T> subject(const Statement& statement, std::string_view kind) {
    const T* attested = std::get_if<T>(&statement.attested);
    if (attested == nullptr) return rejected("type: not a " + std::string(kind));
    return *attested;
}

Result<VerifiedQuote> judge_quote(const Quote& quote, const PublicArea& ak, const std::vector<PcrSelection>& wanted,
                                  const Expectations& expectations) {
    ANCHOR_ASSIGN_OR_RETURN(const Signed opened, open_statement(quote.attestation, ak, expectations));
    ANCHOR_ASSIGN_OR_RETURN(const auto quoted, subject<QuoteStatement>(opened.statement, "quote"));
    ANCHOR_RETURN_IF_ERROR(check_registers(quoted, quote.pcrs, wanted, opened.hash));
    ANCHOR_ASSIGN_OR_RETURN(Circumstances circumstances, compare(opened.statement, expectations.earlier));
    return VerifiedQuote{quote.pcrs, std::move(circumstances)};
}

Result<Circumstances> judge_certify(const Attestation& attestation, const PublicArea& ak, const PublicArea& certified,
                                    const Expectations& expectations) {
    ANCHOR_ASSIGN_OR_RETURN(const Signed opened, open_statement(attestation, ak, expectations));
    ANCHOR_ASSIGN_OR_RETURN(const auto subject_of, subject<CertifyStatement>(opened.statement, "certification"));
    if (subject_of.name != name_of(certified)) return rejected("name: another key was certified");
    if (expectations.parent_qualified_name &&
        subject_of.qualified_name != qualified_name_of(certified, *expectations.parent_qualified_name)) {
        return rejected("qualifiedName: the key is not under the attestation key's parent");
    }
    return compare(opened.statement, expectations.earlier);
}

Result<VerifiedTime> judge_time(const Attestation& attestation, const PublicArea& ak, const Expectations& expectations) {
    ANCHOR_ASSIGN_OR_RETURN(const Signed opened, open_statement(attestation, ak, expectations));
    ANCHOR_ASSIGN_OR_RETURN(const auto time, subject<TimeStatement>(opened.statement, "time"));
    ANCHOR_ASSIGN_OR_RETURN(Circumstances circumstances, compare(opened.statement, expectations.earlier));
    return VerifiedTime{time.time, std::move(circumstances)};
}

template <class T>
Result<T> within(Result<T> judged, std::string_view what) {
    if (!judged) return std::move(judged).error().within(what);
    return judged;
}

}  // namespace

Result<VerifiedQuote> verify_quote(const Quote& quote, const PublicArea& ak, const std::vector<PcrSelection>& wanted,
                                   const Expectations& expectations) {
    return within(judge_quote(quote, ak, wanted, expectations), "quote");
}

Result<Circumstances> verify_certify(const Attestation& attestation, const PublicArea& ak, const PublicArea& certified,
                                     const Expectations& expectations) {
    return within(judge_certify(attestation, ak, certified, expectations), "certification");
}

Result<VerifiedTime> verify_time(const Attestation& attestation, const PublicArea& ak, const Expectations& expectations) {
    return within(judge_time(attestation, ak, expectations), "time statement");
}

}  // namespace anchor::tpmwire
