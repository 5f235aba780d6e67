// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <latch>
#include <optional>

#include <link/name_lookup.h>

namespace anchor::link {
namespace {

using namespace std::chrono_literals;

Deadline soon() { return std::chrono::steady_clock::now() + 50ms; }
Deadline late() { return std::chrono::steady_clock::now() + 20s; }

// A resolver whose name servers are dead, until the test ends. What it still owes then is answered with an error.
class DeadResolver {
public:
    DeadResolver() = default;
    DeadResolver(const DeadResolver&) = delete;
    DeadResolver& operator=(const DeadResolver&) = delete;
    ~DeadResolver() { end_->count_down(); }

    [[nodiscard]] Resolver resolver() const {
        return [end = end_](const char*, const char*, const addrinfo*, addrinfo**) {
            end->wait();
            return EAI_AGAIN;
        };
    }

private:
    std::shared_ptr<std::latch> end_ = std::make_shared<std::latch>(1);
};

// Asks until the threads of earlier tests are gone.
Result<AddressList> look_up_at_last(const std::string& host, Resolver resolver = ::getaddrinfo) {
    const StopFlag stop;
    const Deadline end = late();
    while (true) {
        auto found = look_up(host, 8883, stop, end, resolver);
        if (found || found.error().what.find("earlier") == std::string::npos || std::chrono::steady_clock::now() > end) return found;
        std::this_thread::yield();
    }
}

TEST(NameLookup, FindsTheAddressOfThisMachine) {
    auto found = look_up_at_last("localhost");

    ASSERT_TRUE(found) << found.error().what;
    ASSERT_NE(*found, nullptr);
    EXPECT_EQ((*found)->ai_socktype, SOCK_STREAM);
}

TEST(NameLookup, ANumberIsItsOwnAnswer) {
    const Resolver never = [](const char*, const char*, const addrinfo*, addrinfo**) -> int { std::abort(); };

    for (const std::string number : {"127.0.0.1", "::1"}) {
        auto found = look_up(number, 8883, StopFlag{}, late(), never);
        ASSERT_TRUE(found) << number << ": " << found.error().what;
        EXPECT_EQ((*found)->ai_family, number == "::1" ? AF_INET6 : AF_INET);
    }
}

TEST(NameLookup, ANameThatIsNotThereIsAskedForAgainLater) {
    const Resolver knows_nothing = [](const char*, const char*, const addrinfo*, addrinfo**) { return EAI_NONAME; };

    auto found = look_up_at_last("broker.example", knows_nothing);

    ASSERT_FALSE(found);
    EXPECT_EQ(found.error().kind, ErrorKind::Unavailable);
    EXPECT_EQ(found.error().what, ::gai_strerror(EAI_NONAME));
    EXPECT_EQ(found.error().native, EAI_NONAME);
}

TEST(NameLookup, EndsAtItsDeadlineAlthoughTheResolverDoesNot) {
    const DeadResolver dead;

    auto found = look_up("broker.example", 8883, StopFlag{}, soon(), dead.resolver());

    ASSERT_FALSE(found);
    EXPECT_EQ(found.error().kind, ErrorKind::Unavailable);
    EXPECT_EQ(found.error().what, "name look-up: no answer in time");
}

TEST(NameLookup, EndsAtOnceWhenToldTo) {
    const DeadResolver dead;
    StopFlag stop;
    stop.set();

    auto found = look_up_at_last("localhost");
    found = look_up("broker.example", 8883, stop, late(), dead.resolver());

    ASSERT_FALSE(found);
    EXPECT_EQ(found.error().what, "name look-up: stopped");
}

TEST(NameLookup, AResolverThatHangsCostsAFewThreadsAndNoMore) {
    std::optional<DeadResolver> dead(std::in_place);
    std::string last;
    for (int i = 0; i <= kMostLookups; ++i) last = look_up("broker.example", 8883, StopFlag{}, soon(), dead->resolver()).error().what;
    EXPECT_EQ(last, "the resolver has not answered earlier questions yet");

    dead.reset();
    auto found = look_up_at_last("localhost");
    EXPECT_TRUE(found) << found.error().what;
}

}  // namespace
}  // namespace anchor::link
