// SPDX-License-Identifier: Apache-2.0
#include "key_commands.h"

#include "structure.h"

namespace anchor::tpm {
namespace {

// Of TPM2B_PUBLIC, the TPMT_PUBLIC inside: without the size in front.
Result<Bytes> inner_public(const TPM2B_PUBLIC& area) {
    ANCHOR_ASSIGN_OR_RETURN(const Bytes sized, from_public(area));
    return Bytes(sized.begin() + 2, sized.end());
}

constexpr TPM2B_SENSITIVE_CREATE kEmptyPassword{};
constexpr TPM2B_DATA kNoOutsideInfo{};
constexpr TPML_PCR_SELECTION kNoCreationPcr{};

TPMT_SIG_SCHEME scheme_of_the_key() {
    TPMT_SIG_SCHEME scheme{};
    scheme.scheme = TPM2_ALG_NULL;
    return scheme;
}

Result<Attestation> attestation_of(const TPM2B_ATTEST& attest, const TPMT_SIGNATURE& signature) {
    ANCHOR_ASSIGN_OR_RETURN(Bytes signed_octets, from_signature(signature));
    return Attestation{{attest.attestationData, attest.attestationData + attest.size}, std::move(signed_octets)};
}

}  // namespace

Result<PrimaryKey> create_primary(Channel& channel, ESYS_TR hierarchy, const tpmwire::PublicArea& model) {
    ANCHOR_ASSIGN_OR_RETURN(const TPM2B_PUBLIC in, to_public(model));
    ESYS_TR raw = ESYS_TR_NONE;
    EsysOwned<TPM2B_PUBLIC> out;
    EsysOwned<TPM2B_CREATION_DATA> data;
    EsysOwned<TPM2B_DIGEST> hash;
    EsysOwned<TPMT_TK_CREATION> ticket;
    ANCHOR_RETURN_IF_ERROR(channel.issue("TPM2_CreatePrimary", [&](ESYS_CONTEXT* esys) {
        return Esys_CreatePrimary(esys, hierarchy, ESYS_TR_PASSWORD, ESYS_TR_NONE, ESYS_TR_NONE, &kEmptyPassword, &in, &kNoOutsideInfo,
                                  &kNoCreationPcr, &raw, out.out(), data.out(), hash.out(), ticket.out());
    }));
    ANCHOR_ASSIGN_OR_RETURN(TransientHandle handle, TransientHandle::own(channel, raw));
    ANCHOR_ASSIGN_OR_RETURN(Bytes area, inner_public(*out));
    return PrimaryKey{std::move(handle), std::move(area)};
}

Result<KeyBlob> create(Channel& channel, ObjectRef parent, const Session& salted, const tpmwire::PublicArea& model) {
    ANCHOR_ASSIGN_OR_RETURN(const TPM2B_PUBLIC in, to_public(model));
    EsysOwned<TPM2B_PRIVATE> out_private;
    EsysOwned<TPM2B_PUBLIC> out_public;
    EsysOwned<TPM2B_CREATION_DATA> data;
    EsysOwned<TPM2B_DIGEST> hash;
    EsysOwned<TPMT_TK_CREATION> ticket;
    ANCHOR_RETURN_IF_ERROR(channel.issue("TPM2_Create", [&](ESYS_CONTEXT* esys) {
        return Esys_Create(esys, parent.raw, salted.raw(), ESYS_TR_NONE, ESYS_TR_NONE, &kEmptyPassword, &in, &kNoOutsideInfo,
                           &kNoCreationPcr, out_private.out(), out_public.out(), data.out(), hash.out(), ticket.out());
    }));
    ANCHOR_ASSIGN_OR_RETURN(Bytes public_area, from_public(*out_public));
    ANCHOR_ASSIGN_OR_RETURN(Bytes private_area, from_private(*out_private));
    return KeyBlob{std::move(public_area), SecretBytes(std::move(private_area))};
}

Result<TransientHandle> load(Channel& channel, ObjectRef parent, const KeyBlob& blob) {
    ANCHOR_ASSIGN_OR_RETURN(const TPM2B_PUBLIC in_public, to_public(blob.public_area));
    ANCHOR_ASSIGN_OR_RETURN(const TPM2B_PRIVATE in_private, to_private(blob.private_area.view()));
    ESYS_TR raw = ESYS_TR_NONE;
    ANCHOR_RETURN_IF_ERROR(channel.issue("TPM2_Load", [&](ESYS_CONTEXT* esys) {
        return Esys_Load(esys, parent.raw, ESYS_TR_PASSWORD, ESYS_TR_NONE, ESYS_TR_NONE, &in_private, &in_public, &raw);
    }));
    return TransientHandle::own(channel, raw);
}

Result<TransientHandle> load_public(Channel& channel, const tpmwire::PublicArea& area) {
    ANCHOR_ASSIGN_OR_RETURN(const TPM2B_PUBLIC in, to_public(area));
    ESYS_TR raw = ESYS_TR_NONE;
    // Under the owner hierarchy, not NULL: only then does a ticket of TPM2_VerifySignature count for PolicyAuthorize.
    ANCHOR_RETURN_IF_ERROR(channel.issue("TPM2_LoadExternal", [&](ESYS_CONTEXT* esys) {
        return Esys_LoadExternal(esys, ESYS_TR_NONE, ESYS_TR_NONE, ESYS_TR_NONE, nullptr, &in, ESYS_TR_RH_OWNER, &raw);
    }));
    return TransientHandle::own(channel, raw);
}

Result<TPMS_CONTEXT> save(Channel& channel, const TransientHandle& key) {
    EsysOwned<TPMS_CONTEXT> context;
    ANCHOR_RETURN_IF_ERROR(
        channel.issue("TPM2_ContextSave", [&](ESYS_CONTEXT* esys) { return Esys_ContextSave(esys, key.ref().raw, context.out()); }));
    return *context;
}

Result<TransientHandle> load_saved(Channel& channel, const TPMS_CONTEXT& saved) {
    ESYS_TR raw = ESYS_TR_NONE;
    ANCHOR_RETURN_IF_ERROR(channel.issue("TPM2_ContextLoad", [&](ESYS_CONTEXT* esys) { return Esys_ContextLoad(esys, &saved, &raw); }));
    return TransientHandle::own(channel, raw);
}

Result<std::optional<PersistentKey>> find_persistent(Channel& channel, TPM2_HANDLE handle) {
    TPMI_YES_NO more = 0;
    EsysOwned<TPMS_CAPABILITY_DATA> found;
    ANCHOR_RETURN_IF_ERROR(channel.issue("TPM2_GetCapability", [&](ESYS_CONTEXT* esys) {
        return Esys_GetCapability(esys, ESYS_TR_NONE, ESYS_TR_NONE, ESYS_TR_NONE, TPM2_CAP_HANDLES, handle, 1, &more, found.out());
    }));
    const TPML_HANDLE& handles = found->data.handles;
    if (handles.count == 0 || handles.handle[0] != handle) return std::optional<PersistentKey>();
    ESYS_TR raw = ESYS_TR_NONE;
    ANCHOR_RETURN_IF_ERROR(channel.issue("TPM2_ReadPublic", [&](ESYS_CONTEXT* esys) {
        return Esys_TR_FromTPMPublic(esys, handle, ESYS_TR_NONE, ESYS_TR_NONE, ESYS_TR_NONE, &raw);
    }));
    PersistentRef key(channel, raw);
    EsysOwned<TPM2B_PUBLIC> area;
    EsysOwned<TPM2B_NAME> name;
    EsysOwned<TPM2B_NAME> qualified;
    ANCHOR_RETURN_IF_ERROR(channel.issue("TPM2_ReadPublic", [&](ESYS_CONTEXT* esys) {
        return Esys_ReadPublic(esys, raw, ESYS_TR_NONE, ESYS_TR_NONE, ESYS_TR_NONE, area.out(), name.out(), qualified.out());
    }));
    ANCHOR_ASSIGN_OR_RETURN(Bytes octets, inner_public(*area));
    return std::optional<PersistentKey>(PersistentKey{std::move(key), std::move(octets)});
}

Result<Attestation> quote(Channel& channel, ObjectRef ak, const std::vector<PcrSelection>& selections, ByteView extra_data) {
    ANCHOR_ASSIGN_OR_RETURN(const TPML_PCR_SELECTION list, to_selection(selections));
    ANCHOR_ASSIGN_OR_RETURN(const auto extra, to_buffer<TPM2B_DATA>(extra_data, "extraData"));
    const TPMT_SIG_SCHEME scheme = scheme_of_the_key();
    EsysOwned<TPM2B_ATTEST> attest;
    EsysOwned<TPMT_SIGNATURE> signature;
    ANCHOR_RETURN_IF_ERROR(channel.issue("TPM2_Quote", [&](ESYS_CONTEXT* esys) {
        return Esys_Quote(esys, ak.raw, ESYS_TR_PASSWORD, ESYS_TR_NONE, ESYS_TR_NONE, &extra, &scheme, &list, attest.out(),
                          signature.out());
    }));
    return attestation_of(*attest, *signature);
}

Result<Attestation> certify(Channel& channel, ObjectRef object, ObjectRef ak, ByteView extra_data) {
    ANCHOR_ASSIGN_OR_RETURN(const auto extra, to_buffer<TPM2B_DATA>(extra_data, "extraData"));
    const TPMT_SIG_SCHEME scheme = scheme_of_the_key();
    EsysOwned<TPM2B_ATTEST> attest;
    EsysOwned<TPMT_SIGNATURE> signature;
    ANCHOR_RETURN_IF_ERROR(channel.issue("TPM2_Certify", [&](ESYS_CONTEXT* esys) {
        return Esys_Certify(esys, object.raw, ak.raw, ESYS_TR_PASSWORD, ESYS_TR_PASSWORD, ESYS_TR_NONE, &extra, &scheme, attest.out(),
                            signature.out());
    }));
    return attestation_of(*attest, *signature);
}

Result<Attestation> get_time(Channel& channel, ObjectRef ak, ByteView extra_data) {
    ANCHOR_ASSIGN_OR_RETURN(const auto extra, to_buffer<TPM2B_DATA>(extra_data, "extraData"));
    const TPMT_SIG_SCHEME scheme = scheme_of_the_key();
    EsysOwned<TPM2B_ATTEST> attest;
    EsysOwned<TPMT_SIGNATURE> signature;
    ANCHOR_RETURN_IF_ERROR(channel.issue("TPM2_GetTime", [&](ESYS_CONTEXT* esys) {
        return Esys_GetTime(esys, ESYS_TR_RH_ENDORSEMENT, ak.raw, ESYS_TR_PASSWORD, ESYS_TR_PASSWORD, ESYS_TR_NONE, &extra, &scheme,
                            attest.out(), signature.out());
    }));
    return attestation_of(*attest, *signature);
}

Result<SecretBytes> activate_credential(Channel& channel, ObjectRef ak, const Session& salted, ObjectRef ek, const Session& endorsement,
                                        ByteView credential, ByteView secret) {
    ANCHOR_ASSIGN_OR_RETURN(const TPM2B_ID_OBJECT id_object, to_id_object(credential));
    ANCHOR_ASSIGN_OR_RETURN(const TPM2B_ENCRYPTED_SECRET encrypted, to_encrypted_secret(secret));
    EsysOwned<TPM2B_DIGEST> activated;
    ANCHOR_RETURN_IF_ERROR(channel.issue("TPM2_ActivateCredential", [&](ESYS_CONTEXT* esys) {
        return Esys_ActivateCredential(esys, ak.raw, ek.raw, salted.raw(), endorsement.raw(), ESYS_TR_NONE, &id_object, &encrypted,
                                       activated.out());
    }));
    SecretBytes result = SecretBytes::copy_of(view_of(*activated));
    wipe({activated->buffer, sizeof(activated->buffer)});
    return result;
}

}  // namespace anchor::tpm
