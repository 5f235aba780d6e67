// SPDX-License-Identifier: Apache-2.0
#include <anchor/control/interface.h>

#include <gtest/gtest.h>

#include <regex>
#include <set>

namespace anchor::control {
namespace {

TEST(Interface, DescribesTheMethodsThatTheTableHas) {
    const std::string text(agent_description());
    const std::regex method("\nmethod ([A-Za-z]+)\\(");
    std::set<std::string, std::less<>> described;
    for (auto match = std::sregex_iterator(text.begin(), text.end(), method); match != std::sregex_iterator(); ++match) {
        described.insert((*match)[1]);
    }

    std::set<std::string, std::less<>> known;
    for (const Method& entry : methods()) known.emplace(entry.name);

    EXPECT_EQ(described, known);
}

TEST(Interface, LetsOnlyOperatorsChangeOrQuote) {
    for (const std::string_view name : {"Import", "Attest", "GetEvidence", "GetLog"})
        EXPECT_EQ(find_method(name)->least, Role::Operator) << name;
    EXPECT_EQ(find_method("GetStatus")->least, Role::Member);
    EXPECT_EQ(find_method("PutTelemetry")->least, Role::Anyone);
    EXPECT_EQ(find_method("getstatus"), nullptr);
}

TEST(Authority, SeesRolesByUserAndGroup) {
    const Authority authority{.owner = 900, .members = 50, .operators = 60};

    EXPECT_EQ(authority.role_of({.uid = 0, .gid = 1}), Role::Operator);
    EXPECT_EQ(authority.role_of({.uid = 900, .gid = 1}), Role::Operator);
    EXPECT_EQ(authority.role_of({.uid = 1000, .gid = 60}), Role::Operator);
    EXPECT_EQ(authority.role_of({.uid = 1000, .gid = 1, .groups = {7, 60}}), Role::Operator);
    EXPECT_EQ(authority.role_of({.uid = 1000, .gid = 1, .groups = {50}}), Role::Member);
    EXPECT_EQ(authority.role_of({.uid = 1000, .gid = 1, .groups = {51}}), Role::Anyone);
}

TEST(Authority, GivesNoRoleForGroupsThatAreNotNamed) {
    const Authority authority{.owner = 900};

    EXPECT_EQ(authority.role_of({.uid = 1000, .gid = 0, .groups = {0}}), Role::Anyone);
    EXPECT_EQ(authority.role_of({}), Role::Anyone);
}

}  // namespace
}  // namespace anchor::control
