// SPDX-License-Identifier: Apache-2.0
#include <anchor/measure/ima_verifier.h>

#include <gmock/gmock.h>

#include "ima_list.h"

namespace anchor::measure {
namespace {

using testing::HasSubstr;

constexpr ImaListFormat kBinary{};

/// What the TPM would hold after these octets.
PcrValues quote_of(ByteView list) {
    ImaReplay replay({HashAlg::Sha256});
    EXPECT_TRUE(read_list(list, kBinary, [&](const ImaEntry& entry) { replay.extend(entry); }));
    PcrValues quoted;
    for (const ImaLane& lane : replay.lanes()) {
        if (lane.style == ImaExtendStyle::PerBank) quoted.set(lane.pcr, lane.value);
    }
    return quoted;
}

ImaVerifyOptions quoted_by(PcrValues quoted) {
    ImaVerifyOptions options;
    options.quoted = std::move(quoted);
    return options;
}

/// Files /f/0, /f/1, … and where each entry ends.
struct Growing {
    explicit Growing(int files) {
        for (int i = 0; i < files; ++i) {
            writer.file("/f/" + std::to_string(i), std::to_string(i));
            ends.push_back(writer.list.size());
        }
    }
    [[nodiscard]] ByteView upto(std::size_t files) const { return ByteView(writer.list).first(files == 0 ? 0 : ends[files - 1]); }
    [[nodiscard]] ByteView from(std::size_t file) const { return ByteView(writer.list).subspan(file == 0 ? 0 : ends[file - 1]); }
    ListWriter writer;
    std::vector<std::size_t> ends;
};

ImaCheckpoint checkpoint_after(const Growing& list, std::size_t files) {
    ImaVerifier verifier(kBinary, quoted_by(quote_of(list.upto(files))));
    EXPECT_TRUE(verifier.push(list.upto(files)));
    return verifier.checkpoint().value();
}

TEST(ImaVerifier, ProvesTheRecordedBootWithItsTwoViolations) {
    const PcrValues registers = boot_registers("debian12-ovmf.pcrs.txt");
    ImaVerifyOptions options = quoted_by(boot_quote());
    options.reference.registers = &registers;
    ImaVerifier verifier(kBinary, options);

    ASSERT_TRUE(verifier.push(boot_vector("debian12-ovmf-ima-sig.ima.bin")));

    const ImaReport report = verifier.report().value();
    EXPECT_EQ(report.proof, ImaProof::Proven);
    EXPECT_EQ(report.entries, 3144U);
    EXPECT_EQ(report.behind, 0U);
    EXPECT_EQ(report.findings.count(ImaCause::Violation), 2U);
    ASSERT_EQ(report.findings.offenders.size(), 2U);
    EXPECT_EQ(report.findings.offenders[0].path, "/tmp/d/f1.conf");
    EXPECT_EQ(report.findings.boot_aggregate.state, ImaBootAggregate::Matches);
    EXPECT_EQ(report.findings.boot_aggregate.last_pcr, 9U);
}

TEST(ImaVerifier, LeavesWhatCameAfterTheQuoteForTheNextOne) {
    const Growing list(10);
    ImaVerifier verifier(kBinary, quoted_by(quote_of(list.upto(6))));

    ASSERT_TRUE(verifier.push(list.writer.list));

    const ImaReport report = verifier.report().value();
    EXPECT_EQ(report.proof, ImaProof::Proven);
    EXPECT_EQ(report.entries, 6U);
    EXPECT_EQ(report.behind, 4U);
    EXPECT_EQ(report.findings.entries, 6U);
    EXPECT_EQ(verifier.checkpoint()->offset, list.ends[5]);
}

TEST(ImaVerifier, ProvesNothingWithoutTheRightQuote) {
    const Growing list(3);
    ImaVerifier other(kBinary, quoted_by(quote_of(Growing(4).upto(4))));
    ImaVerifier none(kBinary, {});

    ASSERT_TRUE(other.push(list.writer.list));
    ASSERT_TRUE(none.push(list.writer.list));

    EXPECT_EQ(other.report()->proof, ImaProof::NotProven);
    EXPECT_FALSE(other.checkpoint());
    EXPECT_EQ(none.report()->proof, ImaProof::NoQuote);
    EXPECT_EQ(none.report()->findings.entries, 3U);
}

TEST(ImaVerifier, DoesNotMindABankWhoseRegister10WasNotQuoted) {
    const Growing list(3);
    PcrValues quoted = quote_of(list.writer.list);
    quoted.set(0, Digest(HashAlg::Sha1));
    ImaVerifier verifier(kBinary, quoted_by(quoted));

    ASSERT_TRUE(verifier.push(list.writer.list));

    EXPECT_EQ(verifier.report()->proof, ImaProof::Proven);
}

TEST(ImaVerifier, GoesOnFromItsStoredCheckpoint) {
    const Growing list(10);
    const Bytes stored = checkpoint_after(list, 4).serialise();
    const ImaCheckpoint checkpoint = ImaCheckpoint::parse(stored).value();
    ImaVerifier verifier = ImaVerifier::resume(checkpoint, quoted_by(quote_of(list.writer.list)));

    ASSERT_TRUE(verifier.push(ByteView(list.writer.list).subspan(checkpoint.reread_offset())));

    const ImaReport report = verifier.report().value();
    EXPECT_EQ(report.proof, ImaProof::Proven);
    EXPECT_EQ(report.entries, 10U);
    EXPECT_EQ(report.findings.entries, 6U);
    EXPECT_EQ(verifier.checkpoint()->offset, list.writer.list.size());
}

TEST(ImaVerifier, StaysAtItsCheckpointWhereNothingWasAdded) {
    const Growing list(4);
    const ImaCheckpoint checkpoint = checkpoint_after(list, 4);
    ImaVerifier verifier = ImaVerifier::resume(checkpoint, quoted_by(quote_of(list.writer.list)));

    ASSERT_TRUE(verifier.push(ByteView(list.writer.list).subspan(checkpoint.reread_offset())));

    EXPECT_EQ(verifier.report()->proof, ImaProof::Proven);
    EXPECT_EQ(verifier.checkpoint(), checkpoint);
}

TEST(ImaVerifier, NoticesAListThatDoesNotContinueFromTheCheckpoint) {
    const Growing list(10);
    const ImaCheckpoint checkpoint = checkpoint_after(list, 4);
    const ByteView trimmed = list.from(2);

    ImaVerifier another = ImaVerifier::resume(checkpoint, {});
    const auto pushed = another.push(trimmed.subspan(checkpoint.reread_offset()));
    ImaVerifier shorter = ImaVerifier::resume(checkpoint, {});
    const auto reported = shorter.report();

    ASSERT_FALSE(pushed);
    EXPECT_EQ(pushed.error().kind, ErrorKind::Stale);
    EXPECT_THAT(pushed.error().what, HasSubstr("does not continue from the checkpoint (entry 4"));
    ASSERT_FALSE(reported);
    EXPECT_EQ(reported.error().kind, ErrorKind::Stale);
}

TEST(ImaVerifier, StartsFromItsOwnRegistersAfterATrimWhereverItCut) {
    const Growing list(12);
    const ImaCheckpoint checkpoint = checkpoint_after(list, 9);

    for (std::size_t cut = 1; cut <= 9; ++cut) {
        ImaVerifier verifier = ImaVerifier::after_trim(checkpoint, quoted_by(quote_of(list.writer.list)));
        ASSERT_TRUE(verifier.push(list.from(cut)));

        const ImaReport report = verifier.report().value();
        EXPECT_EQ(report.proof, ImaProof::Proven) << cut;
        EXPECT_EQ(report.entries, 12U) << cut;
        EXPECT_EQ(report.findings.entries, 3U) << cut;
    }
}

TEST(ImaVerifier, DoesNotBridgeEntriesThatWereTrimmedBeforeTheyWereProven) {
    const Growing list(12);
    ImaVerifier verifier = ImaVerifier::after_trim(checkpoint_after(list, 5), quoted_by(quote_of(list.writer.list)));

    ASSERT_TRUE(verifier.push(list.from(7)));

    EXPECT_EQ(verifier.report()->proof, ImaProof::NotProven);
}

TEST(ImaVerifier, KeepsResumingFromATrimmedList) {
    const Growing list(12);
    ImaVerifier trimmed = ImaVerifier::after_trim(checkpoint_after(list, 5), quoted_by(quote_of(list.upto(8))));
    ASSERT_TRUE(trimmed.push(list.from(3)));
    const ImaCheckpoint checkpoint = trimmed.checkpoint().value();
    ImaVerifier verifier = ImaVerifier::resume(checkpoint, quoted_by(quote_of(list.writer.list)));

    ASSERT_TRUE(verifier.push(list.from(3).subspan(checkpoint.reread_offset())));

    EXPECT_EQ(verifier.report()->proof, ImaProof::Proven);
    EXPECT_EQ(verifier.report()->entries, 12U);
}

TEST(ImaVerifier, ReportsAnIncompleteLastEntry) {
    const Growing list(2);
    ImaVerifier verifier(kBinary, quoted_by(quote_of(list.upto(1))));

    ASSERT_TRUE(verifier.push(ByteView(list.writer.list).first(list.ends[1] - 3)));

    EXPECT_TRUE(verifier.report()->incomplete);
    EXPECT_EQ(verifier.report()->proof, ImaProof::Proven);
}

TEST(ImaVerifier, TakesAnEmptyListForProvenOnlyByARegisterAtReset) {
    PcrValues reset;
    reset.set(10, Digest(HashAlg::Sha256));

    EXPECT_EQ(ImaVerifier(kBinary, quoted_by(reset)).report()->proof, ImaProof::Proven);
    EXPECT_EQ(ImaVerifier(kBinary, quoted_by(quote_of(Growing(1).upto(1)))).report()->proof, ImaProof::NotProven);
}

TEST(ImaCheckpoint, IsCorruptInEveryTruncationAndExtension) {
    const Bytes whole = checkpoint_after(Growing(9), 9).serialise();

    for (std::size_t size = 0; size < whole.size(); ++size) {
        const auto parsed = ImaCheckpoint::parse(ByteView(whole).first(size));
        ASSERT_FALSE(parsed) << size;
        EXPECT_EQ(parsed.error().kind, ErrorKind::Corrupt);
    }
    Bytes longer = whole;
    longer.push_back(0);
    EXPECT_FALSE(ImaCheckpoint::parse(longer));
}

}  // namespace
}  // namespace anchor::measure
