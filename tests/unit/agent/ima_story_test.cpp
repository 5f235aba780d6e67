// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <nlohmann/json.hpp>

#include <anchor/base/encoding.h>
#include <anchor/measure/ima_table_builder.h>
#include <anchor/measure/reference_values.h>
#include <fakes/fake_shelf.h>
#include <unit/measure/ima_machine.h>

#include "enrolled_device.h"

namespace anchor::agent {
namespace {

using protocol::DocumentKind;
using testing::AllOf;
using testing::HasSubstr;

constexpr Milliseconds kTick{30'000};

class ImaStory : public testing::Test {
protected:
    ImaStory() {
        owned.device.ima_list = &machine.list;
        owned.device.shelf = &shelf;
        owned.selections = {{HashAlg::Sha256, 0x107ff}};
        table = table_of({"good"});
        machine.run("/bin/good", "good");
        Json policy = EnrolledDevice::policy_body("0s");
        policy["rules"].push_back({{"id", "programs"},
                                   {"about", "executables"},
                                   {"require", "ima.clean"},
                                   {"otherwise", "contraindicated"},
                                   {"if_unknown", "warning"},
                                   {"because", "Something ran that nobody approved."}});
        owned.put("policy/edge", 1, owned.signed_document(DocumentKind::Policy, "edge", 1, policy));
        owned.put("reference/boot", 1, reference(1, table));
    }

    static Bytes table_of(std::initializer_list<std::string> programs) {
        measure::ImaTableBuilder builder;
        for (const std::string& name : programs) builder.add("/bin/" + name, crypto::hash(HashAlg::Sha256, as_bytes(name)));
        return builder.build().value();
    }

    std::string reference(std::uint64_t version, const Bytes& with) {
        Json reference = owned.reference_body();
        const BlobName name = measure::name_of_table(with);
        reference["ima"]["table"] = {{"digest", name.sha256.text()}, {"size", name.size}};
        return owned.signed_document(DocumentKind::Reference, "boot", version, reference);
    }

    // The registry's answers to a device that fetches this.
    void deliver(const Bytes& octets) {
        for (std::size_t at = 0; at < octets.size(); at += 50) {
            const auto piece = ByteView(octets).subspan(at, std::min<std::size_t>(50, octets.size() - at));
            owned.device.link.deliver(
                owned.reply(protocol::verb::kBlobGet, protocol::blob_octets_json(to_bytes(piece)), owned.device.clock.wall()));
            owned.pump();
        }
    }

    // Judged well by the first reference values.
    void become_trusted() {
        shelf.add(table);
        owned.start();
        owned.tick(kTick);
        ASSERT_EQ(owned.level(), Level::Trusted) << owned.agent->trust().because;
    }

    std::string waiting() const { return owned.agent->status()["waiting"].dump(); }

    Json finding() {
        const Json status = owned.agent->status();
        for (const Json& one : status["findings"]) {
            if (one["rule"] == "programs") return one;
        }
        return Json::object();
    }

    fakes::FakeShelf shelf;
    Bytes table;
    EnrolledDevice owned;
    measure::ImaMachine machine{owned.tpm};
};

TEST_F(ImaStory, AnUnknownProgramCostsTheLevelAndTheStatusNamesIt) {
    shelf.add(table);
    owned.start();
    owned.tick(kTick);
    ASSERT_EQ(owned.level(), Level::Trusted) << owned.agent->trust().because;
    machine.run("/bin/evil", "evil");
    owned.tick(kTick);

    EXPECT_EQ(owned.level(), Level::Quarantined);
    EXPECT_THAT(finding().dump(), HasSubstr("/bin/evil: unknown file"));
}

TEST_F(ImaStory, AListThatDoesNotReachTheQuotedRegisterIsUnknown) {
    shelf.add(table);
    owned.start();
    owned.tick(kTick);
    const Bytes before = machine.list.octets;
    machine.run("/bin/evil", "evil");
    machine.list.octets = before;
    owned.tick(kTick);

    EXPECT_EQ(finding()["unknown"], true);
    EXPECT_THAT(finding().dump(), HasSubstr("does not replay to the quoted PCR 10"));
}

TEST_F(ImaStory, AMissingListIsUnknownWithItsCause) {
    shelf.add(table);
    machine.list.failing = unavailable("/sys/list: No such file or directory");
    owned.start();
    owned.tick(kTick);

    EXPECT_THAT(finding().dump(), HasSubstr("No such file or directory"));
}

TEST_F(ImaStory, JudgesNothingBeforeTheTableIsOpen) {
    shelf.add(table);
    owned.start();

    EXPECT_EQ(finding(), Json::object()) << "no moment in which the table seems to be missing";
}

TEST_F(ImaStory, FetchesTheTableThatItsReferenceValuesName) {
    owned.start();
    owned.tick(kTick);
    ASSERT_THAT(finding().dump(), HasSubstr("not here yet"));
    owned.device.link.connect();
    owned.pump();
    deliver(table);
    owned.tick(kTick);

    EXPECT_EQ(finding(), Json::object());
    EXPECT_EQ(owned.level(), Level::Trusted) << owned.agent->trust().because;
}

TEST_F(ImaStory, JudgesByNewReferenceValuesOnceTheirTableIsHere) {
    const Bytes newer = table_of({"good", "new"});
    become_trusted();
    owned.device.link.connect();
    owned.pump();
    ASSERT_TRUE(owned.agent->import(reference(2, newer)));
    owned.pump();
    owned.tick(Milliseconds{1'000});
    EXPECT_EQ(owned.level(), Level::Trusted) << owned.agent->trust().because;
    EXPECT_THAT(waiting(), AllOf(HasSubstr(R"("document":"reference/boot","version":2)"), HasSubstr("not here yet")));

    deliver(newer);
    machine.run("/bin/new", "new");
    owned.tick(kTick);

    EXPECT_EQ(waiting(), "[]");
    EXPECT_EQ(finding(), Json::object());
    EXPECT_EQ(owned.level(), Level::Trusted) << owned.agent->trust().because;
}

TEST_F(ImaStory, WaitsForATableOverARestartAndNeverGoesBackBehindWhatWaits) {
    const Bytes newer = table_of({"good", "new"});
    become_trusted();
    ASSERT_TRUE(owned.agent->import(reference(3, newer)));
    owned.start();
    owned.tick(kTick);
    EXPECT_EQ(finding(), Json::object());
    EXPECT_THAT(waiting(), HasSubstr(R"("version":3)"));
    EXPECT_THAT(owned.agent->import(reference(2, table)).error().what, HasSubstr("older than version 3"));

    shelf.add(newer);
    owned.tick(2 * kTick);
    machine.run("/bin/new", "new");
    owned.tick(kTick);

    EXPECT_EQ(waiting(), "[]");
    EXPECT_EQ(finding(), Json::object());
    EXPECT_TRUE(owned.saved().waiting.empty());
}

TEST_F(ImaStory, NewerReferenceValuesTakeThePlaceOfThoseThatWait) {
    become_trusted();
    ASSERT_TRUE(owned.agent->import(reference(2, table_of({"new"}))));
    ASSERT_TRUE(owned.agent->import(reference(3, table)));
    owned.pump();

    EXPECT_EQ(waiting(), "[]");
    EXPECT_EQ(owned.saved().floors.at("reference/boot"), 3U);
}

TEST_F(ImaStory, WaitsOnWhereTheStepIntoForceCannotBeSaved) {
    const Bytes newer = table_of({"good", "new"});
    become_trusted();
    ASSERT_TRUE(owned.agent->import(reference(2, newer)));
    owned.pump();
    shelf.add(newer);
    owned.device.store.failing = unavailable("no space");
    owned.tick(2 * kTick);
    EXPECT_THAT(waiting(), HasSubstr(R"("version":2)"));

    owned.device.store.failing.reset();
    owned.tick(2 * kTick);

    EXPECT_EQ(waiting(), "[]");
}

TEST_F(ImaStory, RemembersAtItsEndAndNotWithEveryLook) {
    shelf.add(table);
    owned.start();
    owned.tick(kTick);
    owned.device.journal.clear();
    for (int i = 0; i < 10; ++i) {
        machine.run("/bin/good", "good");
        owned.tick(kTick);
    }
    EXPECT_TRUE(owned.device.journal.empty());
    owned.agent->stop();

    EXPECT_EQ(owned.device.journal, fakes::Journal{"save"});
    EXPECT_EQ(owned.saved().ima.value().checkpoint.entries, 12U);
}

}  // namespace
}  // namespace anchor::agent
