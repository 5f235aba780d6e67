// SPDX-License-Identifier: Apache-2.0
#include "capability.h"

#include <algorithm>
#include <array>

#include <anchor/base/encoding.h>

#include "structure.h"

namespace anchor::tpm {
namespace {

Result<void> ask(Channel& channel, TPM2_CAP what, UINT32 from, UINT32 most, EsysOwned<TPMS_CAPABILITY_DATA>& answer) {
    TPMI_YES_NO more = 0;
    return channel.issue("TPM2_GetCapability", [&](ESYS_CONTEXT* esys) {
        return Esys_GetCapability(esys, ESYS_TR_NONE, ESYS_TR_NONE, ESYS_TR_NONE, what, from, most, &more, answer.out());
    });
}

// Four characters in a number, as the TPM packs its texts; padding and what can't be printed is left out.
std::string text_of(std::uint32_t packed) {
    std::string text;
    for (int shift = 24; shift >= 0; shift -= 8) {
        const auto c = static_cast<char>((packed >> shift) & 0xFFU);
        if (c > ' ' && c <= '~') text += c;
    }
    return text;
}

std::string hex_text(TPM2_PT which) {
    std::array<std::uint8_t, 4> octets{};
    for (auto octet = octets.rbegin(); octet != octets.rend(); ++octet, which >>= 8U) *octet = static_cast<std::uint8_t>(which & 0xFFU);
    return "0x" + to_hex(octets);
}

Result<bool> knows_curve(Channel& channel, TPM2_ECC_CURVE curve) {
    EsysOwned<TPMS_CAPABILITY_DATA> answer;
    ANCHOR_RETURN_IF_ERROR(ask(channel, TPM2_CAP_ECC_CURVES, curve, 1, answer));
    const TPML_ECC_CURVE& curves = answer->data.eccCurves;
    return curves.count > 0 && curves.eccCurves[0] == curve;
}

// TPM2_TestParms (Part 3 §30.3): whether it makes RSA keys of that size is in no list.
Result<bool> knows_rsa(Channel& channel, UINT16 bits) {
    TPMT_PUBLIC_PARMS parms{};
    parms.type = TPM2_ALG_RSA;
    parms.parameters.rsaDetail.symmetric.algorithm = TPM2_ALG_NULL;
    parms.parameters.rsaDetail.scheme.scheme = TPM2_ALG_NULL;
    parms.parameters.rsaDetail.keyBits = bits;
    const auto tested = channel.issue(
        "TPM2_TestParms", [&](ESYS_CONTEXT* esys) { return Esys_TestParms(esys, ESYS_TR_NONE, ESYS_TR_NONE, ESYS_TR_NONE, &parms); });
    if (!tested && tested.error().kind != ErrorKind::Rejected) return tested.error();
    return tested.has_value();
}

Result<std::vector<KeyAlg>> read_key_algs(Channel& channel) {
    std::vector<KeyAlg> algs;
    for (const auto& [alg, curve] : {std::pair{KeyAlg::EcP256, TPM2_ECC_NIST_P256}, std::pair{KeyAlg::EcP384, TPM2_ECC_NIST_P384}}) {
        ANCHOR_ASSIGN_OR_RETURN(const bool known, knows_curve(channel, static_cast<TPM2_ECC_CURVE>(curve)));
        if (known) algs.push_back(alg);
    }
    for (const auto& [alg, bits] : {std::pair{KeyAlg::Rsa2048, 2048}, std::pair{KeyAlg::Rsa3072, 3072}, std::pair{KeyAlg::Rsa4096, 4096}}) {
        ANCHOR_ASSIGN_OR_RETURN(const bool known, knows_rsa(channel, static_cast<UINT16>(bits)));
        if (known) algs.push_back(alg);
    }
    return algs;
}

std::string revision_text(std::uint32_t revision) {
    const std::string minor = std::to_string(revision % 100);
    return std::to_string(revision / 100) + "." + (minor.size() < 2 ? "0" : "") + minor;
}

// Copies what is at those indices of the list into the values, and tells which registers that were.
std::uint32_t take_values(const TPMS_PCR_SELECTION& answered, const TPML_DIGEST& digests, HashAlg bank, PcrValues& values) {
    std::uint32_t taken = 0;
    UINT32 next = 0;
    for (unsigned i = 0; i < kPcrCount && next < digests.count; ++i) {
        if (i / 8 >= answered.sizeofSelect || ((unsigned{answered.pcrSelect[i / 8]} >> (i % 8)) & 1U) == 0) continue;
        const auto value = Digest::from(bank, view_of(digests.digests[next++]));
        if (!value) return taken;
        values.set(i, *value);
        taken |= 1U << i;
    }
    return taken;
}

}  // namespace

Result<std::vector<TPM2_HANDLE>> list_handles(Channel& channel, TPM2_HANDLE first, UINT32 most) {
    EsysOwned<TPMS_CAPABILITY_DATA> answer;
    ANCHOR_RETURN_IF_ERROR(ask(channel, TPM2_CAP_HANDLES, first, most, answer));
    const TPML_HANDLE& handles = answer->data.handles;
    return std::vector<TPM2_HANDLE>(handles.handle, handles.handle + std::min<UINT32>(handles.count, TPM2_MAX_CAP_HANDLES));
}

Result<std::optional<std::uint32_t>> property(Channel& channel, TPM2_PT which) {
    EsysOwned<TPMS_CAPABILITY_DATA> answer;
    ANCHOR_RETURN_IF_ERROR(ask(channel, TPM2_CAP_TPM_PROPERTIES, which, 1, answer));
    const TPML_TAGGED_TPM_PROPERTY& list = answer->data.tpmProperties;
    if (list.count == 0 || list.tpmProperty[0].property != which) return std::optional<std::uint32_t>();
    return std::optional(list.tpmProperty[0].value);
}

Result<Properties> read_properties(Channel& channel) {
    std::array<std::uint32_t, 13> value{};
    constexpr std::array<TPM2_PT, 13> kWanted = {
        TPM2_PT_MANUFACTURER,     TPM2_PT_VENDOR_STRING_1,    TPM2_PT_VENDOR_STRING_2,    TPM2_PT_VENDOR_STRING_3, TPM2_PT_VENDOR_STRING_4,
        TPM2_PT_REVISION,         TPM2_PT_FIRMWARE_VERSION_1, TPM2_PT_FIRMWARE_VERSION_2, TPM2_PT_LOCKOUT_COUNTER, TPM2_PT_MAX_AUTH_FAIL,
        TPM2_PT_LOCKOUT_INTERVAL, TPM2_PT_LOCKOUT_RECOVERY,   TPM2_PT_PERMANENT};
    for (std::size_t i = 0; i < kWanted.size(); ++i) {
        ANCHOR_ASSIGN_OR_RETURN(const auto told, property(channel, kWanted[i]));
        if (!told) return denied("the TPM does not know its property " + hex_text(kWanted[i]));
        value[i] = *told;
    }
    Properties p;
    p.manufacturer = text_of(value[0]);
    p.vendor = text_of(value[1]) + text_of(value[2]) + text_of(value[3]) + text_of(value[4]);
    p.revision = revision_text(value[5]);
    p.firmware_version = (std::uint64_t{value[6]} << 32U) | value[7];
    p.lockout_counter = value[8];
    p.lockout_limit = value[9];
    p.lockout_interval = Seconds{value[10]};
    p.lockout_recovery = Seconds{value[11]};
    p.in_lockout = (value[12] & TPMA_PERMANENT_INLOCKOUT) != 0;
    p.owner_auth_set = (value[12] & TPMA_PERMANENT_OWNERAUTHSET) != 0;
    p.endorsement_auth_set = (value[12] & TPMA_PERMANENT_ENDORSEMENTAUTHSET) != 0;
    p.lockout_auth_set = (value[12] & TPMA_PERMANENT_LOCKOUTAUTHSET) != 0;
    ANCHOR_ASSIGN_OR_RETURN(p.key_algs, read_key_algs(channel));
    ANCHOR_ASSIGN_OR_RETURN(p.pcr_banks, read_banks(channel));
    return p;
}

Result<std::vector<PcrSelection>> read_banks(Channel& channel) {
    EsysOwned<TPMS_CAPABILITY_DATA> answer;
    ANCHOR_RETURN_IF_ERROR(ask(channel, TPM2_CAP_PCRS, 0, 1, answer));
    std::vector<PcrSelection> banks = from_selection(answer->data.assignedPCR);
    std::erase_if(banks, [](const PcrSelection& bank) { return bank.mask == 0; });
    return banks;
}

Result<PcrValues> read_pcrs(Channel& channel, const std::vector<PcrSelection>& selections) {
    PcrValues values;
    for (PcrSelection left : selections) {
        while (left.mask != 0) {
            ANCHOR_ASSIGN_OR_RETURN(const auto asked, to_selection({left}));
            UINT32 updates = 0;
            EsysOwned<TPML_PCR_SELECTION> answered;
            EsysOwned<TPML_DIGEST> digests;
            ANCHOR_RETURN_IF_ERROR(channel.issue("TPM2_PCR_Read", [&](ESYS_CONTEXT* esys) {
                return Esys_PCR_Read(esys, ESYS_TR_NONE, ESYS_TR_NONE, ESYS_TR_NONE, &asked, &updates, answered.out(), digests.out());
            }));
            const std::uint32_t taken =
                answered->count == 1 ? take_values(answered->pcrSelections[0], *digests, left.bank, values) & left.mask : 0U;
            if (taken == 0) return denied("the TPM does not have " + to_text(left));
            left.mask &= ~taken;
        }
    }
    return values;
}

Result<TimeInfo> read_clock(Channel& channel) {
    EsysOwned<TPMS_TIME_INFO> now;
    ANCHOR_RETURN_IF_ERROR(channel.issue(
        "TPM2_ReadClock", [&](ESYS_CONTEXT* esys) { return Esys_ReadClock(esys, ESYS_TR_NONE, ESYS_TR_NONE, ESYS_TR_NONE, now.out()); }));
    const TPMS_CLOCK_INFO& clock = now->clockInfo;
    return TimeInfo{now->time, {clock.clock, clock.resetCount, clock.restartCount, clock.safe == TPM2_YES}};
}

}  // namespace anchor::tpm
