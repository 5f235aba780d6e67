// SPDX-License-Identifier: Apache-2.0
#include "issuing_files.h"

#include <algorithm>
#include <filesystem>

namespace anchor::registryd {
namespace {

using crypto::Certificate;
using crypto::SoftwareKey;

constexpr const char* kFolder = "ca";

std::string next_key(const Folder& folder) { return folder.path("ca/issuing-next.key"); }
std::string kept(const Folder& folder, const Certificate& certificate, const char* ending) {
    return folder.path("ca/issuing-" + certificate.serial_text() + ending);
}

bool exists(const std::string& path) {
    std::error_code ignored;
    return std::filesystem::exists(path, ignored);
}

// The files of the folder with that ending, in order.
std::vector<std::string> issuing_files(const Folder& folder, std::string_view ending) {
    std::error_code error;
    std::vector<std::string> paths;
    for (const auto& entry : std::filesystem::directory_iterator(folder.path(kFolder), error)) {
        const std::string name = entry.path().filename().string();
        if (name.starts_with("issuing") && name.ends_with(ending)) paths.push_back(entry.path().string());
    }
    std::ranges::sort(paths);
    return paths;
}

Result<SoftwareKey> key_of(const Folder& folder, const Certificate& certificate) {
    for (const std::string& path : issuing_files(folder, ".key")) {
        ANCHOR_ASSIGN_OR_RETURN(auto key, read_key(path));
        if (key.public_value() == certificate.public_key()) return key;
    }
    return denied("no key in " + folder.path(kFolder) + " belongs to the certificate " + certificate.serial_text());
}

Result<IssuingAuthority> read(const Folder& folder, const std::string& path) {
    ANCHOR_ASSIGN_OR_RETURN(auto chain, read_certificates(path));
    ANCHOR_ASSIGN_OR_RETURN(auto key, key_of(folder, chain.front()));
    return IssuingAuthority{std::move(chain), std::move(key)};
}

std::string pem_of(const std::vector<Certificate>& chain) {
    std::string pem;
    for (const Certificate& one : chain) pem += one.pem();
    return pem;
}

Result<void> keep(const Folder& folder, const std::vector<Certificate>& chain, const SoftwareKey& key) {
    const std::string path = kept(folder, chain.front(), ".key");
    if (!exists(path)) ANCHOR_RETURN_IF_ERROR(replace_file(path, key.to_pkcs8_pem().view(), 0600));
    return replace_file(kept(folder, chain.front(), ".pem"), as_bytes(pem_of(chain)), 0644);
}

// What was requested for another key is still on its way.
Result<void> forget_next_key_of(const Folder& folder, const Certificate& certificate) {
    if (!exists(next_key(folder))) return {};
    ANCHOR_ASSIGN_OR_RETURN(const SoftwareKey key, read_key(next_key(folder)));
    std::error_code ignored;
    if (key.public_value() == certificate.public_key()) std::filesystem::remove(next_key(folder), ignored);
    return {};
}

// The same key, certified anew: what it has issued hangs on its name.
Result<void> replace_certificate(const Folder& folder, const std::vector<Certificate>& before, const std::vector<Certificate>& chain) {
    if (pem_of(before) == pem_of(chain)) return {};
    if (before.front().subject() != chain.front().subject()) {
        return rejected("the certificate gives the issuing CA another name: \"" + chain.front().subject() + "\" instead of \"" +
                        before.front().subject() + "\"");
    }
    return replace_file(folder.issuing_certificate(), as_bytes(pem_of(chain)), 0644);
}

}  // namespace

Result<IssuingAuthority> read_issuing(const Folder& folder) { return read(folder, folder.issuing_certificate()); }

Result<std::vector<IssuingAuthority>> read_predecessors(const Folder& folder, WallTime now) {
    ANCHOR_ASSIGN_OR_RETURN(const auto in_use, read_certificates(folder.issuing_certificate()));
    std::vector<IssuingAuthority> predecessors;
    for (const std::string& path : issuing_files(folder, ".pem")) {
        ANCHOR_ASSIGN_OR_RETURN(const auto chain, read_certificates(path));
        if (chain.front().not_after() <= now || chain.front().public_key() == in_use.front().public_key()) continue;
        ANCHOR_ASSIGN_OR_RETURN(auto one, read(folder, path));
        // One key may have had several certificates: it has one row of lists.
        const auto same =
            std::ranges::find_if(predecessors, [&](const auto& other) { return other.key.public_value() == one.key.public_value(); });
        if (same == predecessors.end()) {
            predecessors.push_back(std::move(one));
        } else if (same->chain.front().not_after() < one.chain.front().not_after()) {
            *same = std::move(one);
        }
    }
    return predecessors;
}

Result<SoftwareKey> next_issuing_key(const Folder& folder) {
    if (exists(next_key(folder))) return read_key(next_key(folder));
    ANCHOR_ASSIGN_OR_RETURN(auto key, SoftwareKey::generate(KeyAlg::EcP256));
    ANCHOR_RETURN_IF_ERROR(replace_file(next_key(folder), key.to_pkcs8_pem().view(), 0600));
    return key;
}

Result<std::string> put_in_place(const Folder& folder, const std::vector<Certificate>& chain) {
    ANCHOR_ASSIGN_OR_RETURN(const IssuingAuthority before, read_issuing(folder));
    if (before.chain.front().public_key() == chain.front().public_key()) {
        ANCHOR_RETURN_IF_ERROR(replace_certificate(folder, before.chain, chain));
        ANCHOR_RETURN_IF_ERROR(forget_next_key_of(folder, chain.front()));
        return before.chain.front().serial_text();
    }
    if (!exists(next_key(folder))) return denied("no certificate was requested: there is no key for it");
    ANCHOR_ASSIGN_OR_RETURN(const SoftwareKey key, read_key(next_key(folder)));
    if (chain.front().public_key() != key.public_value()) return rejected("the certificate is not for the key that was requested");
    // Both keys have a name of their own before the one file that counts changes.
    ANCHOR_RETURN_IF_ERROR(keep(folder, before.chain, before.key));
    ANCHOR_RETURN_IF_ERROR(keep(folder, chain, key));
    ANCHOR_RETURN_IF_ERROR(replace_file(folder.issuing_certificate(), as_bytes(pem_of(chain)), 0644));
    std::error_code ignored;
    std::filesystem::remove(folder.issuing_key(), ignored);
    std::filesystem::remove(next_key(folder), ignored);
    return before.chain.front().serial_text();
}

}  // namespace anchor::registryd
