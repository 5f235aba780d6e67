// SPDX-License-Identifier: Apache-2.0
#include "structure.h"

#include <tss2/tss2_mu.h>

#include "answer.h"

namespace anchor::tpm {
namespace {

template <class T>
Result<T> read_all_of(ByteView octets, TSS2_RC (*read)(const std::uint8_t*, std::size_t, std::size_t*, T*), std::string_view name) {
    T value{};
    std::size_t offset = 0;
    if (const TSS2_RC code = read(octets.data(), octets.size(), &offset, &value); code != TSS2_RC_SUCCESS) {
        return rejected(std::string(name) + " is not well formed: " + from_tss("read", code).what, code);
    }
    if (offset != octets.size())
        return rejected(std::string(name) + " is followed by " + std::to_string(octets.size() - offset) + " octets");
    return value;
}

template <class T>
Result<Bytes> write(const T& value, TSS2_RC (*marshal)(const T*, std::uint8_t*, std::size_t, std::size_t*), std::string_view name) {
    Bytes octets(sizeof(T) + 8);  // the wire form is never longer than the structure and a few sizes
    std::size_t offset = 0;
    if (const TSS2_RC code = marshal(&value, octets.data(), octets.size(), &offset); code != TSS2_RC_SUCCESS) {
        return from_tss(name, code);
    }
    octets.resize(offset);
    return octets;
}

}  // namespace

Result<TPM2B_PUBLIC> to_public(ByteView octets) {
    return read_all_of<TPM2B_PUBLIC>(octets, Tss2_MU_TPM2B_PUBLIC_Unmarshal, "TPM2B_PUBLIC");
}
Result<TPM2B_PUBLIC> to_public(const tpmwire::PublicArea& area) { return to_public(tpmwire::marshal_sized(area)); }
Result<TPM2B_PRIVATE> to_private(ByteView octets) {
    return read_all_of<TPM2B_PRIVATE>(octets, Tss2_MU_TPM2B_PRIVATE_Unmarshal, "TPM2B_PRIVATE");
}
Result<TPM2B_ID_OBJECT> to_id_object(ByteView octets) {
    return read_all_of<TPM2B_ID_OBJECT>(octets, Tss2_MU_TPM2B_ID_OBJECT_Unmarshal, "TPM2B_ID_OBJECT");
}
Result<TPM2B_ENCRYPTED_SECRET> to_encrypted_secret(ByteView octets) {
    return read_all_of<TPM2B_ENCRYPTED_SECRET>(octets, Tss2_MU_TPM2B_ENCRYPTED_SECRET_Unmarshal, "TPM2B_ENCRYPTED_SECRET");
}
Result<TPMT_SIGNATURE> to_signature(ByteView octets) {
    return read_all_of<TPMT_SIGNATURE>(octets, Tss2_MU_TPMT_SIGNATURE_Unmarshal, "TPMT_SIGNATURE");
}

Result<Bytes> from_public(const TPM2B_PUBLIC& area) { return write(area, Tss2_MU_TPM2B_PUBLIC_Marshal, "TPM2B_PUBLIC"); }
Result<Bytes> from_private(const TPM2B_PRIVATE& area) { return write(area, Tss2_MU_TPM2B_PRIVATE_Marshal, "TPM2B_PRIVATE"); }
Result<Bytes> from_signature(const TPMT_SIGNATURE& signature) { return write(signature, Tss2_MU_TPMT_SIGNATURE_Marshal, "TPMT_SIGNATURE"); }
Result<Bytes> from_nv_public(const TPMS_NV_PUBLIC& area) { return write(area, Tss2_MU_TPMS_NV_PUBLIC_Marshal, "TPMS_NV_PUBLIC"); }

Result<TPML_PCR_SELECTION> to_selection(const std::vector<PcrSelection>& selections) {
    TPML_PCR_SELECTION list{};
    if (selections.size() > TPM2_NUM_PCR_BANKS) return rejected("more PCR banks are selected than a TPM has");
    std::uint32_t all = 0;
    for (const PcrSelection& selection : selections) {
        for (UINT32 i = 0; i < list.count; ++i) {
            if (list.pcrSelections[i].hash == tpm_alg_id(selection.bank)) return rejected("a PCR bank is selected twice");
        }
        TPMS_PCR_SELECTION& bank = list.pcrSelections[list.count++];
        bank.hash = tpm_alg_id(selection.bank);
        bank.sizeofSelect = kPcrCount / 8;
        for (unsigned octet = 0; octet < kPcrCount / 8; ++octet) bank.pcrSelect[octet] = static_cast<BYTE>(selection.mask >> (8 * octet));
        all |= selection.mask;
    }
    if (all == 0) return rejected("no PCR is selected");
    return list;
}

std::vector<PcrSelection> from_selection(const TPML_PCR_SELECTION& list) {
    std::vector<PcrSelection> selections;
    for (UINT32 i = 0; i < list.count && i < TPM2_NUM_PCR_BANKS; ++i) {
        const TPMS_PCR_SELECTION& bank = list.pcrSelections[i];
        const auto alg = hash_alg_from_tpm(bank.hash);
        if (!alg) continue;
        PcrSelection selection{*alg, 0};
        for (unsigned octet = 0; octet < kPcrCount / 8 && octet < bank.sizeofSelect; ++octet) {
            selection.mask |= static_cast<std::uint32_t>(bank.pcrSelect[octet]) << (8 * octet);
        }
        selections.push_back(selection);
    }
    return selections;
}

}  // namespace anchor::tpm
