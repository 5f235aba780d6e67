// SPDX-License-Identifier: Apache-2.0
#include <anchor/protocol/signing.h>

#include <gmock/gmock.h>

#include <anchor/crypto/private_key.h>
#include <anchor/protocol/succession.h>

#include "samples.h"

namespace anchor::protocol {
namespace {

using crypto::SoftwareKey;
using testing::Contains;
using testing::HasSubstr;

// An owner with four keys, of which three are in force and two have to sign.
class Signing : public testing::Test {
protected:
    Signing() {
        for (int i = 0; i < 4; ++i) keys_.push_back(SoftwareKey::generate(i == 3 ? KeyAlg::EcP384 : KeyAlg::EcP256).value());
        set_ = set_of(1, {0, 1, 2});
    }
    [[nodiscard]] std::string kid(std::size_t i) const { return keys_.at(i).public_value().thumbprint(); }
    [[nodiscard]] AnchorSet set_of(std::uint64_t version, const std::vector<std::size_t>& offline) const {
        AnchorSet set{.version = version};
        set.keys.emplace(online_.public_value().thumbprint(), online_.public_value());
        set.roles[DocumentKind::Reply] = {{online_.public_value().thumbprint()}, 1};
        Role role{{}, 2};
        for (const std::size_t i : offline) {
            role.kids.push_back(kid(i));
            set.keys.emplace(kid(i), keys_[i].public_value());
        }
        for (const auto kind : {DocumentKind::Policy, DocumentKind::Anchors, DocumentKind::Reinstatement}) set.roles[kind] = role;
        set.broker_anchors = {Bytes{1}};
        return set;
    }
    [[nodiscard]] static Document policy() {
        return {DocumentKind::Policy, "acme", audience_group("gateways"), "gateways", 7, sample_time(), std::nullopt, {{"policy", "edge"}}};
    }
    [[nodiscard]] static Document anchors(const AnchorSet& set) {
        return {DocumentKind::Anchors, "acme", audience_fleet(), "", set.version, sample_time(), std::nullopt, to_json(set)};
    }
    Result<std::string> add(const std::string& text, std::size_t key) {
        ANCHOR_ASSIGN_OR_RETURN(const Draft draft, draft_from(text));
        return add_signature(draft, keys_.at(key), &set_);
    }
    [[nodiscard]] bool complete(const std::string& text) const {
        return is_complete(count_signatures(draft_from(text).value(), &set_).value());
    }

    std::vector<SoftwareKey> keys_;
    SoftwareKey online_ = SoftwareKey::generate(KeyAlg::EcP256).value();
    AnchorSet set_;
};

TEST_F(Signing, OneSignatureIsAddedAtATimeUntilThereAreEnough) {
    std::string text = draft_text(policy());
    EXPECT_FALSE(complete(text));

    text = add(text, 0).value();
    EXPECT_FALSE(complete(text));
    text = add(text, 2).value();

    EXPECT_TRUE(complete(text));
    const auto verified = crypto::UnverifiedJws::parse(text)->verify(typ_of(DocumentKind::Policy), set_.keys_of(DocumentKind::Policy));
    EXPECT_EQ(verified->kids.size(), 2U);
    EXPECT_EQ(document_from(verified->payload)->version, 7U);
    EXPECT_EQ(document_kind_of(text).value(), DocumentKind::Policy);
    EXPECT_FALSE(document_kind_of("no JWS"));
}

TEST_F(Signing, AKeyWithoutTheRoleIsRefusedAndSoIsOneThatHasSigned) {
    const std::string once = add(draft_text(policy()), 0).value();

    EXPECT_EQ(add(once, 3).error().kind, ErrorKind::Denied);
    EXPECT_THAT(add(once, 3).error().what, HasSubstr("may not sign policy documents"));
    EXPECT_THAT(add(once, 0).error().what, HasSubstr("has signed it already"));
    EXPECT_EQ(add_signature(*draft_from(once), online_, &set_).error().kind, ErrorKind::Denied);
}

TEST_F(Signing, ASpoiledFileIsFoundBeforeOneMoreSigns) {
    Json json = parse_json(add(draft_text(policy()), 0).value()).value();
    Document other = policy();
    other.version = 8;
    const Json foreign = parse_json(add(draft_text(other), 1).value()).value();
    json["payload"] = foreign["payload"];

    EXPECT_FALSE(add(json.dump(), 1));
    EXPECT_FALSE(draft_from("no document at all"));
    EXPECT_FALSE(draft_from(R"({"kind":"policy"})"));
}

TEST_F(Signing, ASetNeedsThoseInForceAndItsOwnAndCountsThemApart) {
    const AnchorSet next = set_of(2, {2, 3});  // P-256 goes, P-384 comes
    std::string text = draft_text(anchors(next));
    text = add(add(text, 2).value(), 3).value();

    const auto counts = count_signatures(*draft_from(text), &set_).value();
    ASSERT_EQ(counts.size(), 2U);
    EXPECT_EQ(counts[0].kids, std::vector<std::string>{kid(2)});
    EXPECT_EQ(counts[1].kids.size(), 2U);
    EXPECT_FALSE(is_complete(counts));
    EXPECT_TRUE(complete(add(text, 0).value()));
}

TEST_F(Signing, TheFirstSetIsSignedByItsOwnKeysAlone) {
    std::string text = draft_text(anchors(set_));
    for (const std::size_t key : {0U, 1U}) text = add_signature(*draft_from(text), keys_[key], nullptr).value();

    const auto counts = count_signatures(*draft_from(text), nullptr).value();
    ASSERT_EQ(counts.size(), 1U);
    EXPECT_TRUE(is_complete(counts));
}

TEST_F(Signing, TellsInWordsWhatWouldBeSignedAndNothingSteersTheTerminal) {
    Document document = policy();
    document.body["because"] = "\x1b[2Jnothing to see";
    document.tenant = "ac\x1bme";
    const auto lines = in_words(*draft_from(draft_text(document)), &set_);

    EXPECT_EQ(lines[0], "policy \"gateways\", version 7");
    EXPECT_EQ(lines[1], "for group:gateways of tenant \"ac?me\"");
    for (const std::string& line : lines) EXPECT_EQ(line.find('\x1b'), std::string::npos) << line;
    EXPECT_THAT(lines, Contains(HasSubstr("u001b[2Jnothing to see")));
    EXPECT_THAT(lines.back(), HasSubstr("SHA-256 "));
}

TEST_F(Signing, TellsWhatASetChanges) {
    AnchorSet next = set_of(2, {0, 1, 3});
    next.broker_anchors = {Bytes{2}};
    const auto lines = in_words(*draft_from(draft_text(anchors(next))), &set_);

    EXPECT_THAT(lines, Contains(HasSubstr("goes:  key " + kid(2))));
    EXPECT_THAT(lines, Contains(HasSubstr("comes: key " + kid(3))));
    EXPECT_THAT(lines, Contains(HasSubstr("comes: broker anchor")));
    EXPECT_THAT(lines, Contains(HasSubstr("DEVICES WOULD REFUSE IT")));
}

TEST_F(Signing, RootsAreReplacedByOverlap) {
    AnchorSet both = set_of(2, {0, 1, 2});
    both.broker_anchors.push_back(Bytes{2});
    AnchorSet other = set_of(3, {0, 1, 2});
    other.broker_anchors = {Bytes{2}};

    EXPECT_TRUE(check_overlap(set_, both));
    EXPECT_TRUE(check_overlap(both, other));
    EXPECT_EQ(check_overlap(set_, other).error().what, "no broker anchor is also in version 1: devices would lose every broker they know");
}

}  // namespace
}  // namespace anchor::protocol
