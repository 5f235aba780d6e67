// SPDX-License-Identifier: Apache-2.0
#include "cli/offline_commands.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <sstream>

#include <anchor/base/file.h>
#include <anchor/base/json.h>
#include <parts/scratch.h>

#include "cli/exit_code.h"

namespace anchor::cli {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

const std::string kVectors = ANCHOR_SOURCE_DIR "/tests/vectors/boot/";
const std::string kBootLog = kVectors + "debian12-ovmf.eventlog.bin";
const std::string kImaList = kVectors + "debian12-ovmf-ima-sig.ima.bin";

std::string shown(const std::string& file, LogForm form, unsigned version = 1) {
    std::ostringstream out;
    const auto code = show_log(file, form, version, out);
    return code ? out.str() : "error: " + code.error().what;
}

TEST(LogShow, KnowsBothKindsByTheirContent) {
    EXPECT_THAT(shown(kBootLog, LogForm::Table), HasSubstr("EV_S_CRTM_VERSION"));
    EXPECT_THAT(shown(kBootLog, LogForm::Yaml), StartsWith("---"));
    EXPECT_TRUE(parse_json(shown(kBootLog, LogForm::Json), {.octets = 8U << 20U, .depth = 64}));
    EXPECT_THAT(shown(kBootLog, LogForm::Yaml, 2), HasSubstr("    VariableData:\n      Enabled: 'No'\n"));
    EXPECT_THAT(shown(kImaList, LogForm::Table), HasSubstr("boot_aggregate"));
    EXPECT_THAT(shown(kImaList, LogForm::Json), StartsWith("{"));
    EXPECT_THAT(shown(kImaList, LogForm::Yaml), StartsWith("error: --yaml"));
}

TEST(LogShow, SaysWhereALogIsBroken) {
    const parts::Scratch scratch("log");
    Bytes log = read_file(kBootLog, 1U << 20U).value();
    log.resize(log.size() - 3);
    std::ostringstream out;

    const auto code = show_log(scratch.write("cut", log), LogForm::Table, 1, out);

    ASSERT_FALSE(code);
    EXPECT_EQ(exit_code_of(code.error()), exit_code::kRefused);
    EXPECT_THAT(out.str(), HasSubstr("EV_S_CRTM_VERSION")) << "what could be read is shown";
}

TEST(LogShow, SaysWhereAnImaListIsBroken) {
    const parts::Scratch scratch("log");
    Bytes list = read_file(kImaList, 1U << 20U).value();
    list.resize(200);
    const std::string cut = scratch.write("cut", list);
    const std::string empty = scratch.write("empty", ByteView());

    EXPECT_EQ(shown(cut, LogForm::Table), "error: " + cut + ": IMA list, entry 1: offset 106: the list ends within it");
    EXPECT_THAT(shown(empty, LogForm::Table), HasSubstr("the log is empty\n"));
    EXPECT_EQ(shown(scratch.path(), LogForm::Table), "error: " + scratch.path() + ": Is a directory");
}

TEST(LogShow, SaysThatAFileIsNoLog) {
    const parts::Scratch scratch("log");
    const std::string text = scratch.write("text", std::string_view("This is a file of another kind, and longer than a header."));
    const std::string packed = scratch.write("packed", Bytes{0x1F, 0x8B, 8, 0});

    EXPECT_THAT(shown(text, LogForm::Table), StartsWith("error: " + text + ": neither an IMA list nor a boot log: event 0: offset 32: "));
    EXPECT_EQ(shown(packed, LogForm::Json), "error: " + packed + ": compressed by gzip, unpack it first");
}

TEST(LogShow, NamesAFileThatIsMissingAndIsNoUnreachableDaemon) {
    std::ostringstream out;

    const auto code = show_log("/no/such/log", LogForm::Table, 1, out);

    ASSERT_FALSE(code);
    EXPECT_EQ(code.error().what, "/no/such/log: No such file or directory");
    EXPECT_EQ(exit_code_of(code.error()), exit_code::kFailed);
}

TEST(LogReplay, ComparesABootLogWithRegisters) {
    const std::string right = kVectors + "debian12-ovmf.pcrs.txt";
    const std::string wrong = kVectors + "debian12-ovmf-secureboot.pcrs.txt";
    std::ostringstream out;

    EXPECT_EQ(replay_log(kBootLog, std::nullopt, out).value(), exit_code::kDone);
    EXPECT_THAT(out.str(), HasSubstr("sha256 0 "));
    EXPECT_EQ(replay_log(kBootLog, right, out).value(), exit_code::kDone) << out.str();
    EXPECT_EQ(replay_log(kBootLog, wrong, out).value(), exit_code::kRefused);
}

TEST(LogReplay, SaysThatALogExtendsNothing) {
    const parts::Scratch scratch("log");
    std::ostringstream out;

    EXPECT_EQ(replay_log(scratch.write("empty", ByteView()), std::nullopt, out).value(), exit_code::kDone);
    EXPECT_EQ(out.str(), "the log extends no register\n");
}

TEST(LogReplay, ComparesAnImaListWithRegisters) {
    const parts::Scratch scratch("ima");
    const std::string text = read_text_file(kVectors + "debian12-ovmf-ima-sig.pcr10.txt", 1000).value();
    const std::string sha256 = text.substr(0, 64);
    const std::string right = scratch.write("right", "sha256:\n  10: 0x" + sha256 + "\n");
    const std::string wrong = scratch.write("wrong", "sha256:\n  10: 0x" + std::string(64, '7') + "\n");
    std::ostringstream out;

    EXPECT_EQ(replay_log(kImaList, right, out).value(), exit_code::kDone);
    EXPECT_THAT(out.str(), StartsWith("sha256: replays: the registers are explained by the first "));
    EXPECT_EQ(replay_log(kImaList, wrong, out).value(), exit_code::kRefused);
}

TEST(LogReplay, SaysWhereTheBeginningOfAnImaListIsMissing) {
    const parts::Scratch scratch("ima");
    const Bytes list = read_file(kImaList, 1U << 20U).value();
    constexpr std::size_t first_entry = 106;
    std::ostringstream out;

    const auto code = replay_log(scratch.write("trimmed", ByteView(list).subspan(first_entry)), kVectors + "debian12-ovmf.pcrs.txt", out);

    EXPECT_EQ(code.value(), exit_code::kRefused);
    EXPECT_THAT(out.str(), HasSubstr("sha256: does not replay: none of the 3143 entries leads to the given registers\n"));
    EXPECT_THAT(out.str(), HasSubstr("\nthe list does not begin with a boot aggregate: its beginning was trimmed or is missing\n"));
}

TEST(LogReplay, TellsForEachBankHowFarTheListHadGrownWhenItWasRead) {
    std::ostringstream out;

    EXPECT_EQ(replay_log(kImaList, kVectors + "debian12-ovmf.pcrs.txt", out).value(), exit_code::kDone) << out.str();

    EXPECT_THAT(out.str(), HasSubstr("sha1: replays: the registers are explained by the first 3056 entries\n"));
    EXPECT_THAT(out.str(), HasSubstr("sha256: replays: the registers are explained by the first 3080 entries\n"));
    EXPECT_THAT(out.str(), HasSubstr("sha512: replays: the registers are explained by the first 3128 entries\n"));
}

TEST(LogReplay, NamesTheLineOfRegistersThatAreNone) {
    const parts::Scratch scratch("pcrs");
    const std::string pcrs = scratch.write("p", std::string_view("sha1:\n  99: 0x00\n"));
    std::ostringstream out;

    const auto code = replay_log(kBootLog, pcrs, out);

    ASSERT_FALSE(code);
    EXPECT_EQ(code.error().what, pcrs + ": line 2: no register: 99");
}

TEST(Claims, AreListedByName) {
    std::ostringstream all;
    std::ostringstream some;

    EXPECT_EQ(list_claims("", all).value(), exit_code::kDone);
    EXPECT_EQ(list_claims("identity.hardware", some).value(), exit_code::kDone);

    EXPECT_THAT(all.str(), HasSubstr("tpm."));
    EXPECT_THAT(some.str(), StartsWith("identity.hardware_bound"));
    EXPECT_FALSE(list_claims("no.such.claim", all));
}

TEST(AuditVerify, NamesTheFileWhoseChainIsBroken) {
    const parts::Scratch scratch("audit");
    const std::string file = scratch.write("audit.log", std::string_view("{\"not\":\"ours\"}\n"));
    std::ostringstream out;

    const auto code = verify_audit_files({file}, out);

    ASSERT_FALSE(code);
    EXPECT_THAT(code.error().what, StartsWith(file + ": "));
    EXPECT_EQ(exit_code_of(code.error()), exit_code::kRefused);
}

}  // namespace
}  // namespace anchor::cli
