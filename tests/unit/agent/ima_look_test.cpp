// SPDX-License-Identifier: Apache-2.0
#include <agent/ima_look.h>
#include <agent/ima_part.h>

#include <gmock/gmock.h>

#include <anchor/measure/ima_table_builder.h>
#include <fakes/fake_shelf.h>
#include <unit/measure/ima_machine.h>

namespace anchor::agent {
namespace {

using measure::ImaProof;
using testing::HasSubstr;

Digest digest_of(std::string_view content) { return crypto::hash(HashAlg::Sha256, as_bytes(content)); }

class ImaLook : public testing::Test {
protected:
    ImaLook() : ak_(tpm_->make_attestation_key().value()), quoter_(tpm_, ak_.clone()) { machine_.run("/bin/good", "good"); }

    ImaSight look() {
        const std::vector<PcrSelection> selections{{HashAlg::Sha256, 0x7ff}};
        return look_at_ima(&machine_.list, quoter_.quote(selections, {}).value(), memory_);
    }
    // As the story does it: what was seen is what the next look begins with.
    Result<measure::ImaReport> look_on() {
        ImaSight sight = look();
        memory_.known = sight.progress;
        machine_.list.opened = machine_.list.read = 0;
        return std::move(sight.report);
    }
    void judge_by_table() {
        measure::ImaTableBuilder builder;
        builder.add("/bin/good", digest_of("good"));
        const BlobName name = shelf_.add(builder.build().value());
        memory_.basis = measure::ImaBasis::make({name, {}}, shelf_.find(name).value()).value();
    }

    std::shared_ptr<fakes::FakeTpm> tpm_ = std::make_shared<fakes::FakeTpm>();
    measure::ImaMachine machine_{tpm_};
    fakes::FakeShelf shelf_;
    KeyBlob ak_;
    fakes::FakeQuoter quoter_;
    ImaMemory memory_;
};

TEST_F(ImaLook, ProvesTheListByTheQuote) {
    const auto report = look_on();

    ASSERT_TRUE(report) << report.error().what;
    EXPECT_EQ(report->proof, ImaProof::Proven);
    EXPECT_EQ(report->entries, 2U);
    EXPECT_EQ(report->findings.boot_aggregate.state, measure::ImaBootAggregate::Matches);
}

TEST_F(ImaLook, ReadsNothingWhereNothingWasMeasuredSince) {
    ASSERT_TRUE(look_on());
    machine_.list.failing = unavailable("must not be asked");

    const auto again = look_on();

    ASSERT_TRUE(again) << again.error().what;
    EXPECT_EQ(again->entries, 2U);
    EXPECT_EQ(again->findings.files, 1U);
}

TEST_F(ImaLook, ReadsOnlyWhatWasAddedAndCountsAll) {
    judge_by_table();
    for (int i = 0; i < 100; ++i) machine_.run("/bin/good", "good");
    ASSERT_TRUE(look_on());
    const std::size_t before = machine_.list.octets.size();
    machine_.run("/bin/evil", "evil");

    const ImaSight sight = look();

    ASSERT_TRUE(sight.report) << sight.report.error().what;
    EXPECT_EQ(sight.report->entries, 103U);
    EXPECT_EQ(sight.report->findings.known, 101U);
    EXPECT_EQ(sight.report->findings.count(measure::ImaCause::UnknownFile), 1U);
    EXPECT_EQ(sight.report->findings.offenders.at(0).path, "/bin/evil");
    EXPECT_LT(machine_.list.read, machine_.list.octets.size() - before + 200) << "the new entry, and the last one to know the place by";
}

TEST_F(ImaLook, SaysWhyThereIsNothingToSay) {
    machine_.list.octets.clear();
    EXPECT_EQ(look_on().error().what, "the IMA list is empty");
    machine_.list.octets = Bytes(100, 0xAA);
    EXPECT_THAT(look_on().error().what, HasSubstr("in no form that can be read"));
    machine_.list.failing = denied("/sys/…: Permission denied");
    EXPECT_THAT(look_on().error().what, HasSubstr("Permission denied"));
    const std::vector<PcrSelection> without{{HashAlg::Sha256, 0x3ff}};
    EXPECT_EQ(look_at_ima(&machine_.list, quoter_.quote(without, {}).value(), memory_).report.error().what,
              "PCR 10 is not among the quoted registers");
}

TEST_F(ImaLook, ProvesNothingOfAListThatWasReplacedOrLacksAnEntry) {
    ASSERT_TRUE(look_on());
    const Bytes whole = machine_.list.octets;
    measure::ListWriter writer;
    writer.file("/bin/good", "good");
    machine_.run("/bin/evil", "evil");
    machine_.list.octets = whole;

    const auto without = look_on();
    machine_.list.octets = writer.list;
    const auto replaced = look_on();

    EXPECT_EQ(without.value().proof, ImaProof::NotProven);
    EXPECT_EQ(replaced.value().proof, ImaProof::NotProven);
}

TEST_F(ImaLook, GoesOnBehindATrimFromItsCheckpoint) {
    ASSERT_TRUE(look_on());
    machine_.trim(machine_.list.octets.size());
    machine_.run("/bin/more", "more");

    const auto report = look_on();

    ASSERT_TRUE(report) << report.error().what;
    EXPECT_EQ(report->proof, ImaProof::Proven);
    EXPECT_EQ(report->entries, 3U);
}

TEST_F(ImaLook, NeedsWhatAnEarlierRunSawWhereTheBeginningIsGone) {
    const ImaSight first = look();
    machine_.trim(machine_.list.octets.size());
    machine_.run("/bin/more", "more");

    const auto without = look_on();
    memory_.known.reset();
    memory_.stored = measure::ima_progress_from(to_json(*first.progress)).value();
    const auto with = look_on();

    EXPECT_EQ(without.value().proof, ImaProof::NotProven);
    machine_.list.octets.clear();
    memory_.stored = std::exchange(memory_.known, std::nullopt);
    const auto emptied = look_on();

    ASSERT_EQ(with.value().proof, ImaProof::Proven);
    EXPECT_EQ(emptied.value().entries, 3U) << "nothing was measured since";
    EXPECT_EQ(with->entries, 3U);
    EXPECT_EQ(with->findings.files, 2U);
}

TEST_F(ImaLook, JudgesAllAnewAfterAReboot) {
    ASSERT_TRUE(look_on());
    tpm_->reset();
    machine_.boot();

    const auto report = look_on();

    ASSERT_TRUE(report) << report.error().what;
    EXPECT_EQ(report->entries, 1U);
}

TEST_F(ImaLook, JudgesAllAnewByAnotherReference) {
    ASSERT_TRUE(look_on());
    judge_by_table();

    const auto report = look_on();

    EXPECT_EQ(report.value().findings.known, 1U);
}

TEST_F(ImaLook, BelievesNoListWhereNothingWasExtended) {
    tpm_->reset();
    const ImaSight sight = look();
    Claims claims;

    claim_ima_sight(sight, {}, {}, claims);

    EXPECT_EQ(to_text(claims.find("ima.proven")->value), "unknown: nothing of the IMA list was extended into PCR 10");
    EXPECT_THAT(to_text(claims.find("ima.clean")->value), HasSubstr("unknown"));
}

TEST_F(ImaLook, PlansToSendOnlyWhatTheRegistryLacks) {
    const ImaSight first = look();
    const std::size_t begin = machine_.list.octets.size();
    machine_.run("/bin/more", "more");
    const std::size_t end = machine_.list.octets.size();
    const ImaSight sight = look();
    machine_.run("/bin/later", "later");
    const auto& proven = sight.progress->checkpoint;

    const auto all = plan_ima_part(machine_.list, proven, std::nullopt).value();
    const auto rest = plan_ima_part(machine_.list, proven, protocol::ImaPlace{2, 1}).value();
    const auto none = plan_ima_part(machine_.list, proven, protocol::ImaPlace{3, 1}).value();

    EXPECT_EQ(all.offset, 0U);
    EXPECT_EQ(all.part.octets->size, end) << "what came behind the quote is left for the next one";
    EXPECT_EQ(rest.part.from, 2U);
    EXPECT_EQ(rest.offset, begin);
    EXPECT_EQ(rest.part.octets->sha256, crypto::hash(HashAlg::Sha256, read_ima_octets(machine_.list, begin, end - begin).value()));
    EXPECT_EQ(none.part, (protocol::ImaPart{3, std::nullopt}));
}

TEST_F(ImaLook, PlansFromTheEndWhereTheBeginningIsGone) {
    ASSERT_TRUE(look_on());
    machine_.trim(machine_.list.octets.size());
    machine_.run("/bin/more", "more");
    const ImaSight sight = look();

    const auto rest = plan_ima_part(machine_.list, sight.progress->checkpoint, protocol::ImaPlace{2, 1});
    const auto all = plan_ima_part(machine_.list, sight.progress->checkpoint, std::nullopt);

    ASSERT_TRUE(rest) << rest.error().what;
    EXPECT_EQ(rest->offset, 0U);
    EXPECT_EQ(rest->part.octets->size, machine_.list.octets.size());
    EXPECT_THAT(all.error().what, HasSubstr("no longer has the entries"));
}

}  // namespace
}  // namespace anchor::agent
