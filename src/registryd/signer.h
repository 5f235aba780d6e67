// SPDX-License-Identifier: Apache-2.0
#pragma once

// Keys of the authority, by name: a file, a key that only its TPM can use, or one in a PKCS#11 token. Whoever signs does not know which.

#include <memory>
#include <string>

#include <anchor/core/device_key.h>

namespace anchor::registryd {

struct KeyName {
    std::string key;       ///< a file, or a PKCS#11 URI (RFC 7512)
    std::string pin_file;  ///< for a token; empty: asked at the terminal
    std::string tcti = "device:/dev/tpmrm0";
};

/// Denied: not there, PIN wrong. Rejected: no key.
[[nodiscard]] Result<std::shared_ptr<DeviceKey>> open_signer(const KeyName& name);

struct NewKey {
    std::string base;  ///< BASE.key, mode 0600, and BASE.pem, the public key, are written
    std::string algorithm = "ec-p256";
    std::string tcti;  ///< empty: in software
};
/// Makes a key and says its id. With a TPM, BASE.key is of use to that TPM alone. Denied: the files are there already.
[[nodiscard]] Result<void> make_signer(const NewKey& wanted);
/// Says the id of a key and writes its public half.
[[nodiscard]] Result<void> show_signer(const KeyName& name, const std::string& out);

}  // namespace anchor::registryd
