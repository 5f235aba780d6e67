// SPDX-License-Identifier: Apache-2.0
#include <anchor/store/sealed_state.h>

#include <gtest/gtest.h>

#include "fakes/fake_disk.h"

namespace anchor::store {
namespace {

// A TPM counter: begins somewhere, only grows, may be unreachable.
class Counter final : public MonotonicCounter {
public:
    Result<std::optional<std::uint64_t>> read() override {
        if (busy) return unavailable("TPM busy");
        return count;
    }
    Result<std::uint64_t> create() override {
        count = 40;
        return *count;
    }
    Result<std::uint64_t> increment() override {
        if (busy || fail_increment) return unavailable("TPM busy");
        return ++*count;
    }

    std::optional<std::uint64_t> count;
    bool busy = false;
    bool fail_increment = false;
};

class SealedStateTest : public testing::Test {
protected:
    Result<std::optional<Bytes>> loaded() { return SealedState(disk_, &counter_).load(); }
    std::string text() { return std::string(as_text(*loaded().value())); }

    fakes::FakeDisk disk_;
    Counter counter_;
    SealedState state_{disk_, &counter_};
};

TEST_F(SealedStateTest, StartsWithNothing) { EXPECT_EQ(loaded().value(), std::nullopt); }

TEST_F(SealedStateTest, GivesBackWhatWasSavedLast) {
    ASSERT_TRUE(state_.save(as_bytes("one"), SaveKind::Floor));
    ASSERT_TRUE(state_.save(as_bytes("two"), SaveKind::Plain));
    EXPECT_EQ(text(), "two");
    EXPECT_EQ(counter_.count, 41U) << "a plain save does not wear the counter";
}

TEST_F(SealedStateTest, NoticesAnOldFileThatIsBroughtBack) {
    ASSERT_TRUE(state_.save(as_bytes("before"), SaveKind::Floor));
    const Bytes old = *disk_.read("state", 1000).value();
    ASSERT_TRUE(state_.save(as_bytes("revoked"), SaveKind::Floor));
    ASSERT_TRUE(replace(disk_, "state", old));

    const auto refused = loaded();

    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().kind, ErrorKind::Corrupt);
    EXPECT_EQ(refused.error().what, "state file: is number 41 while the TPM's counter says 42: an old state was brought back");
    EXPECT_EQ(disk_.read("state.refused", 1000).value(), old) << "kept for inspection";
}

TEST_F(SealedStateTest, NoticesAMissingCounterAndAForeignFile) {
    ASSERT_TRUE(state_.save(as_bytes("x"), SaveKind::Floor));
    const Bytes file = *disk_.read("state", 1000).value();
    counter_.count.reset();
    EXPECT_EQ(loaded().error().kind, ErrorKind::Corrupt);

    ASSERT_TRUE(replace(disk_, "state", file));
    counter_.count = 7;
    EXPECT_EQ(loaded().error().kind, ErrorKind::Corrupt);
}

TEST_F(SealedStateTest, NoticesThatTheFileIsGone) {
    ASSERT_TRUE(state_.save(as_bytes("revoked"), SaveKind::Floor));
    ASSERT_TRUE(disk_.remove("state"));

    EXPECT_EQ(loaded().error().kind, ErrorKind::Corrupt);
    EXPECT_EQ(loaded().error().what,
              "state file: there is none although the TPM's counter says 41: it was removed, or refused at an earlier start");

    ASSERT_TRUE(SealedState(disk_, &counter_).save(as_bytes("anew"), SaveKind::Floor));
    EXPECT_EQ(text(), "anew");
    EXPECT_EQ(counter_.count, 42U) << "the counter goes on";
}

TEST_F(SealedStateTest, ACutAtAnyOperationOfTheFirstSaveIsNoTampering) {
    for (const bool torn : {false, true}) {
        for (std::size_t cut = 0; cut < 9; ++cut) {
            fakes::FakeDisk disk;
            Counter counter;
            disk.cut_power_at(cut);
            const bool acknowledged = SealedState(disk, &counter).save(as_bytes("first"), SaveKind::Floor).has_value();
            disk.restart(torn);

            SealedState next(disk, &counter);
            const auto after = next.load();
            ASSERT_TRUE(after) << after.error().what << " cut " << cut;
            EXPECT_TRUE(*after || !acknowledged) << "cut " << cut;
            ASSERT_TRUE(next.save(as_bytes("second"), SaveKind::Floor));
            EXPECT_EQ(as_text(*SealedState(disk, &counter).load().value()), "second") << "cut " << cut;
        }
    }
}

TEST_F(SealedStateTest, MakesNoNewCounterBesideAState) {
    ASSERT_TRUE(state_.save(as_bytes("one"), SaveKind::Floor));
    counter_.count.reset();

    EXPECT_EQ(state_.save(as_bytes("two"), SaveKind::Floor).error().kind, ErrorKind::Corrupt);
    EXPECT_EQ(state_.save(as_bytes("three"), SaveKind::Floor).error().kind, ErrorKind::Corrupt);
    EXPECT_FALSE(counter_.count);
}

TEST_F(SealedStateTest, NoticesEveryFlippedBitAndEveryLength) {
    ASSERT_TRUE(state_.save(as_bytes("document"), SaveKind::Floor));
    const Bytes good = *disk_.read("state", 1000).value();
    for (std::size_t i = 0; i < good.size(); ++i) {
        Bytes flipped = good;
        flipped[i] ^= 0x10U;
        ASSERT_TRUE(replace(disk_, "state", flipped));
        EXPECT_FALSE(loaded()) << "octet " << i;
        ASSERT_TRUE(replace(disk_, "state", ByteView(good).first(i)));
        EXPECT_FALSE(loaded()) << "length " << i;
    }
}

TEST_F(SealedStateTest, ABusyTpmIsNoTampering) {
    ASSERT_TRUE(state_.save(as_bytes("x"), SaveKind::Floor));
    counter_.busy = true;
    EXPECT_EQ(loaded().error().kind, ErrorKind::Unavailable);
    counter_.busy = false;
    EXPECT_EQ(text(), "x");
}

TEST_F(SealedStateTest, AFloorWhoseCountingFailedIsCountedBeforeTheNextSave) {
    ASSERT_TRUE(state_.save(as_bytes("one"), SaveKind::Floor));
    counter_.fail_increment = true;
    EXPECT_FALSE(state_.save(as_bytes("two"), SaveKind::Floor));
    counter_.fail_increment = false;

    ASSERT_TRUE(state_.save(as_bytes("three"), SaveKind::Plain));

    EXPECT_EQ(counter_.count, 42U);
    EXPECT_EQ(text(), "three");
}

TEST_F(SealedStateTest, ACutAtAnyOperationLeavesTheOldOrTheNew) {
    for (const SaveKind kind : {SaveKind::Plain, SaveKind::Floor}) {
        for (const bool torn : {false, true}) {
            for (std::size_t cut = 0; cut < 6; ++cut) {
                fakes::FakeDisk disk;
                Counter counter;
                ASSERT_TRUE(SealedState(disk, &counter).save(as_bytes("old"), SaveKind::Floor));
                SealedState running(disk, &counter);
                ASSERT_TRUE(running.load());
                disk.cut_power_at(disk.operations() + cut);

                const bool acknowledged = running.save(as_bytes("new"), kind).has_value();
                disk.restart(torn);
                const auto after = SealedState(disk, &counter).load();

                ASSERT_TRUE(after) << after.error().what << " cut " << cut;
                EXPECT_TRUE(as_text(**after) == "new" || (!acknowledged && as_text(**after) == "old")) << "cut " << cut;
            }
        }
    }
}

TEST_F(SealedStateTest, WithoutACounterItSavesAndSaysThatItCannotProtect) {
    SealedState plain(disk_, nullptr);
    ASSERT_TRUE(plain.save(as_bytes("x"), SaveKind::Floor));
    EXPECT_FALSE(plain.protects_against_rollback());
    EXPECT_EQ(as_text(*SealedState(disk_, nullptr).load().value()), "x");
}

}  // namespace
}  // namespace anchor::store
