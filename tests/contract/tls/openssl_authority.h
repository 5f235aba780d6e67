// SPDX-License-Identifier: Apache-2.0
#pragma once

// OpensslAuthority: keys, certificates and revocation lists made by the openssl program, so that both ends of a TLS
// connection agree with a third opinion of what a certificate is.

#include <string>

#include <anchor/crypto/certificate.h>
#include <anchor/crypto/crl.h>
#include <anchor/crypto/private_key.h>
#include <parts/scratch.h>

namespace anchor::contract {

/// Files of one key and its certificate.
struct OpensslIdentity {
    std::string key_file;
    std::string certificate_file;

    [[nodiscard]] crypto::SoftwareKey key() const;
    [[nodiscard]] crypto::Certificate certificate() const;
};

class OpensslAuthority {
public:
    /// Makes a root; `name` keeps its files apart from those of others in the folder. Aborts where openssl fails.
    OpensslAuthority(const parts::Scratch& scratch, std::string name);

    [[nodiscard]] std::string root_file() const { return file("root.pem"); }
    [[nodiscard]] crypto::Certificate root() const;
    /// For 127.0.0.1 and localhost; `key_kind` is P-256, P-384 or RSA-2048.
    [[nodiscard]] OpensslIdentity server(const std::string& key_kind) { return issue("server", key_kind, "serverAuth"); }
    [[nodiscard]] OpensslIdentity client(const std::string& key_kind) { return issue("client", key_kind, "clientAuth"); }
    /// A list that revokes exactly this one.
    [[nodiscard]] crypto::Crl revoking(const OpensslIdentity& identity);

private:
    [[nodiscard]] std::string file(const std::string& name) const { return scratch_.path(name_ + "-" + name); }
    [[nodiscard]] OpensslIdentity issue(const std::string& subject, const std::string& key_kind, const std::string& usage);

    const parts::Scratch& scratch_;
    std::string name_;
    int issued_ = 0;
};

}  // namespace anchor::contract
