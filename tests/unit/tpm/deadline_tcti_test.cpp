// SPDX-License-Identifier: Apache-2.0
#include <tpm/deadline_tcti.h>

#include <fcntl.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <stdlib.h>
#include <termios.h>
#include <unistd.h>

#include <array>
#include <thread>

#include <anchor/base/bytes.h>
#include <anchor/base/unique_fd.h>

namespace anchor::tpm {
namespace {

constexpr Milliseconds kSoon{20};
constexpr Milliseconds kNever{3'600'000};

const Bytes kCreate = {0x80, 0x02, 0, 0, 0, 10, 0, 0, 0x01, 0x53};
const Bytes kCreatePrimary = {0x80, 0x02, 0, 0, 0, 10, 0, 0, 0x01, 0x31};
const Bytes kQuote = {0x80, 0x02, 0, 0, 0, 10, 0, 0, 0x01, 0x58};

/// A character device that is a TPM as far as the TCTI asks when it opens it (for eight random octets), and silent from then on.
class SilentTpm {
public:
    SilentTpm() : ours_(::posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC)) {
        EXPECT_EQ(::grantpt(ours_.get()), 0);
        EXPECT_EQ(::unlockpt(ours_.get()), 0);
        theirs_.reset(::open(path().c_str(), O_RDWR | O_NOCTTY | O_CLOEXEC));
        termios raw{};
        EXPECT_EQ(::tcgetattr(theirs_.get(), &raw), 0);
        ::cfmakeraw(&raw);
        EXPECT_EQ(::tcsetattr(theirs_.get(), TCSANOW, &raw), 0);
    }
    /// Beside whoever opens it.
    void answer_the_first_command() const {
        pollfd asked{ours_.get(), POLLIN, 0};
        if (::poll(&asked, 1, 5'000) != 1) return;  // not every TCTI asks
        std::array<std::uint8_t, 64> command{};
        const Bytes random = {0x80, 0x01, 0, 0, 0, 20, 0, 0, 0, 0, 0, 8, 1, 2, 3, 4, 5, 6, 7, 8};
        EXPECT_GT(::read(ours_.get(), command.data(), command.size()), 0);
        EXPECT_EQ(::write(ours_.get(), random.data(), random.size()), static_cast<ssize_t>(random.size()));
    }
    [[nodiscard]] std::string path() const {
        std::array<char, 64> name{};
        EXPECT_EQ(::ptsname_r(ours_.get(), name.data(), name.size()), 0);
        return name.data();
    }

private:
    UniqueFd ours_;
    UniqueFd theirs_;  // keeps the line raw
};

TSS2_RC ask(const Bytes& command, const AnswerTimes& times) {
    const SilentTpm tpm;
    std::thread opening([&] { tpm.answer_the_first_command(); });
    const auto way = DeadlineTcti::open("device:" + tpm.path(), times);
    opening.join();
    if (!way) {
        ADD_FAILURE() << way.error().what;
        return TSS2_RC_SUCCESS;
    }
    TSS2_TCTI_CONTEXT* const tcti = (*way)->context();
    const auto& functions = *reinterpret_cast<const TSS2_TCTI_CONTEXT_COMMON_V1*>(tcti);
    EXPECT_EQ(functions.transmit(tcti, command.size(), command.data()), TSS2_RC_SUCCESS);
    std::array<std::uint8_t, 4096> answer{};
    std::size_t size = answer.size();
    return functions.receive(tcti, &size, answer.data(), TSS2_TCTI_TIMEOUT_BLOCK);
}

TEST(Deadline, IsThatOfNewKeysWhereOneIsMade) {
    const AnswerTimes times{.new_key = kSoon, .all_else = kNever};

    EXPECT_EQ(ask(kCreate, times), TSS2_TCTI_RC_IO_ERROR);
    EXPECT_EQ(ask(kCreatePrimary, times), TSS2_TCTI_RC_IO_ERROR);
}

TEST(Deadline, IsShorterForAllElse) {
    EXPECT_EQ(ask(kQuote, {.new_key = kNever, .all_else = kSoon}), TSS2_TCTI_RC_IO_ERROR);
    EXPECT_LT(AnswerTimes{}.all_else, AnswerTimes{}.new_key);
}

TEST(Deadline, ATpmThatIsNotThereIsUnavailableAndNamed) {
    const auto way = DeadlineTcti::open("device:/nowhere/tpmrm0", AnswerTimes{});

    ASSERT_FALSE(way);
    EXPECT_EQ(way.error().kind, ErrorKind::Unavailable);
    EXPECT_EQ(way.error().what, "no TPM at \"device:/nowhere/tpmrm0\": No such file or directory");
}

}  // namespace
}  // namespace anchor::tpm
