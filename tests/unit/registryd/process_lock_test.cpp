// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <unistd.h>

#include <parts/scratch.h>
#include <registryd/process_lock.h>

namespace anchor::registryd {
namespace {

TEST(ProcessLock, IsTakenOnceAndGivenBackWithItsOwner) {
    const parts::Scratch files("lock");
    const std::string path = files.path("leader.lock");
    {
        const auto first = ProcessLock::take(path).value();
        ASSERT_TRUE(first);
        EXPECT_FALSE(ProcessLock::take(path).value());
    }

    EXPECT_TRUE(ProcessLock::take(path).value()) << "the file stays, the lock does not";
}

TEST(ProcessLock, IsWaitedForAMomentAndNotForEver) {
    const parts::Scratch files("lock");
    const std::string path = files.path("list.lock");
    auto first = ProcessLock::take(path).value();
    EXPECT_EQ(ProcessLock::wait(path, Milliseconds{20}).error().kind, ErrorKind::Unavailable);

    first.reset();
    EXPECT_TRUE(ProcessLock::wait(path, Milliseconds{20}));
}

TEST(ProcessLock, FollowsNoLinkAndSaysWhatIsInTheWay) {
    const parts::Scratch files("lock");
    ASSERT_EQ(symlink("/etc/passwd", files.path("link.lock").c_str()), 0);

    EXPECT_FALSE(ProcessLock::take(files.path("link.lock")));
    EXPECT_FALSE(ProcessLock::take(files.path("nowhere/x.lock")));
}

}  // namespace
}  // namespace anchor::registryd
