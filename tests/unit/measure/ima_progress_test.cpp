// SPDX-License-Identifier: Apache-2.0
#include <anchor/measure/ima_progress.h>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <unit/measure/ima_list.h>

namespace anchor::measure {
namespace {

// The recorded list of a real boot, all of it.
ImaProgress recorded() {
    const Bytes list = boot_vector("debian12-ovmf-ima-sig.ima.bin");
    ImaVerifyOptions options;
    options.quoted = boot_quote();
    ImaVerifier verifier({}, options);
    EXPECT_TRUE(verifier.push(list));
    const auto report = verifier.report();
    ImaProgress progress{verifier.checkpoint().value(), report->findings, 7, Digest(HashAlg::Sha256)};
    progress.findings.offenders.push_back({ImaCause::UnknownFile, 3, "/bin/\xFFx", "sha256:00", "sha256:11"});
    return progress;
}

TEST(ImaProgress, IsReadBackAsItWasWritten) {
    const ImaProgress progress = recorded();
    const auto read = ima_progress_from(to_json(progress));

    ASSERT_TRUE(read) << read.error().what;
    EXPECT_EQ(read->checkpoint, progress.checkpoint);
    EXPECT_EQ(read->findings.offenders, progress.findings.offenders);
    EXPECT_EQ(read->findings.causes, progress.findings.causes);
    EXPECT_EQ(read->findings.files, progress.findings.files);
    EXPECT_EQ(read->findings.count(ImaCause::Violation), 2U);
    EXPECT_EQ(to_json(*read), to_json(progress));
}

TEST(ImaProgress, IsCorruptWhereAnythingIsMissingOrOutOfBounds) {
    const Json good = to_json(recorded());
    for (const auto& [key, value] : good.items()) {
        Json bad = good;
        bad.erase(key);
        const auto read = ima_progress_from(bad);
        ASSERT_FALSE(read) << key;
        EXPECT_EQ(read.error().kind, ErrorKind::Corrupt);
    }
    Json cause = good;
    cause["findings"]["offenders"][0]["cause"] = kImaCauses;
    EXPECT_FALSE(ima_progress_from(cause));
    Json counts = good;
    counts["findings"]["counts"].push_back(1);
    EXPECT_FALSE(ima_progress_from(counts));
}

TEST(ImaProgress, GoesOnInTheSameBootAndByTheSameBasisOnly) {
    const ImaProgress progress = recorded();
    const Digest other = crypto::hash(HashAlg::Sha256, as_bytes("other"));

    EXPECT_TRUE(progress.goes_on(7, progress.basis, boot_quote()));
    EXPECT_FALSE(progress.goes_on(8, progress.basis, boot_quote()));
    EXPECT_FALSE(progress.goes_on(7, other, boot_quote()));
}

TEST(ImaProgress, IsAllWhereTheRegistersAreThoseOfItsEnd) {
    const ImaProgress progress = recorded();
    PcrValues later = boot_quote();
    later.set(10, crypto::hash(HashAlg::Sha256, as_bytes("later")));

    EXPECT_TRUE(progress.is_all(boot_quote()));
    EXPECT_FALSE(progress.is_all(later));
    EXPECT_EQ(progress.report().entries, 3144U);
    EXPECT_EQ(progress.report().proof, ImaProof::Proven);
}

}  // namespace
}  // namespace anchor::measure
