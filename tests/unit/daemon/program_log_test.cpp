// SPDX-License-Identifier: Apache-2.0
#include <daemon/program_log.h>

#include <gtest/gtest.h>

namespace anchor::daemon {
namespace {

TEST(ProgramLog, KeepsForeignTextOnOneLine) { EXPECT_EQ(one_line("refused: \n<0>forged\x1b[2J"), "refused:  <0>forged [2J"); }

TEST(ProgramLog, CutsALineThatIsTooLong) { EXPECT_EQ(one_line(std::string(100'000, 'x')).size(), 4096U); }

TEST(ProgramLog, LeavesTextInOtherLanguagesAlone) { EXPECT_EQ(one_line("Gerät 日本"), "Gerät 日本"); }

TEST(ProgramLog, PutsThePriorityBeforeALineForTheJournal) {
    testing::internal::CaptureStderr();
    open_log(LogForm::Journal, LogLevel::Info);

    log(agent::Severity::Error, "one");
    log(agent::Severity::Info, "two");

    EXPECT_EQ(testing::internal::GetCapturedStderr(), "<3>one\n<6>two\n");
}

TEST(ProgramLog, LeavesOutWhatIsBelowTheLevel) {
    testing::internal::CaptureStderr();
    open_log(LogForm::Journal, LogLevel::Warning);

    log(agent::Severity::Info, "no");
    log(agent::Severity::Warning, "yes {}");

    EXPECT_EQ(testing::internal::GetCapturedStderr(), "<4>yes {}\n");
}

}  // namespace
}  // namespace anchor::daemon
