// SPDX-License-Identifier: Apache-2.0
#include "operations.h"

#include <filesystem>
#include <iostream>

#include <anchor/base/encoding.h>
#include <anchor/base/file.h>
#include <anchor/base/plain_text.h>
#include <anchor/crypto/hash.h>
#include <anchor/protocol/topics.h>
#include <anchor/registry/numbers.h>
#include <anchor/tpmwire/public_area.h>

#include "shipment.h"

namespace anchor::registryd {
namespace {

constexpr std::size_t kLargestFile = 1U << 20U;
constexpr std::size_t kLargestShipment = 256UL << 20U;

Result<registry::DeviceRecord> find_device(RegistryFiles& files, const std::string& text) {
    ANCHOR_ASSIGN_OR_RETURN(const DeviceId id, DeviceId::parse(text));
    ANCHOR_ASSIGN_OR_RETURN(auto device, files.store().device(id));
    if (!device) return denied("there is no device " + text);
    return std::move(*device);
}

// The new standing, signed and with the next number, so that it wins over what the device has.
Result<void> renew_standing(RegistryFiles& files, registry::DeviceRecord& device, const std::string& act, const std::string& what) {
    ANCHOR_ASSIGN_OR_RETURN(registry::Authority * authority, files.authority());
    device.standing.number = registry::number_after(device.standing.number, files.clock().wall());
    ANCHOR_ASSIGN_OR_RETURN(device.standing_document, authority->standing(device.standing, device.id));
    ANCHOR_RETURN_IF_ERROR(files.store().save(device));
    return files.store().audit(act, device.id.text(), what, files.clock().wall());
}

bool is_digest_text(const std::string& text) {
    return text.size() == 64 && text.find_first_not_of("0123456789abcdefABCDEF") == std::string::npos;
}

Result<crypto::Certificate> certificate_from(ByteView octets) {
    if (as_text(octets).find("-----BEGIN") != std::string_view::npos) return crypto::Certificate::from_pem(as_text(octets));
    return crypto::Certificate::from_nv(octets);
}

// What the EK list is keyed by: the fingerprint of a certificate, or the digest of a public area.
Result<Bytes> digest_of_endorsement(const std::string& what) {
    if (is_digest_text(what)) return from_hex(what);
    ANCHOR_ASSIGN_OR_RETURN(const Bytes octets, read_file(what, kLargestFile));
    if (const auto certificate = certificate_from(octets)) return to_bytes(certificate->fingerprint().view());
    auto area = tpmwire::parse_sized_public_area(octets);
    if (!area) area = tpmwire::parse_public_area(octets);
    if (!area) return rejected(what + ": neither an EK certificate nor a TPM's public area");
    return to_bytes(crypto::hash(HashAlg::Sha256, tpmwire::marshal(*area)).view());
}

Result<std::vector<crypto::Certificate>> certificates_in(const std::string& path) {
    ANCHOR_ASSIGN_OR_RETURN(const Bytes octets, read_file(path, kLargestFile));
    if (as_text(octets).find("-----BEGIN") != std::string_view::npos) return crypto::Certificate::bundle_from_pem(as_text(octets));
    ANCHOR_ASSIGN_OR_RETURN(auto certificate, crypto::Certificate::from_der(octets));
    return std::vector<crypto::Certificate>{std::move(certificate)};
}

Result<void> add_roots_of_file(RegistryFiles& files, const std::string& path) {
    auto certificates = certificates_in(path);
    if (!certificates) return std::move(certificates).error().within(path);
    for (const auto& certificate : *certificates) {
        ANCHOR_RETURN_IF_ERROR(
            files.store().add_root(certificate.fingerprint().view(), certificate.subject(), certificate.der(), files.clock().wall()));
        ANCHOR_RETURN_IF_ERROR(files.store().audit("ek root added", "", certificate.subject(), files.clock().wall()));
        std::cout << "root " << to_hex(certificate.fingerprint().view()) << "  " << certificate.subject() << "\n";
    }
    return {};
}

std::string on_list(const std::string& list) { return list.empty() ? "" : " on list " + list; }

}  // namespace

Result<void> approve(RegistryFiles& files, const std::string& text) {
    ANCHOR_ASSIGN_OR_RETURN(const DeviceId id, DeviceId::parse(text));
    return files.store().atomically([&]() -> Result<void> {
        ANCHOR_ASSIGN_OR_RETURN(const bool found, files.store().approve(id));
        if (!found) return denied("no device " + text + " waits for approval");
        return files.store().audit("approved", id.text(), "by an operator", files.clock().wall());
    });
}

Result<void> set_group(RegistryFiles& files, const std::string& id, const std::string& group) {
    ANCHOR_ASSIGN_OR_RETURN(const std::string name, protocol::check_name("group", group));
    return files.store().atomically([&]() -> Result<void> {
        ANCHOR_ASSIGN_OR_RETURN(auto device, find_device(files, id));
        device.standing.group = name;
        return renew_standing(files, device, "moved", "to group " + name);
    });
}

Result<void> list_endorsement(RegistryFiles& files, const std::string& what, const std::string& note, const std::string& list) {
    if (!list.empty()) ANCHOR_RETURN_IF_ERROR(protocol::check_name("list", list));
    ANCHOR_ASSIGN_OR_RETURN(const Bytes digest, digest_of_endorsement(what));
    std::cout << "listed " << to_hex(digest) << "\n";
    return files.store().atomically([&]() -> Result<void> {
        ANCHOR_RETURN_IF_ERROR(files.store().list_endorsement(digest, note, files.clock().wall(), list));
        return files.store().audit("ek listed", "", to_hex(digest) + on_list(list) + " " + note, files.clock().wall());
    });
}

Result<void> import_endorsements(RegistryFiles& files, const std::string& file, const std::string& note, const std::string& list) {
    if (!list.empty()) ANCHOR_RETURN_IF_ERROR(protocol::check_name("list", list));
    ANCHOR_ASSIGN_OR_RETURN(const std::string text, read_text_file(file, kLargestShipment));
    auto keys = shipment_from(text);
    if (!keys) return std::move(keys).error().within(file);
    const WallTime now = files.clock().wall();
    const std::string count = std::to_string(keys->size()) + " endorsement keys";
    const auto listed = files.store().atomically([&]() -> Result<void> {
        for (const ShippedKey& key : *keys) {
            const std::string both = note + (note.empty() || key.note.empty() ? "" : ", ") + key.note;
            ANCHOR_RETURN_IF_ERROR(files.store().list_endorsement(key.digest, both, now, list));
        }
        const std::string digest = to_hex(crypto::hash(HashAlg::Sha256, as_bytes(text)).view());
        return files.store().audit("ek imported", "", count + on_list(list) + " of " + plain_text(file) + ", SHA-256 " + digest, now);
    });
    if (!listed) return listed;
    std::cout << "listed " << count << "\n";
    return {};
}

Result<void> show_endorsements(RegistryFiles& files) {
    ANCHOR_ASSIGN_OR_RETURN(const auto entries, files.store().endorsement_list());
    for (const auto& entry : entries) std::cout << to_hex(entry.digest) << on_list(entry.list) << "  " << entry.note << "\n";
    if (entries.empty()) std::cout << "No EK is listed.\n";
    return {};
}

Result<void> show_roots(RegistryFiles& files) {
    ANCHOR_ASSIGN_OR_RETURN(const auto roots, files.store().roots());
    for (const Bytes& der : roots) {
        ANCHOR_ASSIGN_OR_RETURN(const auto root, crypto::Certificate::from_der(der));
        std::cout << to_hex(root.fingerprint().view()) << "  " << root.subject() << "\n";
    }
    if (roots.empty()) std::cout << "No root is known.\n";
    return {};
}

Result<void> add_roots(RegistryFiles& files, const std::string& path) {
    std::error_code error;
    std::vector<std::string> paths;
    if (std::filesystem::is_directory(path, error)) {
        for (const auto& entry : std::filesystem::directory_iterator(path, error)) {
            if (entry.is_regular_file()) paths.push_back(entry.path().string());
        }
    } else {
        paths.push_back(path);
    }
    return files.store().atomically([&]() -> Result<void> {
        for (const std::string& one : paths) ANCHOR_RETURN_IF_ERROR(add_roots_of_file(files, one));
        return {};
    });
}

}  // namespace anchor::registryd
