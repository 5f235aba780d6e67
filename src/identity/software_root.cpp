// SPDX-License-Identifier: Apache-2.0
#include <anchor/identity/software_root.h>

#include <anchor/crypto/private_key.h>

namespace anchor::identity {

Result<KeyBlob> SoftwareKeyForge::make(KeyAlg alg) {
    ANCHOR_ASSIGN_OR_RETURN(const auto key, crypto::SoftwareKey::generate(alg));
    return KeyBlob{to_bytes(key.public_key()), key.to_pkcs8_pem()};
}

Result<std::shared_ptr<DeviceKey>> SoftwareKeyForge::load(const KeyBlob& blob) {
    ANCHOR_ASSIGN_OR_RETURN(auto key, crypto::SoftwareKey::parse(blob.private_area.view()));
    if (!equal(key.public_key(), blob.public_area)) return corrupt("the stored key's private part is that of another key");
    return std::shared_ptr<DeviceKey>(std::make_shared<crypto::SoftwareKey>(std::move(key)));
}

Result<Attestation> SoftwareKeyForge::certify(const KeyBlob&, ByteView) {
    return denied("a software key cannot be certified: there is no attestation key");
}

Result<Keyring> SoftwareRoot::open(const RootState& state) {
    if (!state.ak.public_area.empty()) return corrupt("the stored identity belongs to a TPM, and this device is configured to have none");
    return Keyring{nullptr, nullptr, std::make_unique<SoftwareKeyForge>()};
}

}  // namespace anchor::identity
