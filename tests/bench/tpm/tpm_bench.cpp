// SPDX-License-Identifier: Apache-2.0

// What our ways cost over the commands of the TPM itself: a round of evidence (quote, registers that fit it, checks) and a
// signature under a policy, each against the one bare command, on one software TPM.

#include <benchmark/benchmark.h>
#include <tss2/tss2_esys.h>
#include <tss2/tss2_tctildr.h>

#include <anchor/tpm/esys_key_forge.h>
#include <anchor/tpm/esys_quoter.h>
#include <parts/swtpm.h>

namespace {

using namespace anchor;

const std::vector<PcrSelection> kEvidence = {{HashAlg::Sha256, 0x00FFFF}};

struct Bench {
    std::unique_ptr<parts::Swtpm> tpm;
    std::shared_ptr<tpm::Device> device;
    KeyBlob ak;
};

Bench& bench() {
    static Bench bench = [] {
        Bench made;
        made.tpm = parts::Swtpm::start().value();
        made.device = tpm::Device::at({.tcti = made.tpm->tcti()});
        made.ak = tpm::make_attestation_key(*made.device, KeyAlg::EcP256).value();
        return made;
    }();
    return bench;
}

// A context of ESYS's own with a restricted P-256 signing key, nothing of ours around it.
class BareTpm {
public:
    BareTpm() {
        Tss2_TctiLdr_Initialize(bench().tpm->tcti().c_str(), &tcti_);
        Esys_Initialize(&esys_, tcti_, nullptr);
        TPM2B_PUBLIC area{};
        area.publicArea.type = TPM2_ALG_ECC;
        area.publicArea.nameAlg = TPM2_ALG_SHA256;
        area.publicArea.objectAttributes = TPMA_OBJECT_FIXEDTPM | TPMA_OBJECT_FIXEDPARENT | TPMA_OBJECT_SENSITIVEDATAORIGIN |
                                           TPMA_OBJECT_USERWITHAUTH | TPMA_OBJECT_NODA | TPMA_OBJECT_RESTRICTED | TPMA_OBJECT_SIGN_ENCRYPT;
        auto& ecc = area.publicArea.parameters.eccDetail;
        ecc.symmetric.algorithm = TPM2_ALG_NULL;
        ecc.scheme.scheme = TPM2_ALG_ECDSA;
        ecc.scheme.details.ecdsa.hashAlg = TPM2_ALG_SHA256;
        ecc.curveID = TPM2_ECC_NIST_P256;
        ecc.kdf.scheme = TPM2_ALG_NULL;
        const TPM2B_SENSITIVE_CREATE sensitive{};
        const TPM2B_DATA outside{};
        const TPML_PCR_SELECTION none{};
        Esys_CreatePrimary(esys_, ESYS_TR_RH_OWNER, ESYS_TR_PASSWORD, ESYS_TR_NONE, ESYS_TR_NONE, &sensitive, &area, &outside, &none, &key_,
                           nullptr, nullptr, nullptr, nullptr);
    }
    BareTpm(const BareTpm&) = delete;
    BareTpm& operator=(const BareTpm&) = delete;
    ~BareTpm() {
        Esys_FlushContext(esys_, key_);
        Esys_Finalize(&esys_);
        Tss2_TctiLdr_Finalize(&tcti_);
    }

    bool quote() {
        TPM2B_DATA extra{};
        extra.size = 32;
        TPMT_SIG_SCHEME scheme{};
        scheme.scheme = TPM2_ALG_NULL;
        TPML_PCR_SELECTION selection{};
        selection.count = 1;
        selection.pcrSelections[0] = {TPM2_ALG_SHA256, 3, {0xFF, 0xFF, 0}};
        TPM2B_ATTEST* attest = nullptr;
        TPMT_SIGNATURE* signature = nullptr;
        const TSS2_RC code =
            Esys_Quote(esys_, key_, ESYS_TR_PASSWORD, ESYS_TR_NONE, ESYS_TR_NONE, &extra, &scheme, &selection, &attest, &signature);
        Esys_Free(attest);
        Esys_Free(signature);
        return code == TSS2_RC_SUCCESS;
    }

private:
    TSS2_TCTI_CONTEXT* tcti_ = nullptr;
    ESYS_CONTEXT* esys_ = nullptr;
    ESYS_TR key_ = ESYS_TR_NONE;
};

void bare_quote(benchmark::State& state) {
    BareTpm tpm;
    for (auto step : state) {
        if (!tpm.quote()) state.SkipWithError("Esys_Quote");
    }
}
BENCHMARK(bare_quote)->Name("evidence_round/bare")->UseRealTime()->Unit(benchmark::kMicrosecond);

void evidence_round(benchmark::State& state) {
    auto quoter = tpm::EsysQuoter::from(bench().device, bench().ak.clone()).value();
    const Bytes nonce(32);
    for (auto step : state) {
        if (!quoter->quote(kEvidence, nonce)) state.SkipWithError("quote");
    }
}
BENCHMARK(evidence_round)->Name("evidence_round/ours")->UseRealTime()->Unit(benchmark::kMicrosecond);

void sign(benchmark::State& state) {
    tpm::EsysKeyForge forge(bench().device, bench().ak.clone());
    const auto key = forge.load(forge.make(KeyAlg::EcP256).value()).value();
    for (auto step : state) {
        if (!key->sign(SignatureScheme::Ecdsa, Digest(HashAlg::Sha256))) state.SkipWithError("sign");
    }
}
BENCHMARK(sign)->Name("sign/tpm_key")->UseRealTime()->Unit(benchmark::kMicrosecond);

}  // namespace
