// SPDX-License-Identifier: Apache-2.0

// One boot with Secure Boot on: systemd-boot and the kernel carry signatures of a key that firmware trusts. Somebody has changed what
// no signature covers, the command line in the boot loader's menu.

#include <gmock/gmock.h>

#include "equipment.h"
#include "registry_outside.h"
#include "sight.h"

namespace anchor::vm {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;

class SecureBoot : public testing::Test {
protected:
    static void SetUpTestSuite() {
        if (missing_equipment().empty()) booted_ = boot();
    }

    void SetUp() override {
        if (!missing_equipment().empty()) GTEST_SKIP() << missing_equipment();
        ASSERT_TRUE(booted_) << booted_.error().what;
    }

    static Result<void> boot() {
        ANCHOR_ASSIGN_OR_RETURN(const Initramfs system, guest_system());
        ANCHOR_ASSIGN_OR_RETURN(const auto machine, VirtualMachine::build(BootPath::SecureBoot, system));
        ANCHOR_ASSIGN_OR_RETURN(const auto registry, RegistryOutside::start());
        ANCHOR_RETURN_IF_ERROR(machine->switch_on("lockdown=none"));
        ANCHOR_RETURN_IF_ERROR(start_anchord(*machine, registry->claim_bundle()));
        ANCHOR_ASSIGN_OR_RETURN(auto claims, claims_with(*machine, "boot.log_replays", "true"));
        seen_ = look_at(*machine, std::move(claims));
        machine->switch_off();
        return {};
    }

    static inline Result<void> booted_;
    static inline Sight seen_;
};

TEST_F(SecureBoot, ReplaysToTheRegistersOfTheTpmInEveryBank) {
    const auto log = measure::parse_event_log(seen_.event_log);
    const auto report = measure::compare_replay(log, measure::replay(log), seen_.registers);

    EXPECT_TRUE(report.replays());
    EXPECT_EQ(report.first_mismatch(), nullptr) << report.first_mismatch()->why;
}

TEST_F(SecureBoot, IsClaimedWithWhatItRestsOn) {
    EXPECT_EQ(seen_.claims["boot.log_replays"], "true");
    EXPECT_EQ(seen_.claims["boot.secure_boot"], "true");
    EXPECT_EQ(seen_.claims["boot.setup_mode"], "false");
    EXPECT_EQ(seen_.claims["boot.forged_events"], "0");
    EXPECT_THAT(seen_.claims["boot.authorities"], HasSubstr("O=SnakeOil"));
    EXPECT_THAT(seen_.claims["boot.kernel_command_lines"], HasSubstr(VirtualMachine::kCommandLine + " lockdown=none"));
    EXPECT_THAT(seen_.claims["boot.images"], HasSubstr("vmlinuz.efi"));
}

TEST_F(SecureBoot, IsWhatTheKernelSaysToo) {
    EXPECT_EQ(seen_.claims["os.secure_boot"], "true");
    EXPECT_EQ(seen_.claims["os.setup_mode"], "false");
    EXPECT_EQ(seen_.claims["os.lockdown"], "\"integrity\"");
}

TEST_F(SecureBoot, IsAcceptedByItsOwnReference) { EXPECT_THAT(differences(reference_of(seen_), seen_), IsEmpty()); }

}  // namespace
}  // namespace anchor::vm
