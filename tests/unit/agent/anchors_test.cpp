// SPDX-License-Identifier: Apache-2.0
// The trust-anchor set on the device: followed over any number of versions, and refused where it would be the last one heard.
#include <gmock/gmock.h>

#include <anchor/base/encoding.h>

#include "enrolled_device.h"

namespace anchor::agent {
namespace {

using protocol::DocumentKind;
using testing::HasSubstr;

class Anchors : public testing::Test {
protected:
    // The registry's side: every set there was, and answers to whatever the device asks for.
    void publish(std::uint64_t upto) {
        for (std::uint64_t version = 2; version <= upto; ++version) sets_[version] = owned.replace_every_key(version);
    }
    void connect() {
        owned.device.link.connect();
        owned.pump();
        owned.device.link.deliver({"anchor/1/acme/fleet/anchors", to_bytes(sets_.rbegin()->second), {}, true});
        owned.pump();
    }
    // Answers the last document.get, by the newest online key, and says which version it was.
    std::uint64_t answer() {
        const Message asked = *std::find_if(owned.device.link.sent.rbegin(), owned.device.link.sent.rend(),
                                            [](const Message& message) { return message.topic.ends_with("document.get"); });
        const auto request = protocol::request_from(from_base64url(payload_of(as_text(asked.payload))).value()).value();
        const std::uint64_t version = json_unsigned(request.body, "version").value();
        owned.device.link.sent.clear();
        if (sets_.contains(version))
            owned.device.link.deliver(reply_to(asked, {{"document", sets_[version]}}));
        else
            owned.device.link.deliver(reply_to(asked, Json::object()));
        owned.pump();
        return version;
    }
    Message reply_to(const Message& asked, Json body) {
        owned.device.link.sent.push_back(asked);
        Message reply = owned.reply("document.get", std::move(body), owned.device.clock.wall());
        owned.device.link.sent.clear();
        return reply;
    }
    static std::string_view payload_of(std::string_view jws) {
        const auto first = jws.find('.');
        return jws.substr(first + 1, jws.rfind('.') - first - 1);
    }
    [[nodiscard]] std::uint64_t version() const { return owned.saved().anchors->version; }
    [[nodiscard]] bool asks() const {
        return std::ranges::any_of(owned.device.link.sent, [](const Message& message) { return message.topic.ends_with("document.get"); });
    }

    EnrolledDevice owned;
    std::map<std::uint64_t, std::string> sets_;
};

TEST_F(Anchors, ADeviceThatWasAwayForTenVersionsCatchesUpOneByOne) {
    owned.start();
    publish(11);

    connect();
    for (std::uint64_t wanted = 2; wanted <= 10; ++wanted) {  // the eleventh is the one that is published
        ASSERT_TRUE(asks()) << "for version " << wanted;
        EXPECT_EQ(answer(), wanted);
        connect();  // other roots: the connection is made anew
    }

    EXPECT_EQ(version(), 11U);
    EXPECT_TRUE(owned.agent->import(owned.standing(1, StandingStatus::Active))) << "the newest online key is heard";
}

TEST_F(Anchors, ASetThatIsLeftOutStopsTheWalkAndLosesNothing) {
    owned.start();
    publish(4);
    const std::string third = sets_[3];
    sets_[2] = sets_[4];

    connect();
    EXPECT_EQ(answer(), 2U);

    EXPECT_FALSE(owned.agent->import(third));
    EXPECT_EQ(owned.device.link.used.anchors, (std::vector<Bytes>{Bytes{0}, Bytes{1}}));
}

TEST_F(Anchors, WordsAboutNewerSetsDoNotMakeADeviceAskForEver) {
    owned.start();
    publish(9);
    connect();
    sets_.erase(2);
    answer();
    owned.device.link.sent.clear();

    for (int i = 0; i < 50; ++i) connect();
    for (int i = 0; i < 50; ++i) owned.device.link.deliver({"anchor/1/acme/fleet/anchors", to_bytes(sets_[9]), {}, true});
    owned.pump();

    EXPECT_FALSE(asks()) << "not within a minute";
}

TEST_F(Anchors, ASetWithoutTheRootOfItsOwnCertificateIsRefusedWithTheReason) {
    owned.certify(owned.device.clock.wall() + std::chrono::days(90));
    owned.start();
    auto key = crypto::SoftwareKey::generate(KeyAlg::EcP256).value();
    const WallTime now = std::chrono::floor<Seconds>(owned.device.clock.wall());
    const auto root = crypto::CertificateBuilder::root(key, "another root", {now, now + std::chrono::days(900)}).value();
    protocol::AnchorSet next = owned.anchors(2);
    next.device_anchors = {to_bytes(root.der())};

    const auto taken = owned.agent->import(owned.signed_document(DocumentKind::Anchors, "", 2, protocol::to_json(next)));

    EXPECT_THAT(taken.error().what, HasSubstr("this device's certificate leads to none of the anchors"));
    EXPECT_EQ(owned.device.link.used.anchors, (std::vector<Bytes>{Bytes{0}, Bytes{1}}));
}

TEST_F(Anchors, ASetWithoutARootInCommonIsRefusedWithTheReason) {
    owned.start();
    protocol::AnchorSet next = owned.anchors(2);
    next.broker_anchors = {Bytes{7}};

    EXPECT_THAT(owned.agent->import(owned.signed_document(DocumentKind::Anchors, "", 2, protocol::to_json(next))).error().what,
                HasSubstr("devices would lose every broker they know"));
}

}  // namespace
}  // namespace anchor::agent
