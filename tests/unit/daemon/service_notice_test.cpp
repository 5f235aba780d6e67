// SPDX-License-Identifier: Apache-2.0
#include <daemon/service_notice.h>

#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>

#include <parts/notify_socket.h>

namespace anchor::daemon {
namespace {

class ServiceNoticeTest : public testing::Test {
protected:
    void TearDown() override {
        for (const char* name : {"NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID"}) ::unsetenv(name);
    }
};

TEST_F(ServiceNoticeTest, ReachesTheServiceManager) {
    const parts::NotifySocket manager;
    ::setenv("NOTIFY_SOCKET", manager.path().c_str(), 1);

    ServiceNotice::of_surroundings().send("READY=1");

    EXPECT_EQ(manager.receive(), "READY=1");
}

TEST_F(ServiceNoticeTest, SaysNothingWithoutAServiceManager) {
    const auto notice = ServiceNotice::of_surroundings();

    notice.send("READY=1");

    EXPECT_FALSE(notice.watchdog().has_value());
}

TEST_F(ServiceNoticeTest, KnowsHowLongItMayBeSilent) {
    const parts::NotifySocket manager;
    ::setenv("NOTIFY_SOCKET", manager.path().c_str(), 1);
    ::setenv("WATCHDOG_USEC", "60000000", 1);
    ::setenv("WATCHDOG_PID", std::to_string(::getpid()).c_str(), 1);

    EXPECT_EQ(ServiceNotice::of_surroundings().watchdog(), Milliseconds(60'000));
}

TEST_F(ServiceNoticeTest, LeavesAWatchdogOfAnotherProcessAlone) {
    const parts::NotifySocket manager;
    ::setenv("NOTIFY_SOCKET", manager.path().c_str(), 1);
    ::setenv("WATCHDOG_USEC", "60000000", 1);
    ::setenv("WATCHDOG_PID", "1", 1);

    EXPECT_FALSE(ServiceNotice::of_surroundings().watchdog().has_value());
}

}  // namespace
}  // namespace anchor::daemon
