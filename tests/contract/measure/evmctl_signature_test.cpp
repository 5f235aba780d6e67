// SPDX-License-Identifier: Apache-2.0

// Signatures of files as evmctl makes them today, with keys of OpenSSL: every kind of key that we take with every digest.

#include <anchor/measure/ima_signature.h>

#include <gtest/gtest.h>

#include <anchor/crypto/certificate.h>
#include <anchor/crypto/hash.h>
#include <parts/command.h>
#include <parts/scratch.h>

namespace anchor::measure {
namespace {

constexpr std::string_view kContent = "what is signed";

class EvmctlSignature : public testing::Test {
protected:
    void SetUp() override {
        if (!parts::on_path("evmctl") || !parts::on_path("openssl")) GTEST_SKIP() << "evmctl or openssl is not on this machine";
        scratch_.write("file", kContent);
    }
    void must(const parts::Arguments& command) const {
        const auto result = parts::run(command);
        ASSERT_TRUE(result.ok()) << command[0] << ": " << result.output;
    }
    /// A private key, and a certificate with a key identifier for it.
    void make_key(const std::string& name, const std::string& kind) const {
        parts::Arguments command{"openssl", "req", "-x509", "-nodes", "-subj", "/CN=" + name, "-newkey"};
        if (kind == "rsa") command.insert(command.end(), {"rsa:2048"});
        if (kind != "rsa") command.insert(command.end(), {"ec", "-pkeyopt", "ec_paramgen_curve:" + kind});
        command.insert(command.end(), {"-keyout", path(name + ".key"), "-out", path(name + ".pem")});
        must(command);
    }
    [[nodiscard]] Bytes sign(const std::string& key, HashAlg alg, bool version_1 = false) const {
        parts::Arguments command{"evmctl", "ima_sign", "--sigfile", "-a", std::string(to_string(alg)), "-k", path(key + ".key")};
        if (version_1) command.emplace_back("--rsa");
        command.push_back(path("file"));
        must(command);
        return scratch_.read("file.sig");
    }
    [[nodiscard]] crypto::Certificate certificate(const std::string& key) const {
        return crypto::Certificate::from_pem(as_text(scratch_.read(key + ".pem"))).value();
    }
    [[nodiscard]] std::string path(const std::string& file) const { return scratch_.path(file); }

    parts::Scratch scratch_{"evmctl"};
};

/// An entry's digest of the signed file.
struct Measured {
    explicit Measured(HashAlg alg, std::string_view content = kContent) : value(crypto::hash(alg, as_bytes(content))) {
        digest = {"", to_string(alg), alg, value.view()};
    }
    Digest value;
    ImaDigest digest;
};

TEST_F(EvmctlSignature, IsVerifiedWithEveryKeyAndEveryDigest) {
    ImaKeys keys;
    for (const auto& [name, kind] : {std::pair("rsa", "rsa"), std::pair("p256", "P-256"), std::pair("p384", "P-384")}) {
        make_key(name, kind);
        keys.add(certificate(name).public_key(), std::nullopt, true);
    }

    for (const char* name : {"rsa", "p256", "p384"}) {
        for (const HashAlg alg : {HashAlg::Sha1, HashAlg::Sha256, HashAlg::Sha384, HashAlg::Sha512}) {
            const Bytes signature = sign(name, alg);
            EXPECT_EQ(keys.verify(signature, Measured(alg).digest), ImaSignatureVerdict::Valid) << name << ' ' << to_string(alg);
            EXPECT_EQ(keys.verify(signature, Measured(alg, "evil").digest), ImaSignatureVerdict::Wrong) << name << ' ' << to_string(alg);
        }
    }
}

TEST_F(EvmctlSignature, OfVersion1IsVerifiedOverEveryDigestWhereSha1IsAllowed) {
    make_key("rsa", "rsa");
    const auto tried = parts::run({"evmctl", "ima_sign", "--sigfile", "--rsa", "-a", "sha1", "-k", path("rsa.key"), path("file")});
    if (tried.output.find("deprecated") != std::string::npos) GTEST_SKIP() << "this evmctl makes no signatures of version 1 any more";
    ImaKeys allowed;
    ImaKeys strict;
    allowed.add(certificate("rsa").public_key(), std::nullopt, true);
    strict.add(certificate("rsa").public_key());

    for (const HashAlg alg : {HashAlg::Sha1, HashAlg::Sha256}) {
        const Bytes signature = sign("rsa", alg, true);
        EXPECT_EQ(allowed.verify(signature, Measured(alg).digest), ImaSignatureVerdict::Valid) << to_string(alg);
        EXPECT_EQ(allowed.verify(signature, Measured(alg, "evil").digest), ImaSignatureVerdict::Wrong);
        EXPECT_EQ(strict.verify(signature, Measured(alg).digest), ImaSignatureVerdict::Unsupported);
    }
}

TEST_F(EvmctlSignature, NamesTheKeyByTheHashThatAKernelTakes) {
    make_key("p256", "P-256");
    const auto signature = ImaSignature::parse(sign("p256", HashAlg::Sha256)).value();
    const crypto::Certificate owner = certificate("p256");

    EXPECT_EQ(signature.key, ima_key_id_of(owner.public_key()));
}

}  // namespace
}  // namespace anchor::measure
