// SPDX-License-Identifier: Apache-2.0
#include <daemon/log_pieces.h>

#include <gtest/gtest.h>

#include <fakes/fake_device.h>
#include <fakes/fake_log_source.h>
#include <parts/scratch.h>

namespace anchor::daemon {
namespace {

class NobodyOpens final : public LogOpener {
public:
    Result<UniqueFd> open(std::string_view) override { return unavailable("nobody there"); }
};

class LogPiecesTest : public testing::Test {
protected:
    Result<Bytes> read(std::string_view log, std::uint64_t offset) {
        Result<Bytes> result = unavailable("not done");
        pieces.read(log, offset, [&](const Result<Bytes>& piece) { result = piece; });
        while (worker.step()) {
        }
        return result;
    }

    const parts::Scratch scratch{"log-pieces"};
    NobodyOpens opener;
    BootLog boot{scratch.path("boot"), opener};
    fakes::FakeLogSource ima;
    fakes::FakeWorker worker;
    LogPieces pieces{worker, boot, ima};
};

TEST_F(LogPiecesTest, TogetherAreTheLog) {
    Bytes octets(LogPieces::kPiece * 2 + 5);
    for (std::size_t i = 0; i < octets.size(); ++i) octets[i] = static_cast<std::uint8_t>(i % 251);
    ima.octets = octets;
    scratch.write("boot", octets);

    for (const char* log : {"ima", "boot"}) {
        Bytes all;
        for (Bytes piece = read(log, 0).value(); !piece.empty(); piece = read(log, all.size()).value()) append(all, piece);
        EXPECT_TRUE(all == octets) << log;
    }
}

TEST_F(LogPiecesTest, AreRefusedWithTheirCause) {
    ima.failing = denied("only root may");

    EXPECT_EQ(read("ima", 0).error().kind, ErrorKind::Denied);
    EXPECT_EQ(read("boot", 0).error().kind, ErrorKind::Unavailable);
    EXPECT_EQ(read("../shadow", 0).error().kind, ErrorKind::Rejected);
}

}  // namespace
}  // namespace anchor::daemon
