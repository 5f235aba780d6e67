// SPDX-License-Identifier: Apache-2.0
#include <anchor/tpm/esys_endorser.h>

#include <algorithm>

#include "connection.h"
#include "nv_commands.h"

namespace anchor::tpm {
namespace {

// TCG EK Credential Profile 2.5, §2.2.1.5: where certificates and the maker's chain are.
constexpr TPM2_HANDLE kFirstCertificate = 0x01C00002;
constexpr TPM2_HANDLE kLastCertificate = 0x01C000FF;
constexpr TPM2_HANDLE kFirstOfChain = 0x01C00100;
constexpr TPM2_HANDLE kLastOfChain = 0x01C001FF;
constexpr std::size_t kLargestIndex = 8192;
constexpr std::size_t kLargestChain = 65536;

// The octets of the DER sequence that stands at the front; nothing where there is none. Makers pad an index with zeros
// or ones, and put several certificates behind one another.
ByteView first_sequence(ByteView octets) {
    if (octets.size() < 4 || octets[0] != 0x30 || octets[1] != 0x82) return {};  // certificates take 256 octets and more
    const std::size_t size = 4U + ((std::size_t{octets[2]} << 8U) | octets[3]);
    return size <= octets.size() ? octets.first(size) : ByteView{};
}

bool is_written(const NvIndex& index) { return (index.area.attributes & tpmwire::nv_attribute::kWritten) != 0; }

// Empty where the index is not defined, or nobody has written it yet.
Result<Bytes> read_index(Channel& channel, TPM2_HANDLE handle) {
    ANCHOR_ASSIGN_OR_RETURN(const auto index, find_index(channel, handle));
    if (!index || !is_written(*index)) return Bytes();
    return read(channel, *index, kLargestIndex);
}

Result<Bytes> read_certificate(Channel& channel, TPM2_HANDLE handle) {
    ANCHOR_ASSIGN_OR_RETURN(const Bytes octets, read_index(channel, handle));
    return to_bytes(first_sequence(octets));
}

Result<std::vector<Bytes>> read_chain(Channel& channel) {
    ANCHOR_ASSIGN_OR_RETURN(const auto indices, list_indices(channel, kFirstOfChain, kLastOfChain));
    Bytes octets;
    for (const TPM2_HANDLE handle : indices) {
        auto piece = read_index(channel, handle);
        if (channel.lost()) return std::move(piece).error();
        // The chain is a convenience: what a maker left in a form that can't be read is no reason to be without an EK.
        if (!piece || octets.size() > kLargestChain) break;
        append(octets, *piece);  // a certificate may go on in the next index
    }
    std::vector<Bytes> chain;
    for (ByteView rest = octets;;) {
        const ByteView certificate = first_sequence(rest);
        if (certificate.empty()) return chain;
        chain.push_back(to_bytes(certificate));
        rest = rest.subspan(certificate.size());
    }
}

using Profile = const tpmwire::EndorsementProfile*;

Result<std::vector<Profile>> find_certified(Channel& channel) {
    ANCHOR_ASSIGN_OR_RETURN(const auto present, list_indices(channel, kFirstCertificate, kLastCertificate));
    std::vector<Profile> certified;
    for (const auto& profile : tpmwire::endorsement_profiles()) {
        if (std::ranges::find(present, profile.certificate_index) == present.end()) continue;
        ANCHOR_ASSIGN_OR_RETURN(const auto index, find_index(channel, profile.certificate_index));
        if (index && is_written(*index)) certified.push_back(&profile);
    }
    return certified;
}

// Made as the maker made the key that it certified.
Result<Primary> endorsement_key(Connection& connection, const tpmwire::EndorsementProfile& profile) {
    Bytes template_of_maker;
    Bytes nonce;
    if (profile.template_index != 0) {
        ANCHOR_ASSIGN_OR_RETURN(template_of_maker, read_index(connection.channel(), profile.template_index));
        ANCHOR_ASSIGN_OR_RETURN(nonce, read_index(connection.channel(), profile.nonce_index));
    }
    ANCHOR_ASSIGN_OR_RETURN(const auto model, tpmwire::endorsement_model(profile, template_of_maker, nonce));
    return connection.keys().endorsement_key(model);
}

Result<Profile> choose(Connection& connection, std::string_view wanted) {
    std::vector<Profile> candidates;
    if (wanted.empty()) {
        ANCHOR_ASSIGN_OR_RETURN(candidates, find_certified(connection.channel()));
    }
    for (const auto& profile : tpmwire::endorsement_profiles()) {
        if (wanted.empty() || wanted == profile.name) candidates.push_back(&profile);
    }
    std::string why = "there is no such profile";
    for (const Profile profile : candidates) {
        const auto key = endorsement_key(connection, *profile);
        if (key) return profile;
        if (key.error().kind != ErrorKind::Rejected) return key.error();
        why = key.error().what;
    }
    return rejected("endorsement key " + std::string(wanted) + ": " + why);
}

}  // namespace

Result<std::vector<const tpmwire::EndorsementProfile*>> certified_profiles(Device& device) {
    return ask<std::vector<Profile>>(device, [](Connection& connection) { return find_certified(connection.channel()); });
}

Result<std::unique_ptr<EsysEndorser>> EsysEndorser::open(std::shared_ptr<Device> device, KeyBlob ak, std::string_view profile) {
    ANCHOR_ASSIGN_OR_RETURN(const Profile chosen,
                            ask<Profile>(*device, [&](Connection& connection) { return choose(connection, profile); }));
    return std::unique_ptr<EsysEndorser>(new EsysEndorser(std::move(device), std::move(ak), chosen));
}

Result<Endorsement> EsysEndorser::endorsement() {
    return ask<Endorsement>(*device_, [&](Connection& connection) -> Result<Endorsement> {
        Endorsement endorsement;
        {
            ANCHOR_ASSIGN_OR_RETURN(const Primary key, endorsement_key(connection, *profile_));
            endorsement.public_area = tpmwire::marshal(key.area);
        }
        ANCHOR_ASSIGN_OR_RETURN(endorsement.certificate, read_certificate(connection.channel(), profile_->certificate_index));
        ANCHOR_ASSIGN_OR_RETURN(endorsement.intermediates, read_chain(connection.channel()));
        return endorsement;
    });
}

Result<SecretBytes> EsysEndorser::activate_credential(ByteView credential, ByteView secret) {
    return ask<SecretBytes>(*device_, [&](Connection& connection) -> Result<SecretBytes> {
        ANCHOR_ASSIGN_OR_RETURN(const LoadedKey ak, connection.keys().use(ak_));
        ANCHOR_ASSIGN_OR_RETURN(const Session salted, connection.keys().salted_session(Encrypt::CommandAndResponse));
        ANCHOR_ASSIGN_OR_RETURN(const Primary ek, endorsement_key(connection, *profile_));
        ANCHOR_ASSIGN_OR_RETURN(const Session endorsement, start_endorsement(connection.channel(), *profile_));
        auto result = tpm::activate_credential(connection.channel(), ak->ref(), salted, ek.ref(), endorsement, credential, secret);
        // A credential for another EK fails its HMAC: Part 3 §12.5 calls that an integrity error, but it is input here, not ours.
        if (!result && result.error().kind == ErrorKind::Corrupt) {
            return rejected("the credential was made for another EK or AK: " + result.error().what, result.error().native);
        }
        return result;
    });
}

}  // namespace anchor::tpm
