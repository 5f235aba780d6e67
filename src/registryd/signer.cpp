// SPDX-License-Identifier: Apache-2.0
#include "signer.h"

#include <termios.h>
#include <unistd.h>

#include <iostream>

#include <anchor/base/encoding.h>
#include <anchor/base/file.h>
#include <anchor/base/json.h>
#include <anchor/crypto/private_key.h>
#include <anchor/token/pkcs11_key.h>
#include <anchor/tpm/esys_key_forge.h>

#include "folder.h"

namespace anchor::registryd {
namespace {

constexpr std::size_t kLargestKey = 64UL * 1024;
constexpr std::size_t kLongestPin = 256;
constexpr std::string_view kTpmFormat = "anchord-tpm-key-1";

std::shared_ptr<tpm::EsysKeyForge> forge_at(const std::string& tcti) {
    tpm::DeviceSettings settings;
    settings.tcti = tcti;
    return std::make_shared<tpm::EsysKeyForge>(tpm::Device::at(std::move(settings)), KeyBlob{});
}

// The key keeps its TPM.
class TpmSigner final : public DeviceKey {
public:
    TpmSigner(std::shared_ptr<tpm::EsysKeyForge> forge, std::shared_ptr<DeviceKey> key) : forge_(std::move(forge)), key_(std::move(key)) {}
    [[nodiscard]] KeyAlg algorithm() const noexcept override { return key_->algorithm(); }
    [[nodiscard]] ByteView public_key() const noexcept override { return key_->public_key(); }
    [[nodiscard]] Result<Bytes> sign(SignatureScheme scheme, const Digest& digest) override { return key_->sign(scheme, digest); }

private:
    std::shared_ptr<tpm::EsysKeyForge> forge_;
    std::shared_ptr<DeviceKey> key_;
};

SecretBytes tpm_key_text(const KeyBlob& blob) {
    const Json json = {
        {"format", kTpmFormat}, {"public", to_base64url(blob.public_area)}, {"private", to_base64url(blob.private_area.view())}};
    return SecretBytes(to_bytes(json.dump(2) + "\n"));
}

Result<std::shared_ptr<DeviceKey>> open_tpm_key(const Json& json, const std::string& tcti) {
    ANCHOR_RETURN_IF_ERROR(json_only_keys(json, {"format", "public", "private"}));
    ANCHOR_ASSIGN_OR_RETURN(const std::string format, json_string(json, "format"));
    if (format != kTpmFormat) return rejected("a key of unknown format");
    KeyBlob blob;
    ANCHOR_ASSIGN_OR_RETURN(blob.public_area, json_octets(json, "public"));
    ANCHOR_ASSIGN_OR_RETURN(Bytes wrapped, json_octets(json, "private"));
    blob.private_area = SecretBytes(std::move(wrapped));
    auto forge = forge_at(tcti);
    ANCHOR_ASSIGN_OR_RETURN(auto key, forge->load(blob));
    return std::shared_ptr<DeviceKey>(std::make_shared<TpmSigner>(std::move(forge), std::move(key)));
}

Result<std::shared_ptr<DeviceKey>> open_file(const KeyName& name) {
    ANCHOR_ASSIGN_OR_RETURN(Bytes octets, read_file(name.key, kLargestKey));
    const SecretBytes secret(std::move(octets));
    if (as_text(secret.view()).starts_with("{")) {
        ANCHOR_ASSIGN_OR_RETURN(const Json json, parse_json(as_text(secret.view())));
        return open_tpm_key(json, name.tcti);
    }
    ANCHOR_ASSIGN_OR_RETURN(auto key, crypto::SoftwareKey::parse(secret.view()));
    return std::shared_ptr<DeviceKey>(std::make_shared<crypto::SoftwareKey>(std::move(key)));
}

// One line; the terminal does not show it.
Result<SecretBytes> asked_pin() {
    termios before{};
    if (tcgetattr(STDIN_FILENO, &before) != 0) return denied("the token wants a PIN: --pin-file or pin-source names a file with it");
    termios silent = before;
    silent.c_lflag &= ~static_cast<tcflag_t>(ECHO);
    std::cerr << "PIN: " << std::flush;
    tcsetattr(STDIN_FILENO, TCSAFLUSH, &silent);
    std::string line;
    std::getline(std::cin, line);
    tcsetattr(STDIN_FILENO, TCSAFLUSH, &before);
    std::cerr << "\n";
    auto pin = SecretBytes::copy_of(as_bytes(line));
    wipe({reinterpret_cast<std::uint8_t*>(line.data()), line.size()});
    return pin;
}

Result<SecretBytes> pin_for(const KeyName& name, const token::Pkcs11Uri& uri) {
    const std::string& file = name.pin_file.empty() ? uri.pin_source : name.pin_file;
    if (file.empty()) return asked_pin();
    ANCHOR_ASSIGN_OR_RETURN(Bytes octets, read_file(file, kLongestPin));
    const SecretBytes whole(std::move(octets));
    std::string_view line = as_text(whole.view());
    return SecretBytes::copy_of(as_bytes(line.substr(0, line.find_first_of("\r\n"))));
}

Result<std::string> kid_of(const DeviceKey& key) {
    ANCHOR_ASSIGN_OR_RETURN(const auto public_key, crypto::PublicKey::from_spki(key.public_key()));
    return public_key.thumbprint();
}

}  // namespace

Result<std::shared_ptr<DeviceKey>> open_signer(const KeyName& name) {
    if (!token::is_pkcs11_uri(name.key)) {
        auto key = open_file(name);
        if (!key) return std::move(key).error().within(name.key);
        return key;
    }
    ANCHOR_ASSIGN_OR_RETURN(const auto uri, token::pkcs11_uri_from(name.key));
    ANCHOR_ASSIGN_OR_RETURN(SecretBytes pin, pin_for(name, uri));
    ANCHOR_ASSIGN_OR_RETURN(auto key, token::Pkcs11Key::open(uri, std::move(pin)));
    return std::shared_ptr<DeviceKey>(std::move(key));
}

Result<void> make_signer(const NewKey& wanted) {
    const auto alg = key_alg_from(wanted.algorithm);
    if (!alg) return rejected("no such algorithm: " + wanted.algorithm + "; ec-p256 and ec-p384 are");
    if (!wanted.tcti.empty()) {
        const auto forge = forge_at(wanted.tcti);
        ANCHOR_ASSIGN_OR_RETURN(const KeyBlob blob, forge->make(*alg));
        ANCHOR_RETURN_IF_ERROR(write_new(wanted.base + ".key", tpm_key_text(blob).view(), 0600));
    } else {
        ANCHOR_ASSIGN_OR_RETURN(const auto key, crypto::SoftwareKey::generate(*alg));
        ANCHOR_RETURN_IF_ERROR(write_key(wanted.base + ".key", key));
    }
    return show_signer({wanted.base + ".key", {}, wanted.tcti}, wanted.base + ".pem");
}

Result<void> show_signer(const KeyName& name, const std::string& out) {
    ANCHOR_ASSIGN_OR_RETURN(const auto key, open_signer(name));
    ANCHOR_ASSIGN_OR_RETURN(const auto public_key, crypto::PublicKey::from_spki(key->public_key()));
    ANCHOR_ASSIGN_OR_RETURN(const std::string kid, kid_of(*key));
    std::cout << kid << "  " << to_string(key->algorithm()) << "\n";
    if (out.empty()) {
        std::cout << public_key.pem();
        return {};
    }
    return write_new(out, as_bytes(public_key.pem()), 0644);
}

}  // namespace anchor::registryd
