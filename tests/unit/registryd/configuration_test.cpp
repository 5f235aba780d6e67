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

TEST(Configuration, ReadsRulesWhichDeviceMayEnrolWhere) {
    const std::string root(64, 'a');
    const auto settings = configuration_from(
        "tenant = \"acme\"\n"
        "[[enrollment.rules]]\nname = \"presses\"\ngroup = \"press\"\nbatches = [\"spring\"]\n"
        "roots = [\"" +
            root +
            "\"]\nlists = [\"order-4711\"]\nissuing = \"1a2b\"\n"
            "[[enrollment.rules]]\nname = \"rest\"\ngroup = \"default\"\n",
        "registry.toml");

    ASSERT_TRUE(settings) << settings.error().what;
    ASSERT_EQ(settings->rules.size(), 2U);
    EXPECT_EQ(settings->rules[0].group, "press");
    EXPECT_EQ(settings->rules[0].batches, std::vector<std::string>{"spring"});
    EXPECT_EQ(settings->rules[0].roots, std::vector<Bytes>{Bytes(32, 0xaa)});
    EXPECT_EQ(settings->rules[0].lists, std::vector<std::string>{"order-4711"});
    EXPECT_EQ(settings->rules[0].issuing, "1a2b");
    EXPECT_TRUE(settings->rules[1].roots.empty());
}

TEST(Configuration, TakesNoRuleThatItDoesNotUnderstand) {
    const auto complaint_about = [](const std::string& rule) {
        return complaint("tenant = \"acme\"\n[[enrollment.rules]]\nname = \"a\"\ngroup = \"g\"\n" + rule);
    };

    EXPECT_EQ(complaint_about(""), "");
    EXPECT_THAT(complaint_about("root = \"x\"\n"), HasSubstr("enrollment.rules: rule 1, line 2: root: no such key"));
    EXPECT_THAT(complaint_about("roots = [\"12\"]\n"), HasSubstr("roots: expected SHA-256 in hex"));
    EXPECT_THAT(complaint_about("roots = []\n"), HasSubstr("roots: expected a list of texts, at least one"));
    EXPECT_THAT(complaint_about("lists = \"order\"\n"), HasSubstr("lists: expected a list"));
    EXPECT_THAT(complaint_about("batches = [\"Of Spring\"]\n"), HasSubstr("batch"));
    EXPECT_THAT(complaint_about("[[enrollment.rules]]\nname = \"b\"\n"), HasSubstr("rule 2, line 5: group: expected a text"));
    EXPECT_THAT(complaint_about("[[enrollment.rules]]\nname = \"a\"\ngroup = \"h\"\n"), HasSubstr("there is a rule \"a\" already"));
    EXPECT_THAT(complaint_about("[[enrollment.rules]]\nname = \"b\"\ngroup = \"g\"\nissuing = \"12\"\n"),
                HasSubstr("a group has one issuing CA"));
    EXPECT_THAT(complaint("tenant = \"acme\"\n[enrollment]\nrules = \"all\"\n"), HasSubstr("expected tables"));
}

TEST(Configuration, DemandsATenantAndAFreshnessThatLastsUntilTheNext) {
    EXPECT_THAT(complaint(""), HasSubstr("tenant is missing"));
    EXPECT_THAT(complaint("tenant = \"ACME\""), HasSubstr("is not 1 to 63 of a-z"));
    EXPECT_THAT(complaint("tenant = \"acme\"\n[freshness]\ninterval = \"1h\"\nlifetime = \"1h\"\n"), HasSubstr("expected more than"));
}

}  // namespace
}  // namespace anchor::registryd
