// SPDX-License-Identifier: Apache-2.0
#pragma once

// The registry's folder: which file is where, and with which mode. Private keys are 0600 from the moment they exist.

#include <sys/types.h>

#include <memory>
#include <string>
#include <vector>

#include <anchor/crypto/certificate.h>
#include <anchor/crypto/private_key.h>
#include <anchor/protocol/document.h>

namespace anchor::registryd {

class Folder {
public:
    explicit Folder(std::string path);

    [[nodiscard]] const std::string& path() const noexcept { return path_; }
    [[nodiscard]] std::string path(const std::string& name) const { return path_ + "/" + name; }

    // What is in it.
    [[nodiscard]] std::string configuration() const { return path("registry.toml"); }
    [[nodiscard]] std::string database() const { return path("registry.db"); }
    [[nodiscard]] std::string root_certificate() const { return path("ca/root.pem"); }
    [[nodiscard]] std::string issuing_certificate() const { return path("ca/issuing.pem"); }
    [[nodiscard]] std::string issuing_key() const { return path("ca/issuing.key"); }
    [[nodiscard]] std::string online_key() const { return path("online.key"); }
    // Of the process with that number among those that share the work: see registry_name().
    [[nodiscard]] std::string client_certificate(unsigned worker = 1) const { return path(client(worker) + ".pem"); }
    [[nodiscard]] std::string client_key(unsigned worker = 1) const { return path(client(worker) + ".key"); }
    [[nodiscard]] std::string client_lock(unsigned worker) const { return path(client(worker) + ".lock"); }
    [[nodiscard]] std::string leader_lock() const { return path("leader.lock"); }
    [[nodiscard]] std::string broker_list_lock() const { return path("broker-list.lock"); }
    [[nodiscard]] std::string authority_public_keys() const { return path("authority.pem"); }
    [[nodiscard]] std::string blobs() const { return path("blobs"); }
    [[nodiscard]] std::string authority() const { return path("authority"); }
    [[nodiscard]] std::string broker() const { return path("broker"); }
    [[nodiscard]] std::string enroll_broker() const { return path("enroll-broker"); }

    /// Makes a folder below this one, mode 0700. Errors of the system.
    [[nodiscard]] Result<void> make(const std::string& name) const;

private:
    static std::string client(unsigned worker) { return worker <= 1 ? "client" : "client-" + std::to_string(worker); }

    std::string path_;
};

/// Writes a new file. Denied where there is one of that name already: nothing is ever overwritten.
[[nodiscard]] Result<void> write_new(const std::string& path, ByteView octets, mode_t mode);
/// Puts a file in the place of one that others may be reading: they see the old one or the new one, also after a power cut.
[[nodiscard]] Result<void> replace_file(const std::string& path, ByteView octets, mode_t mode);
[[nodiscard]] Result<void> write_key(const std::string& path, const crypto::SoftwareKey& key);

[[nodiscard]] Result<crypto::SoftwareKey> read_key(const std::string& path);
[[nodiscard]] Result<std::vector<crypto::Certificate>> read_certificates(const std::string& path);
/// Several "PUBLIC KEY" blocks, by their thumbprints.
[[nodiscard]] Result<crypto::JwsKeys> read_public_keys(const std::string& path);
/// Every "*.key" of a folder whose name begins like that. Denied where there is none.
[[nodiscard]] Result<std::vector<crypto::SoftwareKey>> read_keys(const std::string& folder, const std::string& beginning);

}  // namespace anchor::registryd
