// SPDX-License-Identifier: Apache-2.0

// Golden device → files → verdict, as whoever runs the commands sees it.

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <nlohmann/json.hpp>
#include <sstream>
#include <thread>

#include <anchor/base/encoding.h>
#include <anchor/base/file.h>
#include <anchor/crypto/certificate.h>
#include <anchor/measure/ima_replay.h>

#include "cli/device_files.h"
#include "cli/device_log.h"
#include "cli/exit_code.h"
#include "cli/reference_compare.h"
#include "cli/reference_file.h"
#include "cli/reference_make.h"
#include "golden_image.h"
#include "unit/control/service.h"
#include "unit/measure/ima_list.h"

namespace anchor::cli {
namespace {

using measure::ListWriter;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

const std::string kVectors = ANCHOR_SOURCE_DIR "/tests/vectors/";
const std::string kLog = kVectors + "boot/debian12-ovmf.eventlog.bin";
const std::string kPcrs = kVectors + "boot/debian12-ovmf.pcrs.txt";
const std::string kOtherLog = kVectors + "boot/debian12-ovmf-secureboot.eventlog.bin";
const std::string kOtherPcrs = kVectors + "boot/debian12-ovmf-secureboot.pcrs.txt";

/// A folder to make reference values in, and what the commands said.
class Bench {
public:
    explicit Bench(const std::string& name) : scratch(name) {}

    Result<int> make(MakeReference order) {
        order.folder = scratch.path("golden");
        return make_reference(order, out, notes);
    }
    int explain(const std::string& file, const std::string& pcrs = {}) { return explain_log({file, reference(), "", pcrs}, out).value(); }
    [[nodiscard]] std::string reference() const { return scratch.path("golden/reference.json"); }

    parts::Scratch scratch;
    std::ostringstream out;
    std::ostringstream notes;
};

/// A list of two files, and the register that it leads to.
struct GoldenList {
    explicit GoldenList(const Bench& bench) {
        ListWriter writer;
        writer.file("/usr/bin/tool", "tool");
        writer.file("/usr/bin/other", "other");
        measure::ImaReplay replay({HashAlg::Sha256});
        EXPECT_TRUE(measure::read_list(writer.list, {}, [&](const measure::ImaEntry& entry) { EXPECT_TRUE(replay.extend(entry)); }));
        list = bench.scratch.write("list", writer.list);
        pcrs = bench.scratch.write("pcrs", "sha256 10 " + to_hex(replay.lanes().back().value.view()) + "\n");
        writer.file("/usr/bin/late", "run after the registers were read");
        longer = bench.scratch.write("longer", writer.list);
    }
    std::string list;
    std::string pcrs;
    std::string longer;
};

TEST(ReferenceMake, OfAGoldenDeviceIsFulfilledByTheDevice) {
    Bench bench("reference");

    const auto made = bench.make({.log = kLog, .pcrs = kPcrs});

    ASSERT_TRUE(made) << made.error().what;
    EXPECT_EQ(*made, exit_code::kDone);
    EXPECT_EQ(bench.explain(kLog, kPcrs), exit_code::kDone) << bench.out.str();
    EXPECT_EQ(check_reference(bench.reference(), "", {.log = kLog, .pcrs = kPcrs}, bench.out).value(), exit_code::kDone);
    EXPECT_THAT(bench.out.str(), HasSubstr("reference.json: 9 registers, 24 events, 1 image, 0 keys\n"));
    EXPECT_EQ(bench.notes.str(), "");
}

TEST(ReferenceMake, RefusesADeviceWhoseRegistersDoNotConfirmItsLog) {
    Bench bench("reference");

    const auto made = bench.make({.log = kLog, .pcrs = kOtherPcrs});

    ASSERT_FALSE(made);
    EXPECT_EQ(exit_code_of(made.error()), exit_code::kRefused);
    EXPECT_THAT(made.error().what, StartsWith(kLog + ": PCR 0 (sha256): the log does not lead to its value: "));
    EXPECT_FALSE(std::filesystem::exists(bench.scratch.path("golden")));
}

TEST(ReferenceMake, LeavesOutWhatTheRunningSystemHasExtended) {
    Bench bench("reference");
    std::string text = read_text_file(kPcrs, 1U << 16U).value();
    text.replace(text.find("sha256 9 ") + 9, 4, "0000");
    const std::string pcrs = bench.scratch.write("pcrs", text);

    ASSERT_TRUE(bench.make({.log = kLog, .pcrs = pcrs}));
    EXPECT_THAT(bench.notes.str(), StartsWith("left out: PCR 9 (sha256): the log does not lead to its value: "));
    EXPECT_FALSE(read_reference(bench.reference())->boot.pcrs.contains(9));
    EXPECT_FALSE(bench.make({.log = kLog, .pcrs = pcrs, .registers = "sha256:9"})) << "asked for by name, it has to be right";
}

TEST(ReferenceMake, TakesTheRegistersThatAreNamedWithOrWithoutEvents) {
    Bench bench("reference");

    ASSERT_TRUE(bench.make({.log = kLog, .pcrs = kPcrs, .registers = "sha384:4,7,16", .events = false, .min_firmware = "1.2"}));

    const auto values = read_reference(bench.reference()).value();
    ASSERT_EQ(values.boot.pcrs.size(), 3U);
    EXPECT_EQ(values.boot.pcrs.at(16), std::vector<Digest>{Digest(HashAlg::Sha384)}) << "never extended";
    EXPECT_TRUE(values.boot.events.empty());
    EXPECT_EQ(values.boot.min_firmware, "1.2");
    EXPECT_FALSE(bench.make({.log = kLog, .pcrs = kPcrs, .registers = "sha1:4"})) << "SHA-1 proves nothing";
}

TEST(ReferenceMake, SaysThatALogAloneIsConfirmedByNothing) {
    Bench bench("reference");

    ASSERT_TRUE(bench.make({.log = kLog}));

    EXPECT_EQ(bench.notes.str(), "the registers were not given: nothing confirms what the log says\n");
}

TEST(ReferenceMake, TakesFromAnImaListOnlyWhatTheRegistersConfirm) {
    Bench bench("reference");
    const GoldenList golden(bench);

    ASSERT_TRUE(bench.make({.pcrs = golden.pcrs, .ima_lists = {golden.longer}})) << bench.notes.str();

    EXPECT_THAT(bench.out.str(), HasSubstr("ima.table: 2 digests"));
    EXPECT_EQ(check_reference(bench.reference(), "", {.ima = golden.longer, .pcrs = golden.pcrs}, bench.out).value(), exit_code::kDone);
    EXPECT_THAT(bench.out.str(),
                HasSubstr("2 entries, 2 known, 0 signed, 0 excluded, 0 not as they should be; 1 more were measured after"));
    EXPECT_EQ(bench.explain(golden.longer), exit_code::kRefused);
    EXPECT_THAT(bench.out.str(), HasSubstr("entry 2, /usr/bin/late: unknown file: found sha256:"));
}

TEST(ReferenceMake, RefusesAnImaListThatLeadsElsewhere) {
    Bench bench("reference");
    const GoldenList golden(bench);
    const std::string elsewhere = bench.scratch.write("elsewhere", "sha256 10 " + std::string(64, '7') + "\n");

    EXPECT_THAT(bench.make({.pcrs = elsewhere, .ima_lists = {golden.list}}).error().what,
                HasSubstr("no beginning of the list leads to the registers"));
    EXPECT_THAT(bench.make({.pcrs = bench.scratch.write("seven", "sha256 7 " + std::string(64, '7') + "\n"), .ima_lists = {golden.list}})
                    .error()
                    .what,
                HasSubstr("PCR 10 is not among the registers"));
}

TEST(ReferenceMake, RefusesAnImaListWithAForgedEntry) {
    Bench bench("reference");
    ListWriter writer;
    writer.raw("ima-ng", crypto::hash(HashAlg::Sha1, as_bytes("other fields")), [&] {
        Bytes data = writer.digest("sha256", Digest(HashAlg::Sha256).view());
        append(data, writer.name("/usr/bin/tool"));
        return data;
    }());

    EXPECT_THAT(bench.make({.ima_lists = {bench.scratch.write("forged", writer.list)}}).error().what,
                HasSubstr("entry 0 is not what was measured"));
}

TEST(ReferenceMake, PutsFilesListsExclusionsAndKeysTogether) {
    Bench bench("reference");
    const GoldenImage image("image");
    const std::string list = bench.scratch.write("sums", std::string(64, 'a') + "  /opt/app\n");
    const std::string key = kVectors + "ima/p256.pub.pem";

    const auto made = bench.make({.trees = {"/usr"},
                                  .checksums = {list},
                                  .exclude = {"/etc/machine-id"},
                                  .exclude_below = {"/tmp"},
                                  .keys = {key},
                                  .files = {.root = image.root()}});

    ASSERT_TRUE(made) << made.error().what;
    const auto reference = open_reference(bench.reference(), "").value();
    const measure::ImaTable& table = reference.table->table();
    EXPECT_EQ(table.size(), 3U);
    EXPECT_TRUE(table.excludes("/etc/machine-id"));
    EXPECT_TRUE(table.excludes("/tmp/x"));
    EXPECT_FALSE(table.excludes("/tmpx"));
    ASSERT_EQ(reference.values.ima.signers.size(), 1U);
    EXPECT_EQ(measure::ima_key_id_text(reference.values.ima.signers[0].id),
              to_hex(ByteView(measure::file_octets(kVectors + "ima/p256-sha256.sig")).subspan(3, 4)));
}

TEST(ReferenceMake, TakesACertificatesOwnKeyIdentifier) {
    Bench bench("reference");
    const std::string certificate = kVectors + "crypto/device.pem";

    ASSERT_TRUE(bench.make({.keys = {certificate}}));

    const auto parsed = crypto::Certificate::from_pem(as_text(measure::file_octets(certificate))).value();
    ASSERT_FALSE(parsed.subject_key_id().empty());
    const auto values = read_reference(bench.reference()).value();
    EXPECT_EQ(measure::ima_key_id_text(values.ima.signers[0].id), to_hex(parsed.subject_key_id().last(4)));
    EXPECT_EQ(values.ima.signers[0].name, parsed.subject());
    EXPECT_FALSE(values.ima.signers[0].sha1);
    ASSERT_TRUE(bench.make({.keys = {certificate}, .sha1_signatures = true}));
    EXPECT_TRUE(read_reference(bench.reference())->ima.signers[0].sha1);
    EXPECT_FALSE(bench.make({.keys = {kLog}}));
}

TEST(ReferenceMake, SaysWhatIsMissingInTheOrder) {
    EXPECT_THAT(complaint_about({}), StartsWith("nothing to make reference values from"));
    EXPECT_THAT(complaint_about({.registers = "sha256:7", .trees = {"/usr"}}), HasSubstr("need a boot log"));
    EXPECT_EQ(complaint_about({.this_device = true, .registers = "sha256:7"}), "");
}

TEST(LogExplain, NamesTheEventWhatWasExpectedAndWhatWasFound) {
    Bench bench("explain");
    ASSERT_TRUE(bench.make({.log = kLog, .pcrs = kPcrs}));

    EXPECT_EQ(bench.explain(kOtherLog, kOtherPcrs), exit_code::kRefused);

    EXPECT_THAT(bench.out.str(), HasSubstr("PCR 7 event 4: expected EV_EFI_VARIABLE_DRIVER_CONFIG \"SecureBoot = off\" sha256:"));
    EXPECT_THAT(bench.out.str(), HasSubstr(", found EV_EFI_VARIABLE_DRIVER_CONFIG \"SecureBoot = on\" sha256:"));
    EXPECT_THAT(bench.out.str(), Not(HasSubstr("as the reference says")));
}

TEST(LogExplain, TellsChangedFilesAndLogsThatLeadElsewhere) {
    Bench bench("explain");
    const GoldenList golden(bench);
    ASSERT_TRUE(bench.make({.ima_lists = {golden.list}}));
    ListWriter changed;
    changed.file("/usr/bin/tool", "evil");
    const std::string list = bench.scratch.write("changed", changed.list);

    EXPECT_EQ(bench.explain(list, golden.pcrs), exit_code::kRefused);

    EXPECT_THAT(bench.out.str(), HasSubstr(list + ": no beginning of the list leads to the registers\n"));
    EXPECT_THAT(bench.out.str(),
                HasSubstr("entry 0, /usr/bin/tool: changed file: expected " + crypto::hash(HashAlg::Sha256, as_bytes("tool")).text() +
                          ", found " + crypto::hash(HashAlg::Sha256, as_bytes("evil")).text() + "\n"));
}

TEST(LogExplain, RefusesAReferenceThatSaysNothingAboutTheLog) {
    Bench bench("explain");
    const GoldenList golden(bench);
    ASSERT_TRUE(bench.make({.log = kLog}));

    const auto explained = explain_log({golden.list, bench.reference(), "", ""}, bench.out);

    ASSERT_FALSE(explained);
    EXPECT_EQ(exit_code_of(explained.error()), exit_code::kRefused);
    EXPECT_THAT(explained.error().what, HasSubstr("says nothing about files"));
}

TEST(ReferenceCheck, PassesOnlyWhatWasJudgedAsAWhole) {
    Bench bench("check");
    const GoldenList golden(bench);
    ASSERT_TRUE(bench.make({.log = kLog, .ima_lists = {golden.list}}));
    const auto check = [&](const Measured& measured) { return check_reference(bench.reference(), "", measured, bench.out).value(); };

    EXPECT_EQ(check({.log = kLog, .ima = golden.list}), exit_code::kDone);
    EXPECT_EQ(check({.log = kLog}), exit_code::kRefused);
    EXPECT_THAT(bench.out.str(), HasSubstr("not judged without an IMA list: files\n"));
    EXPECT_EQ(check({.ima = golden.list}), exit_code::kRefused);
    EXPECT_THAT(bench.out.str(), HasSubstr("not judged without a boot log: images and firmware\n"));
    EXPECT_EQ(check({.ima = golden.list, .pcrs = kOtherPcrs}), exit_code::kRefused);
    EXPECT_THAT(bench.out.str(), HasSubstr("PCR 7 (sha256): expected sha256:"));
}

TEST(ReferenceCheck, RefusesATableThatTheReferenceDoesNotName) {
    Bench bench("check");
    const GoldenList golden(bench);
    ASSERT_TRUE(bench.make({.ima_lists = {golden.list}}));
    Bytes table = bench.scratch.read("golden/ima.table");
    table.back() ^= 1U;
    const std::string damaged = bench.scratch.write("damaged", table);

    const auto problem = [&](const std::string& file) { return open_reference(bench.reference(), file).error(); };
    EXPECT_THAT(problem(damaged).what, HasSubstr("not the table that the reference values name"));
    EXPECT_THAT(problem(golden.list).what, HasSubstr("not the table that the reference values name"));
    EXPECT_EQ(problem(bench.scratch.path("none")).kind, ErrorKind::Unavailable);
    EXPECT_EQ(problem(bench.scratch.path("none")).native, 0);
}

TEST(ReferenceDiff, TellsByItsExitCodeWhetherAnythingChanged) {
    Bench bench("diff");
    Bench other("diff");
    ASSERT_TRUE(bench.make({.log = kLog}));
    ASSERT_TRUE(other.make({.log = kOtherLog}));

    EXPECT_EQ(diff_references(bench.reference(), bench.reference(), bench.out).value(), exit_code::kDone);
    EXPECT_EQ(diff_references(bench.reference(), other.reference(), other.out).value(), exit_code::kRefused);
    EXPECT_THAT(other.out.str(), HasSubstr("PCR 7 event 1: was EV_EFI_VARIABLE_DRIVER_CONFIG \"SecureBoot = off\" sha256:"));
    EXPECT_FALSE(diff_references(kLog, bench.reference(), bench.out));
}

TEST(DeviceLog, IsTakenFromTheDaemonPieceByPiece) {
    const std::string log = "measurements";
    control::Service service([&](const control::Call& call, const control::Responder& responder) {
        EXPECT_EQ(call.method, "GetLog");
        EXPECT_EQ(call.parameters["log"], "ima");
        const auto offset = call.parameters["offset"].get<std::size_t>();
        responder.done({{"octets", to_base64(as_bytes(log.substr(std::min(offset, log.size()), 5)))}});
    });
    const parts::Scratch scratch("log");
    const UniqueFd file(::open(scratch.path("copy").c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600));

    const auto copied = copy_log({service.path()}, "ima", file.get());

    ASSERT_TRUE(copied) << copied.error().what;
    EXPECT_EQ(as_text(scratch.read("copy")), log);
}

TEST(DeviceLog, ThatTheDaemonRefusesIsNoDaemonOutOfReach) {
    if (::geteuid() != 0) GTEST_SKIP() << "only root can become others";
    control::Service service([](const control::Call&, const control::Responder& responder) { responder.done(Json::object()); }, {}, 0666);
    const parts::Scratch scratch("log");
    const std::string file = scratch.write("log", std::string_view("measurements"));
    Result<DeviceLog> log = unavailable("not asked");

    std::thread([&] {  // credentials belong to a thread where the system call itself is made
        if (::syscall(SYS_setgroups, 0, nullptr) != 0 || ::syscall(SYS_setresgid, 65534, 65534, 65534) != 0 ||
            ::syscall(SYS_setresuid, 65534, 65534, 65534) != 0) {
            std::abort();
        }
        log = DeviceLog::open(file, "ima", {service.path()});
    })
        .join();

    ASSERT_FALSE(log);
    EXPECT_THAT(log.error().what, HasSubstr("Permission denied; GetLog is for operators"));
    EXPECT_EQ(exit_code_of(log.error()), exit_code::kRefused);
}

TEST(DeviceLog, IsReadWithoutTheDaemonByWhoMay) {
    const parts::Scratch scratch("log");
    const std::string file = scratch.write("log", std::string_view("measurements"));

    const auto log = DeviceLog::open(file, "ima", {scratch.path("none.sock")});
    const auto none = DeviceLog::open(scratch.path("none"), "ima", {scratch.path("none.sock")});

    ASSERT_TRUE(log) << log.error().what;
    EXPECT_EQ(log->file(), file);
    EXPECT_FALSE(log->by_daemon());
    EXPECT_EQ(none.error().kind, ErrorKind::Unavailable);
}

TEST(DeviceRegisters, AreReadFromTheKernelsFiles) {
    const parts::Scratch tpm("tpm");
    std::filesystem::create_directory(tpm.path("pcr-sha256"));
    tpm.write("pcr-sha256/7", std::string(64, 'A') + "\n");

    const auto values = registers_of_device(tpm.path());

    ASSERT_TRUE(values) << values.error().what;
    EXPECT_EQ(to_hex(values->find(HashAlg::Sha256, 7)->view()), std::string(64, 'a'));
    EXPECT_EQ(values->size(), 1U);
    EXPECT_THAT(registers_of_device(tpm.path("none")).error().what, HasSubstr("give them by --pcrs"));
    tpm.write("pcr-sha256/8", std::string_view("ff\n"));
    EXPECT_FALSE(registers_of_device(tpm.path()));
}

}  // namespace
}  // namespace anchor::cli
