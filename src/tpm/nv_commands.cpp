// SPDX-License-Identifier: Apache-2.0
#include "nv_commands.h"

#include <algorithm>

#include "capability.h"
#include "structure.h"

namespace anchor::tpm {

Result<std::vector<TPM2_HANDLE>> list_indices(Channel& channel, TPM2_HANDLE first, TPM2_HANDLE last) {
    constexpr UINT32 kMost = 64;
    ANCHOR_ASSIGN_OR_RETURN(std::vector<TPM2_HANDLE> found, list_handles(channel, first, kMost));
    std::erase_if(found, [&](TPM2_HANDLE handle) { return handle > last; });
    return found;
}

Result<std::optional<NvIndex>> find_index(Channel& channel, TPM2_HANDLE index) {
    ANCHOR_ASSIGN_OR_RETURN(const auto found, list_handles(channel, index, 1));
    if (found.empty() || found.front() != index) return std::optional<NvIndex>();
    ESYS_TR raw = ESYS_TR_NONE;
    ANCHOR_RETURN_IF_ERROR(channel.issue("TPM2_NV_ReadPublic", [&](ESYS_CONTEXT* esys) {
        return Esys_TR_FromTPMPublic(esys, index, ESYS_TR_NONE, ESYS_TR_NONE, ESYS_TR_NONE, &raw);
    }));
    PersistentRef handle(channel, raw);
    EsysOwned<TPM2B_NV_PUBLIC> area;
    EsysOwned<TPM2B_NAME> name;
    ANCHOR_RETURN_IF_ERROR(channel.issue("TPM2_NV_ReadPublic", [&](ESYS_CONTEXT* esys) {
        return Esys_NV_ReadPublic(esys, raw, ESYS_TR_NONE, ESYS_TR_NONE, ESYS_TR_NONE, area.out(), name.out());
    }));
    ANCHOR_ASSIGN_OR_RETURN(const Bytes octets, from_nv_public(area->nvPublic));
    ANCHOR_ASSIGN_OR_RETURN(tpmwire::NvPublic parsed, tpmwire::parse_nv_public(octets));
    return std::optional<NvIndex>(NvIndex{std::move(handle), std::move(parsed)});
}

Result<Bytes> read(Channel& channel, const NvIndex& index, std::size_t limit) {
    if (index.area.data_size > limit) {
        return rejected("NV index of " + std::to_string(index.area.data_size) + " octets is larger than " + std::to_string(limit));
    }
    constexpr std::uint32_t kAnyTpmCan = 64;
    ANCHOR_ASSIGN_OR_RETURN(const auto buffer, property(channel, TPM2_PT_NV_BUFFER_MAX));
    const auto most = static_cast<UINT16>(std::clamp<std::uint32_t>(buffer.value_or(kAnyTpmCan), kAnyTpmCan, TPM2_MAX_NV_BUFFER_SIZE));
    const ESYS_TR raw = index.handle.ref().raw;
    const bool by_itself = (index.area.attributes & tpmwire::nv_attribute::kAuthRead) != 0;
    Bytes octets;
    while (octets.size() < index.area.data_size) {
        const auto offset = static_cast<UINT16>(octets.size());
        const auto size = std::min<UINT16>(most, static_cast<UINT16>(index.area.data_size - offset));
        EsysOwned<TPM2B_MAX_NV_BUFFER> piece;
        ANCHOR_RETURN_IF_ERROR(channel.issue("TPM2_NV_Read", [&](ESYS_CONTEXT* esys) {
            return Esys_NV_Read(esys, by_itself ? raw : ESYS_TR_RH_OWNER, raw, ESYS_TR_PASSWORD, ESYS_TR_NONE, ESYS_TR_NONE, size, offset,
                                piece.out());
        }));
        if (piece->size != size) return rejected("TPM2_NV_Read: fewer octets than asked for");
        append(octets, view_of(*piece));
    }
    return octets;
}

Result<void> define(Channel& channel, const Session& salted, const tpmwire::NvPublic& area) {
    TPM2B_NV_PUBLIC in{};
    in.nvPublic.nvIndex = area.index;
    in.nvPublic.nameAlg = tpm_alg_id(area.name_alg);
    in.nvPublic.attributes = area.attributes;
    in.nvPublic.dataSize = area.data_size;
    constexpr TPM2B_AUTH kEmptyPassword{};
    ESYS_TR raw = ESYS_TR_NONE;
    ANCHOR_RETURN_IF_ERROR(channel.issue("TPM2_NV_DefineSpace", [&](ESYS_CONTEXT* esys) {
        return Esys_NV_DefineSpace(esys, ESYS_TR_RH_OWNER, salted.raw(), ESYS_TR_NONE, ESYS_TR_NONE, &kEmptyPassword, &in, &raw);
    }));
    const PersistentRef made(channel, raw);
    return {};
}

Result<void> increment(Channel& channel, const NvIndex& index) {
    const ESYS_TR raw = index.handle.ref().raw;
    return channel.issue("TPM2_NV_Increment", [&](ESYS_CONTEXT* esys) {
        return Esys_NV_Increment(esys, raw, raw, ESYS_TR_PASSWORD, ESYS_TR_NONE, ESYS_TR_NONE);
    });
}

}  // namespace anchor::tpm
