// SPDX-License-Identifier: Apache-2.0
#include <anchor/tpmwire/nv_public.h>

#include <tss2/tss2_tpm2_types.h>

#include "fields.h"
#include "octet_writer.h"

namespace anchor::tpmwire {

namespace {

Result<NvPublic> read_nv_public(ByteReader& reader) {
    NvPublic nv;
    ANCHOR_ASSIGN_OR_RETURN(nv.index, reader.u32_be("nvIndex"));
    if (nv.index >> TPM2_HR_SHIFT != TPM2_HT_NV_INDEX) return rejected("nvIndex: is not in the NV range");
    ANCHOR_ASSIGN_OR_RETURN(nv.name_alg, read_hash_alg(reader, "nameAlg"));
    ANCHOR_ASSIGN_OR_RETURN(nv.attributes, reader.u32_be("attributes"));
    ANCHOR_ASSIGN_OR_RETURN(nv.auth_policy, read_policy(reader, nv.name_alg));
    ANCHOR_ASSIGN_OR_RETURN(nv.data_size, reader.u16_be("dataSize"));
    ANCHOR_RETURN_IF_ERROR(reader.expect_end("TPMS_NV_PUBLIC"));
    return nv;
}

}  // namespace

Result<NvPublic> parse_nv_public(ByteView tpms_nv_public) {
    ByteReader reader(tpms_nv_public);
    auto nv = read_nv_public(reader);
    if (!nv) return std::move(nv).error().within("NV public area");
    return nv;
}

Bytes marshal(const NvPublic& nv) {
    OctetWriter out;
    out.u32(nv.index).u16(tpm_alg_id(nv.name_alg)).u32(nv.attributes).sized(nv.auth_policy).u16(nv.data_size);
    return std::move(out).take();
}

Bytes name_of(const NvPublic& nv) { return name_over(nv.name_alg, marshal(nv)); }

}  // namespace anchor::tpmwire
