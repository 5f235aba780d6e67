// SPDX-License-Identifier: Apache-2.0
#include "openssl_authority.h"

#include <cstdio>
#include <cstdlib>

#include <anchor/base/file.h>
#include <parts/command.h>

namespace anchor::contract {
namespace {

constexpr std::size_t kEnough = 1U << 20U;

void openssl(parts::Arguments arguments) {
    arguments.insert(arguments.begin(), "openssl");
    const auto result = parts::run(arguments);
    if (result.ok()) return;
    std::fprintf(stderr, "openssl %s: %s\n", arguments[1].c_str(), result.output.c_str());
    std::abort();
}

std::string text(const std::string& path) { return read_text_file(path, kEnough).value(); }

parts::Arguments new_key(const std::string& kind) {
    if (kind == "RSA-2048") return {"-newkey", "rsa:2048"};
    return {"-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:" + kind};
}

}  // namespace

crypto::SoftwareKey OpensslIdentity::key() const { return crypto::SoftwareKey::parse(as_bytes(text(key_file))).value(); }
crypto::Certificate OpensslIdentity::certificate() const { return crypto::Certificate::from_pem(text(certificate_file)).value(); }

OpensslAuthority::OpensslAuthority(const parts::Scratch& scratch, std::string name) : scratch_(scratch), name_(std::move(name)) {
    // No sections of the system's own configuration: they add extensions.
    scratch_.write(name_ + "-root.cnf", std::string_view("[req]\ndistinguished_name=dn\nx509_extensions=ca\n[dn]\n[ca]\n"
                                                         "basicConstraints=critical,CA:TRUE\nkeyUsage=critical,keyCertSign,cRLSign\n"
                                                         "subjectKeyIdentifier=hash\n"));
    openssl({"req", "-config", file("root.cnf"), "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-noenc", "-keyout",
             file("root.key"), "-out", file("root.pem"), "-days", "30", "-subj", "/CN=" + name_ + " root"});
}

crypto::Certificate OpensslAuthority::root() const { return crypto::Certificate::from_pem(text(root_file())).value(); }

OpensslIdentity OpensslAuthority::issue(const std::string& subject, const std::string& key_kind, const std::string& usage) {
    const std::string stem = subject + std::to_string(++issued_);
    const OpensslIdentity identity{file(stem + ".key"), file(stem + ".pem")};
    scratch_.write(name_ + "-" + stem + ".ext",
                   "basicConstraints=critical,CA:FALSE\nkeyUsage=critical,digitalSignature\nextendedKeyUsage=" + usage +
                       "\nsubjectAltName=DNS:localhost,IP:127.0.0.1\nauthorityKeyIdentifier=keyid\n");
    parts::Arguments request = {"req",  "-config",           file("root.cnf"), "-new",       "-noenc", "-keyout", identity.key_file,
                                "-out", file(stem + ".csr"), "-subj",          "/CN=" + stem};
    for (const std::string& argument : new_key(key_kind)) request.push_back(argument);
    openssl(request);
    openssl({"x509", "-req", "-in", file(stem + ".csr"), "-CA", root_file(), "-CAkey", file("root.key"), "-set_serial",
             std::to_string(4096 + issued_), "-days", "20", "-sha256", "-extfile", file(stem + ".ext"), "-out", identity.certificate_file});
    return identity;
}

crypto::Crl OpensslAuthority::revoking(const OpensslIdentity& identity) {
    scratch_.write(name_ + "-ca.cnf", "[ca]\ndefault_ca=a\n[a]\ndatabase=" + file("index") + "\ncrlnumber=" + file("crlnumber") +
                                          "\ndefault_md=sha256\ncrl_extensions=e\n[e]\nauthorityKeyIdentifier=keyid\n");
    scratch_.write(name_ + "-index", std::string_view{});
    scratch_.write(name_ + "-crlnumber", std::string_view("01\n"));
    const parts::Arguments authority = {"ca", "-config", file("ca.cnf"), "-cert", root_file(), "-keyfile", file("root.key")};
    parts::Arguments revoke = authority;
    revoke.insert(revoke.end(), {"-revoke", identity.certificate_file});
    openssl(revoke);
    parts::Arguments list = authority;
    list.insert(list.end(), {"-gencrl", "-crldays", "10", "-out", file("crl.pem")});
    openssl(list);
    return crypto::Crl::from_pem(text(file("crl.pem"))).value();
}

}  // namespace anchor::contract
