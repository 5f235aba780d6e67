// SPDX-License-Identifier: Apache-2.0
#include <anchor/crypto/random.h>

#include <algorithm>
#include <array>
#include <set>
#include <thread>

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

namespace anchor::crypto {
namespace {

TEST(Random, IsAsLongAsAskedAlsoBeyondOneRequest) {
    const Bytes octets = random_octets(5000);

    EXPECT_EQ(octets.size(), 5000U);
    EXPECT_FALSE(std::ranges::all_of(ByteView(octets).last(900), [](std::uint8_t octet) { return octet == 0; }));
    EXPECT_TRUE(random_octets(0).empty());
    EXPECT_EQ(random_secret(32).size(), 32U);
}

TEST(Random, NeverRepeatsAcrossThreads) {
    std::array<std::vector<Bytes>, 4> drawn;
    std::vector<std::thread> threads;
    for (auto& mine : drawn) {
        threads.emplace_back([&mine] {
            for (int i = 0; i < 50; ++i) mine.push_back(random_octets(16));
        });
    }
    for (auto& thread : threads) thread.join();

    std::set<Bytes> all;
    for (const auto& mine : drawn) all.insert(mine.begin(), mine.end());
    EXPECT_EQ(all.size(), 200U);
}

TEST(Random, AForkedChildDoesNotRepeatItsParent) {
    static_cast<void>(random_octets(1));
    std::array<int, 2> pipe_ends{};
    ASSERT_EQ(pipe(pipe_ends.data()), 0);
    const pid_t child = fork();
    if (child == 0) {
        const Bytes drawn = random_octets(32);
        _exit(write(pipe_ends[1], drawn.data(), drawn.size()) == 32 ? 0 : 1);
    }

    const Bytes mine = random_octets(32);
    Bytes theirs(32);
    ASSERT_EQ(read(pipe_ends[0], theirs.data(), theirs.size()), 32);
    int status = 0;
    waitpid(child, &status, 0);
    close(pipe_ends[0]);
    close(pipe_ends[1]);

    EXPECT_EQ(status, 0);
    EXPECT_NE(mine, theirs);
}

}  // namespace
}  // namespace anchor::crypto
