// SPDX-License-Identifier: Apache-2.0

// Who may call what, with the kernel's word about the caller. Needs root to become others.

#include <gtest/gtest.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <deque>
#include <thread>

#include "raw_caller.h"
#include "service.h"

namespace anchor::control {
namespace {

constexpr uid_t kNobody = 65534;

void answer(const Call& call, const Responder& responder) { responder.done({{"role", to_string(call.role)}, {"uid", call.peer.uid}}); }

// Connects as somebody else. Credentials belong to a thread where the system call itself is made, so nobody else notices.
RawCaller connect_as(uid_t uid, gid_t gid, const std::string& path) {
    std::optional<RawCaller> caller;
    std::thread([&] {
        if (::syscall(SYS_setgroups, 0, nullptr) != 0 || ::syscall(SYS_setresgid, gid, gid, gid) != 0 ||
            ::syscall(SYS_setresuid, uid, uid, uid) != 0) {
            std::abort();
        }
        caller.emplace(path);
    }).join();
    return std::move(*caller);
}

class Callers : public testing::Test {
protected:
    void SetUp() override {
        if (::geteuid() != 0) GTEST_SKIP() << "only root can become others";
    }
};

TEST_F(Callers, OfOtherUsersMayAskForAccessOnly) {
    Service service(answer, {}, 0666);
    RawCaller caller = connect_as(kNobody, kNobody, service.path());

    caller.send_message(R"({"method":"io.anchord.Agent.CheckAccess"})");
    EXPECT_EQ(caller.message()["parameters"], (Json{{"role", "anyone"}, {"uid", kNobody}}));
    caller.send_message(R"({"method":"io.anchord.Agent.GetStatus"})");
    EXPECT_EQ(caller.message()["parameters"]["reason"], "GetStatus is for members of the socket's group, not for user 65534");
    caller.send_message(R"({"method":"io.anchord.Agent.Import"})");
    EXPECT_EQ(caller.message()["error"], kDeniedError);
}

TEST_F(Callers, InTheGroupMayReadAndNotChange) {
    Service service(answer, {}, 0666);
    RawCaller caller = connect_as(kNobody, ::getegid(), service.path());

    caller.send_message(R"({"method":"io.anchord.Agent.GetStatus"})");
    EXPECT_EQ(caller.message()["parameters"]["role"], "member");
    for (const char* changing : {"Import", "Attest", "GetEvidence"}) {
        caller.send_message(std::string(R"({"method":"io.anchord.Agent.)") + changing + "\"}");
        EXPECT_EQ(caller.message()["error"], kDeniedError) << changing;
    }
}

TEST_F(Callers, HaveABoundEachUser) {
    Service service(answer, {.connections = 10, .for_operators = 0, .connections_per_user = 2}, 0666);
    std::deque<RawCaller> callers;
    for (int i = 0; i < 2; ++i) {
        callers.push_back(connect_as(kNobody, kNobody, service.path()));
        callers.back().send_message(R"({"method":"io.anchord.Agent.CheckAccess"})");
        ASSERT_TRUE(callers.back().message().contains("parameters"));
    }

    RawCaller late = connect_as(kNobody, kNobody, service.path());
    RawCaller other = connect_as(kNobody - 1, kNobody, service.path());

    EXPECT_EQ(late.message()["parameters"]["reason"], "the agent serves 2 connections of this user already");
    other.send_message(R"({"method":"io.anchord.Agent.CheckAccess"})");
    EXPECT_EQ(other.message()["parameters"]["uid"], kNobody - 1);
}

TEST_F(Callers, LeavePlacesForOperators) {
    Service service(answer, {.connections = 4, .for_operators = 2}, 0666);
    std::deque<RawCaller> members;
    for (int i = 0; i < 2; ++i) {
        members.push_back(connect_as(kNobody, ::getegid(), service.path()));
        members.back().send_message(R"({"method":"io.anchord.Agent.GetStatus"})");
        ASSERT_TRUE(members.back().message().contains("parameters"));
    }

    RawCaller late = connect_as(kNobody, ::getegid(), service.path());
    RawCaller root(service.path());

    EXPECT_EQ(late.message()["parameters"]["reason"], "the agent serves 2 connections already");
    root.send_message(R"({"method":"io.anchord.Agent.GetStatus"})");
    EXPECT_EQ(root.message()["parameters"]["role"], "operator");
}

TEST_F(Callers, BelowOperatorsSendShorterMessages) {
    Service service(answer, {.message = 1000, .message_below_operator = 500}, 0666);
    const std::string call = R"({"method":"io.anchord.Agent.GetStatus"})";
    const std::string long_call = call + std::string(501 - call.size(), ' ');
    RawCaller member = connect_as(kNobody, ::getegid(), service.path());
    RawCaller root(service.path());

    member.send_message(long_call);
    root.send_message(long_call);

    EXPECT_EQ(member.message()["parameters"]["reason"], "a message of more than 500 octets");
    EXPECT_EQ(root.message()["parameters"]["role"], "operator");
}

}  // namespace
}  // namespace anchor::control
