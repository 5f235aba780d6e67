// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <anchor/measure/ima_table_builder.h>
#include <unit/measure/ima_machine.h>

#include "fleet.h"

namespace anchor::registry {
namespace {

using testing::HasSubstr;

struct ImaListsTest : testing::Test {
    ImaListsTest() {
        if (!device.enroll().empty()) std::abort();
        fleet.set_policy({{"policy", "programs"},
                          {"version", 1},
                          {"rules",
                           {{{"id", "programs"},
                             {"about", "executables"},
                             {"require", "ima.clean && ima.entries > 0"},
                             {"otherwise", "contraindicated"},
                             {"if_unknown", "warning"},
                             {"because", "Something ran that nobody approved."}}}}});
        machine.run("/bin/good", "good");
        approve({"good"});
    }
    /// New reference values, with these files of /bin in the table.
    void approve(const std::vector<std::string>& names) {
        measure::ImaTableBuilder builder;
        for (const auto& name : names) builder.add("/bin/" + name, crypto::hash(HashAlg::Sha256, as_bytes(name)));
        const BlobName table = fleet.shelf.add(builder.build().value());
        fleet.set_reference({{"ima", {{"table", {{"digest", table.sha256.text()}, {"size", table.size}}}}}});
    }
    /// Sends these octets as the part of the list from that entry on, and attests.
    std::string attest(std::uint64_t from, ByteView octets) {
        device.ima_list = protocol::ImaPart{from, std::nullopt};
        if (!octets.empty()) {
            device.ima_list->octets = BlobName{crypto::hash(HashAlg::Sha256, octets), octets.size()};
            const protocol::BlobChunk chunk{*device.ima_list->octets, 0, to_bytes(octets)};
            if (auto refused = device.ask(protocol::verb::kBlobPut, protocol::to_json(chunk)); !refused.empty()) return refused;
        }
        return device.attest();
    }
    [[nodiscard]] ByteView from(std::size_t offset) const { return ByteView(machine.list.octets).subspan(offset); }
    [[nodiscard]] std::string findings() const {
        std::string text;
        for (const Finding& finding : device.result().findings) text += protocol::to_json(finding).dump();
        return text;
    }

    std::shared_ptr<fakes::FakeTpm> tpm = std::make_shared<fakes::FakeTpm>();
    fakes::FakeRoot root{tpm};
    Fleet fleet;
    TestDevice device{fleet, root};
    measure::ImaMachine machine{tpm};
};

TEST_F(ImaListsTest, JudgesAWholeListByTheTableAndThrowsItAway) {
    ASSERT_EQ(attest(0, from(0)), "");

    EXPECT_EQ(device.result().level, Level::Trusted) << findings();
    EXPECT_EQ(fleet.store->blob(device.identity->device, *device.ima_list->octets).value(), std::nullopt);
}

TEST_F(ImaListsTest, AsksForWhatIsNewOnlyAndGoesOnThere) {
    ASSERT_EQ(attest(0, from(0)), "");
    const auto place = device.nonce().ima;
    const std::size_t begin = machine.list.octets.size();
    machine.run("/bin/evil", "evil");
    ASSERT_EQ(attest(2, from(begin)), "");

    EXPECT_EQ(place, (protocol::ImaPlace{2, place->reset_count}));
    EXPECT_EQ(device.result().level, Level::Quarantined);
    EXPECT_THAT(findings(), HasSubstr("entry 2, /bin/evil: unknown file"));
    EXPECT_EQ(device.nonce().ima->entries, 3U);
}

TEST_F(ImaListsTest, NeedsNothingWhereNothingWasMeasuredSince) {
    machine.run("/bin/evil", "evil");
    ASSERT_EQ(attest(0, from(0)), "");
    ASSERT_EQ(attest(3, {}), "");

    EXPECT_EQ(device.result().level, Level::Quarantined) << "what was found before still counts";
    EXPECT_THAT(findings(), HasSubstr("/bin/evil"));
}

TEST_F(ImaListsTest, BelievesNoDeviceThatLeavesOutANewEntry) {
    ASSERT_EQ(attest(0, from(0)), "");
    machine.run("/bin/evil", "evil");
    ASSERT_EQ(attest(2, {}), "");

    EXPECT_THAT(findings(), HasSubstr("the quoted PCR 10 does not"));
    EXPECT_EQ(device.nonce().ima, std::nullopt) << "all of the list is wanted now";
}

TEST_F(ImaListsTest, AListThatDoesNotReplayProvesNothing) {
    const Bytes without = to_bytes(from(0));
    machine.run("/bin/evil", "evil");
    ASSERT_EQ(attest(0, without), "");
    EXPECT_THAT(findings(), HasSubstr("does not replay to the quoted PCR 10"));

    ASSERT_EQ(attest(0, Bytes(100, 0xAA)), "");
    EXPECT_THAT(findings(), HasSubstr("no form that can be read"));
}

TEST_F(ImaListsTest, APartWithoutItsBeginningIsUnknown) {
    ASSERT_EQ(attest(1, from(100)), "");
    EXPECT_THAT(findings(), HasSubstr("what comes before it is not known here"));
    device.ima_list.reset();
    ASSERT_EQ(device.attest(), "");
    EXPECT_THAT(findings(), HasSubstr("the device sent no IMA list"));
}

TEST_F(ImaListsTest, NewReferenceValuesWantTheWholeListAgain) {
    machine.run("/bin/new", "new");
    ASSERT_EQ(attest(0, from(0)), "");
    ASSERT_EQ(device.result().level, Level::Quarantined);
    approve({"good", "new"});

    EXPECT_EQ(device.nonce().ima, std::nullopt);
    ASSERT_EQ(attest(0, from(0)), "");
    EXPECT_EQ(device.result().level, Level::Trusted) << findings();
}

TEST_F(ImaListsTest, AfterARebootTheOldProgressCountsForNothing) {
    ASSERT_EQ(attest(0, from(0)), "");
    tpm->reset();
    machine.boot();
    ASSERT_EQ(attest(2, {}), "");
    EXPECT_NE(device.result().level, Level::Trusted);

    ASSERT_EQ(attest(0, from(0)), "");
    EXPECT_EQ(device.result().level, Level::Trusted) << findings();
}

TEST_F(ImaListsTest, WithoutTheTableNothingIsCalledClean) {
    ASSERT_TRUE(fleet.shelf.keep_only({}));
    ASSERT_EQ(attest(0, from(0)), "");

    EXPECT_THAT(findings(), HasSubstr("the registry does not have the table of reference digests"));
}

TEST_F(ImaListsTest, PublishesBlobsByTheirDigestInPieces) {
    const Bytes octets(protocol::kMaxPiece + 10, 0x5A);
    const BlobName name = fleet.shelf.add(octets);
    const auto get = [&](const protocol::BlobPlace& place) { return device.ask(protocol::verb::kBlobGet, protocol::to_json(place)); };

    ASSERT_EQ(get({name, 0}), "");
    EXPECT_EQ(protocol::blob_octets_from(device.answer, {name, 0})->size(), protocol::kMaxPiece);
    ASSERT_EQ(get({name, protocol::kMaxPiece}), "");
    EXPECT_EQ(protocol::blob_octets_from(device.answer, {name, protocol::kMaxPiece}).value(), Bytes(10, 0x5A));
    EXPECT_THAT(get({name, name.size}), HasSubstr("behind the blob"));
    EXPECT_EQ(get({{crypto::hash(HashAlg::Sha256, as_bytes("other")), 5}, 0}), "there is no such blob");
}

}  // namespace
}  // namespace anchor::registry
