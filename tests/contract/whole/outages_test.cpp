// SPDX-License-Identifier: Apache-2.0
#include <filesystem>
#include <fstream>
#include <utility>

#include <anchor/base/file.h>

#include "whole_test.h"

namespace anchor::whole {
namespace {

class Outages : public TrustedDeviceTest {
protected:
    void SetUp() override {
        TrustedDeviceTest::SetUp();
        if (IsSkipped() || HasFatalFailure()) return;
        serial_ = serial();
    }

    // A whole round with the registry, anew.
    bool attests() const {
        return LoopbackFleet::until([&] { return fleet_->ctl({"attest"}).ok(); });
    }
    bool standing_is(const std::string& what) const { return fleet_->status()["standing"].value("status", "") == what; }
    std::uint64_t standing_number() const { return fleet_->status()["standing"].value("number", std::uint64_t{0}); }
    bool never_enrolled_again() const { return serial() == serial_ && !serial_.empty(); }

    // What anchor-broker-reload@.path does where systemd watches the list.
    void reload_where_the_list_changed() {
        const auto written = std::filesystem::last_write_time(fleet_->path("registry/broker/device.crl"));
        if (std::exchange(list_written_, written) != written) fleet_->broker().reload();
    }

    std::string serial_;
    std::filesystem::file_time_type list_written_;
};

TEST_F(Outages, NoneAndTheDevicesEvidenceIsAcceptedByForeignTools) {
    const std::string nonce = "00112233445566778899aabbccddeeff";
    const auto written = fleet_->ctl({"evidence", "--nonce", nonce, "--out", fleet_->path("evidence")});
    ASSERT_TRUE(written.ok()) << written.output;

    const auto check = [&](const std::string& asked) {
        return parts::run({"tpm2_checkquote", "-u", fleet_->path("evidence/ak.pub"), "-m", fleet_->path("evidence/quote.msg"), "-s",
                           fleet_->path("evidence/quote.sig"), "-f", fleet_->path("evidence/quote.pcrs"), "-g", "sha256", "-q", asked});
    };

    EXPECT_TRUE(check(nonce).ok()) << check(nonce).output;
    EXPECT_FALSE(check("ff" + nonce.substr(2)).ok());
}

TEST_F(Outages, TheRegistryIsKilledInMidWorkAndKnowsTheDeviceAfterwards) {
    ASSERT_TRUE(fleet_->ctl({"attest"}).ok());
    fleet_->kill_registry();
    EXPECT_EQ(fleet_->level(), "trusted");  // a registry that is away is not distrust

    ASSERT_TRUE(fleet_->start_registry());
    const bool again = attests();
    const auto known = fleet_->registry({"devices", "show", fleet_->device_id(), "--json"});

    EXPECT_TRUE(again) << fleet_->logs();
    EXPECT_TRUE(known.ok()) << known.output;
    EXPECT_TRUE(never_enrolled_again()) << fleet_->logs();
}

TEST_F(Outages, TheBrokerIsGoneForAWhileAndHasForgottenEverything) {
    fleet_->broker().stop();
    ASSERT_TRUE(LoopbackFleet::until([this] { return !fleet_->connected(); }));
    const auto suspended = fleet_->registry({"suspend", fleet_->device_id(), "--reason", "a test"});
    ASSERT_TRUE(suspended.ok()) << suspended.output;
    EXPECT_EQ(fleet_->level(), "trusted");

    for (const auto& kept : std::filesystem::directory_iterator(fleet_->path("registry/broker/data"))) std::filesystem::remove(kept);
    ASSERT_TRUE(fleet_->broker().restart());
    const bool heard = LoopbackFleet::until([this] { return standing_is("suspended") && fleet_->level() == "quarantined"; });
    ASSERT_TRUE(fleet_->registry({"resume", fleet_->device_id()}).ok());
    const bool forgiven = LoopbackFleet::until([this] {
        reload_where_the_list_changed();
        return standing_is("active") && fleet_->level() == "trusted";
    });

    EXPECT_TRUE(heard) << fleet_->logs();
    EXPECT_TRUE(forgiven) << fleet_->logs();
    EXPECT_TRUE(never_enrolled_again()) << fleet_->logs();
}

TEST_F(Outages, TheTpmIsLostInMidRunAndComesBack) {
    fleet_->tpm().power_off();
    const bool tightened = LoopbackFleet::until([this] { return fleet_->level() != "trusted"; });
    const bool said = LoopbackFleet::until([this] { return fleet_->device_log().find("the TPM does not answer") != std::string::npos; });
    ASSERT_TRUE(fleet_->tpm().power_on());
    const bool back = fleet_->until_trusted();

    EXPECT_TRUE(tightened) << fleet_->logs();
    EXPECT_TRUE(said) << fleet_->logs();
    EXPECT_TRUE(back) << fleet_->logs();
    EXPECT_TRUE(attests()) << fleet_->logs();
    EXPECT_TRUE(never_enrolled_again()) << fleet_->logs();
}

TEST_F(Outages, TheTpmIsAbsentAtTheStartAndTheIdentityIsStillThereWhenItComes) {
    fleet_->stop_device();
    fleet_->tpm().power_off();
    ASSERT_TRUE(fleet_->start_device());
    const bool waits =
        LoopbackFleet::until([this] { return fleet_->device_log().find("the stored state cannot be read yet") != std::string::npos; });
    const std::string meanwhile = fleet_->level();
    ASSERT_TRUE(fleet_->tpm().power_on());

    EXPECT_TRUE(waits) << fleet_->logs();
    EXPECT_EQ(meanwhile, "unverified");
    EXPECT_TRUE(fleet_->until_trusted()) << fleet_->logs();
    EXPECT_TRUE(never_enrolled_again()) << fleet_->logs();
}

TEST_F(Outages, EverythingLosesPowerAtOnce) {
    fleet_->kill_device();
    fleet_->kill_registry();
    fleet_->tpm().power_off();
    fleet_->broker().kill();
    fleet_->enroll_broker().kill();

    ASSERT_TRUE(fleet_->start_device());
    ASSERT_TRUE(fleet_->tpm().power_on());
    ASSERT_TRUE(fleet_->start_registry());
    ASSERT_TRUE(fleet_->enroll_broker().restart());
    ASSERT_TRUE(fleet_->broker().restart());

    EXPECT_TRUE(fleet_->until_trusted()) << fleet_->logs();
    EXPECT_TRUE(attests()) << fleet_->logs();
    EXPECT_TRUE(never_enrolled_again()) << fleet_->logs();
}

TEST_F(Outages, TheBrokerDropsWhatTheOwnerSaysAndTheDeviceAsksForIt) {
    const std::string access = fleet_->path("registry/broker/fleet.acl");
    std::string rules = read_text_file(access, 1U << 16U).value();
    const auto rule = rules.find("/standing", rules.find("# Devices"));
    ASSERT_NE(rule, std::string::npos) << rules;
    rules.replace(rule, 9, "/nothing");
    std::ofstream(access) << rules;
    fleet_->broker().reload();

    const std::uint64_t before = standing_number();
    const auto moved = fleet_->registry({"group", fleet_->device_id(), "elsewhere"});
    const bool heard = LoopbackFleet::until([&] { return standing_number() > before; });

    EXPECT_TRUE(moved.ok()) << moved.output;
    EXPECT_TRUE(heard) << fleet_->logs();
}

TEST_F(Outages, TheRegistryIsRestoredFromAnOldBackupAndTheDeviceTellsItWhatItForgot) {
    const auto copy = [this](const std::string& from, const std::string& to) {
        for (const auto* ending : {"", "-wal", "-shm"}) {
            std::filesystem::remove(fleet_->path(to + ending));
            if (std::filesystem::exists(fleet_->path(from + ending))) {
                std::filesystem::copy_file(fleet_->path(from + ending), fleet_->path(to + ending));
            }
        }
    };
    fleet_->kill_registry();
    copy("registry/registry.db", "backup.db");
    ASSERT_TRUE(fleet_->start_registry());
    const std::uint64_t before = standing_number();
    ASSERT_TRUE(fleet_->registry({"group", fleet_->device_id(), "elsewhere"}).ok());
    ASSERT_TRUE(LoopbackFleet::until([&] { return standing_number() > before; })) << fleet_->logs();

    fleet_->kill_registry();
    copy("backup.db", "registry/registry.db");
    ASSERT_TRUE(fleet_->start_registry());
    const bool told = LoopbackFleet::until([this] {
        const auto audit = fleet_->registry({"audit", "--act", "numbers went backwards"});
        return audit.output.find("came back from the device") != std::string::npos;
    });
    const auto known = fleet_->registry({"devices", "show", fleet_->device_id(), "--json"});

    EXPECT_TRUE(told) << fleet_->logs();
    EXPECT_NE(known.output.find(R"("group": "elsewhere")"), std::string::npos) << known.output;
    ASSERT_TRUE(fleet_->registry({"group", fleet_->device_id(), "default"}).ok());
    EXPECT_TRUE(fleet_->until_trusted()) << "the owner's word afterwards is heard\n" << fleet_->logs();
    EXPECT_TRUE(never_enrolled_again()) << fleet_->logs();
}

}  // namespace
}  // namespace anchor::whole
