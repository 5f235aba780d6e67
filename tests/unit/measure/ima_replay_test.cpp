// SPDX-License-Identifier: Apache-2.0
#include <anchor/measure/ima_replay.h>

#include "ima_list.h"

namespace anchor::measure {
namespace {

constexpr ImaListFormat kBinary{};

TEST(ImaReplay, ExplainsTheQuoteOfARealBoot) {
    const PcrValues quoted = boot_quote();
    ImaReplay replay({HashAlg::Sha1, HashAlg::Sha256});
    std::uint64_t proven = 0;

    ASSERT_TRUE(read_list(boot_vector("debian12-ovmf-ima-sig.ima.bin"), kBinary, [&](const ImaEntry& entry) {
        EXPECT_TRUE(replay.extend(entry));
        if (replay.matches(quoted)) proven = entry.number + 1;
    }));

    EXPECT_EQ(proven, 3144U);
    replay.settle(quoted);
    EXPECT_EQ(replay.style(HashAlg::Sha256), ImaExtendStyle::PerBank);
    EXPECT_EQ(replay.lanes().size(), 2U);
}

// That kernel extended real digests into the SHA-256 bank and padded ones into those of SHA-384 and SHA-512, whose
// algorithms it had only as modules. The registers were read one bank after the other, while the list grew.
TEST(ImaReplay, FindsForEachBankOfARealKernelItsPlaceAndItsStyle) {
    const PcrValues registers = boot_registers("debian12-ovmf.pcrs.txt");
    const Bytes list = boot_vector("debian12-ovmf-ima-sig.ima.bin");
    const auto place_and_style = [&](HashAlg bank) {
        PcrValues quoted;
        quoted.set(kImaPcr, *registers.find(bank, kImaPcr));
        ImaReplay replay({bank});
        std::pair<std::uint64_t, std::optional<ImaExtendStyle>> found;
        EXPECT_TRUE(read_list(list, kBinary, [&](const ImaEntry& entry) {
            replay.extend(entry);
            if (!replay.matches(quoted)) return;
            replay.settle(quoted);
            found = {entry.number, replay.style(bank)};
        }));
        return found;
    };

    EXPECT_EQ(place_and_style(HashAlg::Sha1), std::pair(std::uint64_t{3055}, std::optional(ImaExtendStyle::PerBank)));
    EXPECT_EQ(place_and_style(HashAlg::Sha256), std::pair(std::uint64_t{3079}, std::optional(ImaExtendStyle::PerBank)));
    EXPECT_EQ(place_and_style(HashAlg::Sha384), std::pair(std::uint64_t{3103}, std::optional(ImaExtendStyle::PaddedSha1)));
    EXPECT_EQ(place_and_style(HashAlg::Sha512), std::pair(std::uint64_t{3127}, std::optional(ImaExtendStyle::PaddedSha1)));
}

TEST(ImaReplay, MatchesAtOnePlaceOfTheListOnly) {
    const Bytes list = boot_vector("debian12-ovmf-ima-sig.ima.bin");
    ImaReplay until({HashAlg::Sha1});
    ASSERT_TRUE(read_list(list, kBinary, [&](const ImaEntry& entry) {
        if (entry.number < 1000) until.extend(entry);
    }));
    PcrValues quoted;
    quoted.set(10, until.lanes().front().value);
    ImaReplay replay({HashAlg::Sha1});
    std::vector<std::uint64_t> matches;

    ASSERT_TRUE(read_list(list, kBinary, [&](const ImaEntry& entry) {
        replay.extend(entry);
        if (replay.matches(quoted)) matches.push_back(entry.number);
    }));

    EXPECT_EQ(matches, std::vector<std::uint64_t>{999});
}

// The values are computed here by hand, so that the test does not ask the code under test.
TEST(ImaReplay, FollowsKernelsThatPadSha1IntoOtherBanks) {
    ListWriter writer;
    writer.file("/bin/true", "true");
    writer.violation("/tmp/moving");
    Bytes padded(writer.list.begin() + 4, writer.list.begin() + 24);
    padded.resize(32);
    const Digest after_file = crypto::hash(HashAlg::Sha256, {Bytes(32, 0), padded});
    PcrValues quoted;
    quoted.set(10, crypto::hash(HashAlg::Sha256, {after_file.view(), Bytes(32, 0xff)}));
    ImaReplay replay({HashAlg::Sha256});

    ASSERT_TRUE(read_list(writer.list, kBinary, [&](const ImaEntry& entry) {
        EXPECT_FALSE(replay.matches(quoted));
        replay.extend(entry);
    }));

    ASSERT_TRUE(replay.matches(quoted));
    replay.settle(quoted);
    EXPECT_EQ(replay.style(HashAlg::Sha256), ImaExtendStyle::PaddedSha1);
}

TEST(ImaReplay, SaysWhichEntryIsNotWhatWasMeasured) {
    ListWriter writer;
    writer.file("/bin/true", "true");
    writer.list.back() = 'x';
    writer.list[writer.list.size() - 2] = 'x';
    ImaReplay replay({HashAlg::Sha1});
    bool agrees = true;

    ASSERT_TRUE(read_list(writer.list, kBinary, [&](const ImaEntry& entry) { agrees = replay.extend(entry); }));

    EXPECT_FALSE(agrees);
}

TEST(ImaReplay, IsNotMovedByAFieldForgedBehindAGoodDigest) {
    ListWriter writer;
    writer.file("/bin/true", "true");
    PcrValues quoted;
    ImaReplay honest({HashAlg::Sha256});
    ASSERT_TRUE(read_list(writer.list, kBinary, [&](const ImaEntry& entry) { honest.extend(entry); }));
    for (const ImaLane& lane : honest.lanes()) {
        if (lane.style == ImaExtendStyle::PerBank) quoted.set(10, lane.value);
    }
    ASSERT_TRUE(honest.matches(quoted));
    writer.list[writer.list.size() - 2] = 'x';
    ImaReplay forged({HashAlg::Sha256});

    ASSERT_TRUE(read_list(writer.list, kBinary, [&](const ImaEntry& entry) { forged.extend(entry); }));

    EXPECT_FALSE(forged.matches(quoted));
}

TEST(ImaReplay, WantsEveryRegisterThatTheListUsedToBeQuoted) {
    ListWriter writer;
    writer.file("/bin/true", "true");
    writer.file("/bin/false", "false", 11);
    ImaReplay replay({HashAlg::Sha1});
    ASSERT_TRUE(read_list(writer.list, kBinary, [&](const ImaEntry& entry) { replay.extend(entry); }));
    PcrValues quoted;
    for (const ImaLane& lane : replay.lanes()) {
        if (lane.pcr == 10) quoted.set(10, lane.value);
    }

    EXPECT_FALSE(replay.matches(quoted));
    quoted.set(11, replay.lanes().back().value);
    EXPECT_TRUE(replay.matches(quoted));
}

TEST(ImaReplay, NeverMatchesAQuoteWithoutTheRegister) {
    const ImaReplay replay({HashAlg::Sha256});
    PcrValues other;
    other.set(0, Digest(HashAlg::Sha256));

    EXPECT_FALSE(replay.matches(PcrValues{}));
    EXPECT_FALSE(replay.matches(other));
    EXPECT_FALSE(ImaReplay(std::vector<HashAlg>{}).matches(other));
}

TEST(ImaReplay, GoesOnFromLanesOfAnEarlierReplay) {
    const PcrValues quoted = boot_quote();
    ImaReplay first({HashAlg::Sha1, HashAlg::Sha256});
    std::optional<ImaReplay> second;

    ASSERT_TRUE(read_list(boot_vector("debian12-ovmf-ima-sig.ima.bin"), kBinary, [&](const ImaEntry& entry) {
        if (entry.number < 1000) {
            first.extend(entry);
        } else {
            if (!second) second.emplace(first.lanes());
            second->extend(entry);
        }
    }));

    EXPECT_TRUE(second->matches(quoted));
}

}  // namespace
}  // namespace anchor::measure
