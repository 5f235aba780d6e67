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
using testing::HasSubstr;

constexpr Milliseconds kTick{30'000};

class ImaStory : public testing::Test {
protected:
    ImaStory() {
        owned.device.ima_list = &machine.list;
        owned.device.shelf = &shelf;
        owned.selections = {{HashAlg::Sha256, 0x107ff}};
        measure::ImaTableBuilder builder;
        builder.add("/bin/good", crypto::hash(HashAlg::Sha256, as_bytes("good")));
        table = builder.build().value();
        machine.run("/bin/good", "good");
        Json policy = EnrolledDevice::policy_body("0s");
        policy["rules"].push_back({{"id", "programs"},
                                   {"about", "executables"},
                                   {"require", "ima.clean"},
                                   {"otherwise", "contraindicated"},
                                   {"if_unknown", "warning"},
                                   {"because", "Something ran that nobody approved."}});
        owned.put("policy/edge", 1, owned.signed_document(DocumentKind::Policy, "edge", 1, policy));
        Json reference = owned.reference_body();
        const BlobName name = measure::name_of_table(table);
        reference["ima"]["table"] = {{"digest", name.sha256.text()}, {"size", name.size}};
        owned.put("reference/boot", 1, owned.signed_document(DocumentKind::Reference, "boot", 1, reference));
    }

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
    for (std::size_t at = 0; at < table.size(); at += 50) {
        const Bytes piece(table.begin() + static_cast<std::ptrdiff_t>(at),
                          table.begin() + static_cast<std::ptrdiff_t>(std::min(at + 50, table.size())));
        owned.device.link.deliver(owned.reply(protocol::verb::kBlobGet, protocol::blob_octets_json(piece), owned.device.clock.wall()));
        owned.pump();
    }
    owned.tick(kTick);

    EXPECT_EQ(finding(), Json::object());
    EXPECT_EQ(owned.level(), Level::Trusted) << owned.agent->trust().because;
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
