// SPDX-License-Identifier: Apache-2.0
#include <anchor/token/pkcs11_key.h>

#include <gmock/gmock.h>

#include <cstdlib>

#include <anchor/crypto/hash.h>
#include <anchor/crypto/private_key.h>
#include <parts/command.h>
#include <parts/scratch.h>

namespace anchor::token {
namespace {

using crypto::SoftwareKey;
using testing::HasSubstr;

constexpr const char* kLibrary = "/usr/lib/softhsm/libsofthsm2.so";

SecretBytes pin(std::string_view text) { return SecretBytes::copy_of(as_bytes(text)); }

// A token of one test, in SoftHSM: keys are put into it, and never come out again.
class Token : public testing::Test {
protected:
    void SetUp() override {
        if (!parts::on_path("softhsm2-util")) GTEST_SKIP() << "softhsm2-util is missing";
        scratch_.write("softhsm2.conf", "directories.tokendir = " + scratch_.path() + "\nobjectstore.backend = file\nlog.level = ERROR\n");
        setenv("SOFTHSM2_CONF", scratch_.path("softhsm2.conf").c_str(), 1);
        call({"--init-token", "--free", "--label", "owner", "--so-pin", "5678", "--pin", "1234"});
    }
    void call(std::vector<std::string> words) {
        words.insert(words.begin(), "softhsm2-util");
        const auto done = parts::run(words);
        ASSERT_TRUE(done.ok()) << done.output;
    }
    SoftwareKey put(KeyAlg alg, const std::string& label, const std::string& id) {
        auto key = SoftwareKey::generate(alg).value();
        scratch_.write(label + ".pem", key.to_pkcs8_pem().view());
        call({"--import", scratch_.path(label + ".pem"), "--token", "owner", "--label", label, "--id", id, "--pin", "1234"});
        return key;
    }
    static Pkcs11Uri uri(const std::string& label) {
        return {.token = "owner", .serial = {}, .object = label, .id = {}, .module = kLibrary, .pin_source = {}};
    }

    parts::Scratch scratch_{"token"};
};

TEST_F(Token, SignsWithEachKindOfKeyThatTheProjectKnows) {
    for (const KeyAlg alg : {KeyAlg::EcP256, KeyAlg::EcP384, KeyAlg::Rsa2048}) {
        const std::string label(to_string(alg));
        const auto inside = put(alg, label, alg == KeyAlg::EcP256 ? "01" : alg == KeyAlg::EcP384 ? "02" : "03");
        const auto key = Pkcs11Key::open(uri(label), pin("1234")).value();
        const auto scheme = alg == KeyAlg::Rsa2048 ? SignatureScheme::RsaPkcs1 : SignatureScheme::Ecdsa;

        EXPECT_EQ(key->algorithm(), alg);
        EXPECT_TRUE(std::ranges::equal(key->public_key(), inside.public_key()));
        for (const HashAlg hash : {HashAlg::Sha256, HashAlg::Sha384}) {
            const Digest digest = crypto::hash(hash, as_bytes("a policy"));
            EXPECT_TRUE(inside.public_value().verify(scheme, digest, key->sign(scheme, digest).value())) << label;
        }
        EXPECT_EQ(key->sign(SignatureScheme::RsaPss, crypto::hash(HashAlg::Sha256, as_bytes("x"))).error().kind, ErrorKind::Rejected);
    }
}

TEST_F(Token, AWrongPinAndAMissingKeyAreDenied) {
    put(KeyAlg::EcP256, "anna", "01");

    EXPECT_THAT(Pkcs11Key::open(uri("anna"), pin("9999")).error().what, HasSubstr("the PIN is wrong"));
    EXPECT_THAT(Pkcs11Key::open(uri("bert"), pin("1234")).error().what, HasSubstr("no such private key"));
    Pkcs11Uri elsewhere = uri("anna");
    elsewhere.token = "other";
    EXPECT_EQ(Pkcs11Key::open(elsewhere, pin("1234")).error().kind, ErrorKind::Denied);
}

TEST_F(Token, TwoKeysOfOneNameAreTwoAndNotOneOfThem) {
    put(KeyAlg::EcP256, "anna", "01");
    const auto second = put(KeyAlg::EcP256, "anna", "02");

    EXPECT_THAT(Pkcs11Key::open(uri("anna"), pin("1234")).error().what, HasSubstr("several such private keys"));
    Pkcs11Uri named = uri("anna");
    named.id = {0x02};
    EXPECT_TRUE(std::ranges::equal(Pkcs11Key::open(named, pin("1234")).value()->public_key(), second.public_key()));
}

TEST_F(Token, WhatIsNoModuleIsDenied) {
    Pkcs11Uri wrong = uri("anna");
    wrong.module = scratch_.write("no.so", "no library");
    EXPECT_EQ(Pkcs11Key::open(wrong, pin("1234")).error().kind, ErrorKind::Denied);
}

}  // namespace
}  // namespace anchor::token
