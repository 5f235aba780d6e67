// SPDX-License-Identifier: Apache-2.0
#include <anchor/token/pkcs11_uri.h>

#include <gmock/gmock.h>

namespace anchor::token {
namespace {

using testing::HasSubstr;

std::string refusal(std::string_view text) { return pkcs11_uri_from(text).error().what; }

TEST(Pkcs11Uri, ReadsWhatRfc7512Says) {
    const auto uri =
        pkcs11_uri_from("pkcs11:token=Fleet%20owner;object=anna;id=%01%ff;type=private?module-path=/usr/lib/x.so&pin-source=file:/run/pin")
            .value();

    EXPECT_EQ(uri.token, "Fleet owner");
    EXPECT_EQ(uri.object, "anna");
    EXPECT_EQ(uri.id, (Bytes{0x01, 0xff}));
    EXPECT_EQ(uri.module, "/usr/lib/x.so");
    EXPECT_EQ(uri.pin_source, "/run/pin");
}

TEST(Pkcs11Uri, RefusesWhatCouldMeanAnotherKey) {
    EXPECT_THAT(refusal("pkcs11:token=a?module-path=/x"), HasSubstr("neither object nor id"));
    EXPECT_THAT(refusal("pkcs11:object=a"), HasSubstr("module-path is missing"));
    EXPECT_THAT(refusal("pkcs11:object=a;object=b?module-path=/x"), HasSubstr("stands twice"));
    EXPECT_THAT(refusal("pkcs11:object=a;slot-id=3?module-path=/x"), HasSubstr("not known here"));
    EXPECT_THAT(refusal("pkcs11:object=a;type=cert?module-path=/x"), HasSubstr("no private key"));
    EXPECT_THAT(refusal("pkcs11:object=a%4?module-path=/x"), HasSubstr("incomplete"));
    EXPECT_THAT(refusal("pkcs11:object?module-path=/x"), HasSubstr("no value"));
    EXPECT_FALSE(pkcs11_uri_from("/some/file.pem"));
}

TEST(Pkcs11Uri, RefusesAPinThatOthersCanRead) {
    EXPECT_THAT(refusal("pkcs11:object=a?module-path=/x&pin-value=1234"), HasSubstr("a PIN does not belong here"));
}

}  // namespace
}  // namespace anchor::token
