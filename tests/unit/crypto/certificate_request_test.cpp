// SPDX-License-Identifier: Apache-2.0
#include <anchor/crypto/certificate_request.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "vectors.h"

namespace anchor::crypto {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

const std::string kUri = "urn:anchord:fleet:abcdefghijklmnopqrstuvwxyz";

class BusyKey final : public DeviceKey {
public:
    [[nodiscard]] KeyAlg algorithm() const noexcept override { return key_.algorithm(); }
    [[nodiscard]] ByteView public_key() const noexcept override { return key_.public_key(); }
    [[nodiscard]] Result<Bytes> sign(SignatureScheme /*scheme*/, const Digest& /*digest*/) override {
        return unavailable("TPM: busy", 0x922);
    }

private:
    SoftwareKey key_ = vector_key("p256");
};

TEST(CertificateRequest, SaysWhatOpensslWrote) {
    const auto request = CertificateRequest::from_pem(vector_text("request.pem"));

    ASSERT_TRUE(request) << request.error().what;
    EXPECT_EQ(request->subject_cn(), "abcdefghijklmnopqrstuvwxyz");
    EXPECT_EQ(request->public_key(), vector_public("p256"));
    EXPECT_THAT(request->alternative_names().uris, ElementsAre(kUri));
    EXPECT_THAT(request->alternative_names().dns, ElementsAre("gateway.example"));
    EXPECT_TRUE(CertificateRequest::from_pem(vector_text("request_rsa.pem")));
    EXPECT_EQ(CertificateRequest::from_pem(vector_text("request_plain.pem"))->alternative_names(), AlternativeNames());
}

TEST(CertificateRequest, ThatWasTamperedWithIsRefused) {
    const auto good = CertificateRequest::from_pem(vector_text("request.pem"));
    Bytes other_name = to_bytes(good->der());
    const std::string_view text = as_text(other_name);
    other_name[text.find("abcdef")] = 'x';
    Bytes longer = to_bytes(good->der());
    longer.push_back(0);

    EXPECT_THAT(CertificateRequest::from_der(other_name).error().what, HasSubstr("signature"));
    EXPECT_FALSE(CertificateRequest::from_der(longer));
    EXPECT_FALSE(CertificateRequest::from_der(Bytes(CertificateRequest::kMaxSize + 1)));
    for (std::size_t size = 0; size < good->der().size(); size += 7) EXPECT_FALSE(CertificateRequest::from_der(good->der().first(size)));
}

TEST(CertificateRequest, IsMadeWithAnyKeyAndReadBack) {
    for (const std::string name : {"p256", "p384", "rsa2048"}) {
        SoftwareKey key = vector_key(name);

        const auto request = CertificateRequest::make(key, "device", {kUri});

        ASSERT_TRUE(request) << request.error().what;
        EXPECT_EQ(request->subject(), "CN=device");
        EXPECT_EQ(request->public_key(), key.public_value());
        EXPECT_THAT(request->alternative_names().uris, ElementsAre(kUri));
        EXPECT_EQ(CertificateRequest::from_pem(request->pem())->pem(), request->pem());
    }
    SoftwareKey key = vector_key("p256");
    EXPECT_EQ(CertificateRequest::make(key, "device", {})->alternative_names(), AlternativeNames());
}

TEST(CertificateRequest, IsNotMadeWithABadName) {
    SoftwareKey key = vector_key("p256");

    EXPECT_EQ(CertificateRequest::make(key, "", {}).error().kind, ErrorKind::Rejected);
    EXPECT_FALSE(CertificateRequest::make(key, std::string(65, 'x'), {}));
    EXPECT_FALSE(CertificateRequest::make(key, "a\nb", {}));
    EXPECT_FALSE(CertificateRequest::make(key, "device", {"urn with space"}));
}

TEST(CertificateRequest, PassesOnThatTheKeyIsBusy) {
    BusyKey key;

    const auto request = CertificateRequest::make(key, "device", {kUri});

    ASSERT_FALSE(request);
    EXPECT_EQ(request.error().kind, ErrorKind::Unavailable);
    EXPECT_EQ(request.error().native, 0x922);
}

}  // namespace
}  // namespace anchor::crypto
