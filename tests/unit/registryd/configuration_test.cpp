// SPDX-License-Identifier: Apache-2.0
#include <registryd/configuration.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace anchor::registryd {
namespace {

using testing::HasSubstr;

std::string complaint(std::string_view text) {
    const auto settings = configuration_from(text, "registry.toml");
    return settings ? "" : settings.error().what;
}

TEST(Configuration, ReadsBackWhatItWrites) {
    registry::Settings settings;
    settings.tenant = "acme";
    settings.allow_software_keys = true;
    settings.result_lifetime = Seconds(90);

    const auto read = configuration_from(configuration_text(settings), "registry.toml");

    ASSERT_TRUE(read);
    EXPECT_TRUE(read->allow_software_keys);
    EXPECT_EQ(read->result_lifetime, Seconds(90));
    EXPECT_EQ(read->pcrs, settings.pcrs);
}

TEST(Configuration, NamesTheLineAndTheExpectedForm) {
    EXPECT_THAT(complaint("tenant = \"acme\"\n[broker]\nport = \"x\"\n"), HasSubstr("registry.toml:3: broker.port: expected a port"));
    EXPECT_THAT(complaint("tenant = \"acme\"\n[enrollment]\nallow = true\n"), HasSubstr("registry.toml:3: enrollment.allow: no such key"));
    EXPECT_THAT(complaint("tenant = \"acme\"\n[extra]\n"), HasSubstr("registry.toml:2: extra: no such section"));
    EXPECT_THAT(complaint("tenant = \"acme\"\n[attestation]\npcrs = [\"sha256:99\"]\n"), HasSubstr("expected a list of registers"));
    EXPECT_THAT(complaint("tenant ="), HasSubstr("registry.toml:1:"));
}

TEST(Configuration, DemandsATenantAndAFreshnessThatLastsUntilTheNext) {
    EXPECT_THAT(complaint(""), HasSubstr("tenant is missing"));
    EXPECT_THAT(complaint("tenant = \"ACME\""), HasSubstr("is not 1 to 63 of a-z"));
    EXPECT_THAT(complaint("tenant = \"acme\"\n[freshness]\ninterval = \"1h\"\nlifetime = \"1h\"\n"), HasSubstr("expected more than"));
}

}  // namespace
}  // namespace anchor::registryd
