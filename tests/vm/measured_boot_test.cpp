// SPDX-License-Identifier: Apache-2.0

// Two boots of one machine without Secure Boot: one that is as it should be and gives the reference values, and one with another
// command line, in which then an unknown program runs, a file changes, and files change while they are measured.

#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

#include "equipment.h"
#include "registry_outside.h"
#include "sight.h"

namespace anchor::vm {
namespace {

using measure::ImaCause;
using measure::ImaOffender;
using testing::AllOf;
using testing::ElementsAre;
using testing::Field;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::StartsWith;

class MeasuredBoot : public testing::Test {
protected:
    static void SetUpTestSuite() {
        if (missing_equipment().empty()) booted_ = boot_twice();
    }

    void SetUp() override {
        if (!missing_equipment().empty()) GTEST_SKIP() << missing_equipment();
        ASSERT_TRUE(booted_) << booted_.error().what;
    }

    static Result<void> boot_twice() {
        ANCHOR_ASSIGN_OR_RETURN(const Initramfs system, guest_system());
        ANCHOR_ASSIGN_OR_RETURN(table_, table_of(system));
        ANCHOR_ASSIGN_OR_RETURN(const auto machine, VirtualMachine::build(BootPath::Direct, system));
        ANCHOR_ASSIGN_OR_RETURN(const auto registry, RegistryOutside::start());
        ANCHOR_RETURN_IF_ERROR(boot_as_it_should_be(*machine, *registry));
        return boot_and_attack(*machine, *registry);
    }

    static Result<void> boot_as_it_should_be(VirtualMachine& machine, const RegistryOutside& registry) {
        ANCHOR_RETURN_IF_ERROR(machine.switch_on());
        ANCHOR_RETURN_IF_ERROR(start_anchord(machine, registry.claim_bundle()));
        (void)machine.run(std::string("cat ") + kRecipe + " " + kMenu);
        ANCHOR_RETURN_IF_ERROR(accept_this_boot(machine, registry));
        ANCHOR_ASSIGN_OR_RETURN(auto claims, claims_with(machine, "ima.clean", "true"));
        (void)machine.run("anchorctl attest");
        ANCHOR_ASSIGN_OR_RETURN(healthy_device_, registry.device_at("trusted"));
        healthy_ = look_at(machine, std::move(claims));
        daemon_ = machine.run("cat /proc/$(pidof anchord)/status").output;
        for (const char* log : {kEventLog, kImaList})
            denied_ += machine.run(std::string("su -s /bin/sh anchord -c 'cat ") + log + "'").output;
        machine.switch_off();
        return {};
    }

    // As an operator does it on the device, who is not root and may not open a log; the owner signs what comes out.
    static Result<void> accept_this_boot(VirtualMachine& machine, const RegistryOutside& registry) {
        const auto made = machine.run("su -s /bin/sh anchord -c 'anchorctl reference make --this-device --out /run/anchord/golden'");
        made_ = made.output;
        if (!made.ok()) return unavailable("reference make: " + made.output);
        for (const char* file : {"reference.json", "ima.table"})
            golden_.write(file, machine.read(std::string("/run/anchord/golden/") + file));
        return registry.accept(golden_.path("reference.json"));
    }

    static Result<void> boot_and_attack(VirtualMachine& machine, const RegistryOutside& registry) {
        ANCHOR_RETURN_IF_ERROR(machine.switch_on("mitigations=off"));
        ANCHOR_RETURN_IF_ERROR(start_anchord(machine, registry.claim_bundle()));
        ANCHOR_RETURN_IF_ERROR(claims_with(machine, "boot.pcrs_match", "false"));
        ANCHOR_ASSIGN_OR_RETURN(auto claims, claims_with(machine, "ima.clean", "true"));
        ANCHOR_ASSIGN_OR_RETURN(changed_device_, registry.device_at("quarantined", "Linux load options"));
        changed_ = look_at(machine, std::move(claims));
        (void)machine.run("cp /bin/busybox /tmp/true; echo >>/tmp/true; /tmp/true");
        (void)machine.run("echo 'and 1 of another' >>/opt/recipe; cat /opt/recipe");
        // Both kinds of violation: read while a writer has it open, and written to while a reader has it open.
        (void)machine.run("exec 5>>/opt/recipe; cat /opt/recipe; exec 5>&-");
        (void)machine.run("exec 6</opt/menu; echo 'nothing' >>/opt/menu; exec 6<&-");
        ANCHOR_ASSIGN_OR_RETURN(auto attacked, claims_with(machine, "ima.violations", "2"));
        (void)machine.run("anchorctl attest");
        ANCHOR_ASSIGN_OR_RETURN(attacked_device_, registry.device_at("quarantined", "/opt/menu"));
        attacked_ = look_at(machine, std::move(attacked));
        machine.switch_off();
        return {};
    }

    static Result<measure::ImaReport> judged(const Sight& sight) {
        ANCHOR_ASSIGN_OR_RETURN(const auto table, measure::ImaTable::open(table_));
        return judge_list(sight, table);
    }

    static parts::CommandResult explained(ByteView log) {
        return parts::run({ANCHORCTL_PROGRAM, "log", "explain", golden_.write("log", log), "--against", golden_.path("reference.json"),
                           "--table", golden_.path("ima.table")});
    }

    static inline Result<void> booted_;
    static inline const parts::Scratch golden_{"golden"};
    static inline Bytes table_;
    static inline Sight healthy_, changed_, attacked_;
    static inline Json healthy_device_, changed_device_, attacked_device_;
    static inline std::string daemon_, denied_, made_;
};

TEST_F(MeasuredBoot, ReplaysToTheRegistersOfTheTpmInEveryBank) {
    const auto log = measure::parse_event_log(healthy_.event_log);
    const auto report = measure::compare_replay(log, measure::replay(log), healthy_.registers);

    EXPECT_THAT(log.banks(), ElementsAre(HashAlg::Sha1, HashAlg::Sha256));
    EXPECT_TRUE(report.replays());
    EXPECT_EQ(report.first_mismatch(), nullptr) << report.first_mismatch()->why;
}

TEST_F(MeasuredBoot, IsClaimedAsItWas) {
    EXPECT_EQ(healthy_.claims["boot.log_replays"], "true");
    EXPECT_EQ(healthy_.claims["boot.replay_problems"], "[]");
    EXPECT_EQ(healthy_.claims["boot.pcr_mismatches"], "[]");
    EXPECT_EQ(healthy_.claims["boot.secure_boot"], "false");
    EXPECT_EQ(healthy_.claims["boot.setup_mode"], "true");
    EXPECT_EQ(healthy_.claims["boot.exit_boot_services"], "true");
    EXPECT_EQ(healthy_.claims["boot.forged_events"], "0");
    EXPECT_EQ(healthy_.claims["os.secure_boot"], "false");
    EXPECT_EQ(healthy_.claims["os.lockdown"], "\"none\"");
    EXPECT_EQ(healthy_.claims["tpm.manufacturer"], "\"IBM\"");
}

TEST_F(MeasuredBoot, IsClaimedWithEverythingThatRan) {
    EXPECT_EQ(healthy_.claims["ima.proven"], "true");
    EXPECT_EQ(healthy_.claims["ima.proven_by"], R"(["sha256 per-bank"])");
    EXPECT_EQ(healthy_.claims["ima.boot_aggregate_matches"], "true");
    EXPECT_EQ(healthy_.claims["ima.clean"], "true");
    EXPECT_EQ(healthy_.claims["ima.offenders"], "[]");
    EXPECT_GT(std::stoi(healthy_.claims["ima.entries"]), 20);
    for (const char* nothing : {"ima.violations", "ima.changed_files", "ima.unknown_files", "ima.unknown_memory", "ima.forged_entries"})
        EXPECT_EQ(healthy_.claims[nothing], "0") << nothing;
    EXPECT_EQ(healthy_.claims["ima.signed_files"], "unknown: no trusted keys of files");
}

TEST_F(MeasuredBoot, GivesReferenceValuesToAnOperatorWhoMayNotOpenItsLogs) {
    EXPECT_THAT(made_, AllOf(HasSubstr("binary_bios_measurements: only root may open it; the daemon has read it"),
                             HasSubstr("binary_runtime_measurements: only root may open it; the daemon has read it")));
}

TEST_F(MeasuredBoot, IsSeenByADaemonWithoutRightsThroughTheWarden) {
    EXPECT_THAT(daemon_, HasSubstr("Uid:\t990\t990\t990\t990"));
    EXPECT_THAT(daemon_, HasSubstr("Groups:\t989 990"));
    EXPECT_THAT(daemon_, HasSubstr("CapEff:\t0000000000000000"));
    EXPECT_THAT(daemon_, HasSubstr("NoNewPrivs:\t1"));
    EXPECT_THAT(denied_, HasSubstr("binary_bios_measurements': Permission denied"));
    EXPECT_THAT(denied_, HasSubstr("binary_runtime_measurements': Permission denied"));
}

TEST_F(MeasuredBoot, IsAcceptedByItsOwnReference) {
    const auto report = judged(healthy_);

    EXPECT_THAT(differences(reference_of(healthy_), healthy_), IsEmpty());
    ASSERT_TRUE(report) << report.error().what;
    EXPECT_EQ(report->proof, measure::ImaProof::Proven);
    EXPECT_THAT(report->findings.offenders, IsEmpty());
    EXPECT_GT(report->findings.known, 20U);
    EXPECT_EQ(explained(healthy_.event_log).exit_code, 0) << explained(healthy_.event_log).output;
    EXPECT_EQ(healthy_device_["result"]["findings"], Json::array());
}

// The kernel's EFI stub measures the command line and logs that it did, not its text: the event can be told, not the words.
TEST_F(MeasuredBoot, WithAnotherCommandLineIsToldByTheEventThatMeasuredIt) {
    const auto event = AllOf(HasSubstr("PCR 9 event "), HasSubstr("Linux load options"));

    EXPECT_EQ(changed_.claims["boot.log_replays"], "true");
    EXPECT_EQ(changed_.claims["boot.kernel_command_lines"], "unknown: the kernel measured its command line without writing it down");
    EXPECT_THAT(changed_.claims["boot.pcr_mismatches"], event);
    EXPECT_THAT(differences(reference_of(healthy_), changed_), ElementsAre(StartsWith("PCR 9 (sha256)"), event));
    EXPECT_THAT(explained(changed_.event_log).output, event);
    EXPECT_EQ(explained(changed_.event_log).exit_code, 3);
}

TEST_F(MeasuredBoot, WithAnotherCommandLineIsQuarantinedByTheRegistryWhichSaysWhy) {
    const Json findings = changed_device_["result"]["findings"];

    ASSERT_EQ(findings.size(), 1U) << findings.dump();
    EXPECT_EQ(findings[0]["rule"], "registers");
    EXPECT_THAT(findings[0]["inputs"].dump(),
                AllOf(HasSubstr(R"({"claim":"boot.log_replays","value":"true"})"), HasSubstr("PCR 9 event ")));
    EXPECT_EQ(changed_device_["id"], healthy_device_["id"]);
}

TEST_F(MeasuredBoot, WithAnUnknownProgramAChangedFileAndViolationsIsClaimedAsThatAndNothingElse) {
    const auto at = [](const std::string& offender) { return testing::MatchesRegex(".*entry [0-9]+, " + offender + ".*"); };
    const std::string& offenders = attacked_.claims["ima.offenders"];

    EXPECT_EQ(changed_.claims["ima.clean"], "true");
    EXPECT_EQ(attacked_.claims["ima.proven"], "true");
    EXPECT_EQ(attacked_.claims["ima.clean"], "false");
    EXPECT_EQ(attacked_.claims["ima.unknown_files"], "1");
    EXPECT_EQ(attacked_.claims["ima.changed_files"], "1");
    EXPECT_EQ(attacked_.claims["ima.violations"], "2");
    EXPECT_EQ(attacked_.claims["ima.forged_entries"], "0");
    EXPECT_THAT(offenders, AllOf(at("/tmp/true: unknown file: found sha256:"), at("/opt/recipe: changed file: expected sha256:"),
                                 at("/opt/recipe: changed while it was measured"), at("/opt/menu: changed while it was measured")));
    EXPECT_EQ(std::count(offenders.begin(), offenders.end(), '"'), 8) << offenders;
}

TEST_F(MeasuredBoot, WithAnUnknownProgramAChangedFileAndViolationsIsJudgedSoByTheRegistryToo) {
    const Json findings = attacked_device_["result"]["findings"];

    ASSERT_EQ(findings.size(), 2U) << findings.dump();
    EXPECT_THAT(findings.dump(), AllOf(HasSubstr(R"("rule":"programs")"), HasSubstr("/tmp/true: unknown file"),
                                       HasSubstr("/opt/recipe: changed file"), HasSubstr("/opt/menu: changed while it was measured")));
}

TEST_F(MeasuredBoot, WithAnUnknownProgramAChangedFileAndAViolationIsToldByThem) {
    const auto before = judged(changed_);
    const auto after = judged(attacked_);

    ASSERT_TRUE(before && after);
    EXPECT_THAT(before->findings.offenders, IsEmpty());
    EXPECT_EQ(after->proof, measure::ImaProof::Proven);
    const auto is = [](ImaCause cause, const char* path) {
        return AllOf(Field(&ImaOffender::cause, cause), Field(&ImaOffender::path, path));
    };
    EXPECT_THAT(after->findings.offenders, ElementsAre(is(ImaCause::UnknownFile, "/tmp/true"), is(ImaCause::ChangedFile, kRecipe),
                                                       is(ImaCause::Violation, kRecipe), is(ImaCause::Violation, kMenu)));
}

TEST_F(MeasuredBoot, WithAnUnknownProgramAChangedFileAndAViolationIsExplainedToPeople) {
    const auto told = explained(attacked_.ima_list);

    EXPECT_EQ(told.exit_code, 3);
    EXPECT_THAT(told.output, AllOf(HasSubstr("/tmp/true: unknown file"), HasSubstr("/opt/recipe: changed file"),
                                   HasSubstr("/opt/recipe: changed while it was measured"), Not(HasSubstr("/usr/sbin/anchord"))));
}

}  // namespace
}  // namespace anchor::vm
