// SPDX-License-Identifier: Apache-2.0
#include <registryd/init.h>

#include <gtest/gtest.h>
#include <pwd.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>

#include <parts/scratch.h>

namespace anchor::registryd {
namespace {

struct Access {
    uid_t owner;
    mode_t mode;
};

Access access_of(const std::string& path) {
    struct stat found {};
    EXPECT_EQ(::stat(path.c_str(), &found), 0) << path;
    return {found.st_uid, found.st_mode & 07777U};
}

TEST(Init, ByRootGivesRegistryAndBrokersEachTheirOwn) {
    if (::geteuid() != 0) GTEST_SKIP() << "only root can give folders away";
    const uid_t registry = ::getpwnam("nobody")->pw_uid;
    const uid_t broker = ::getpwnam("daemon")->pw_uid;
    const parts::Scratch files("init");
    InitOptions options{.folder = files.path("r"), .tenant = "acme"};
    options.user = "nobody";
    options.broker_user = "daemon";
    options.enroll_broker_user = "bin";

    ASSERT_TRUE(init(options));

    for (const char* one : {"", "registry.db", "online.key", "ca/issuing.key", "claim-first.json", "authority/root.key"}) {
        EXPECT_EQ(access_of(files.path("r/") + one).owner, registry) << one;
    }
    for (const char* one : {"broker", "broker/broker.key", "broker/data"}) {
        EXPECT_EQ(access_of(files.path("r/") + one).owner, broker) << one;
    }
    for (const char* one : {"enroll-broker", "enroll-broker/broker.key", "enroll-broker/claims.acl"}) {
        EXPECT_EQ(access_of(files.path("r/") + one).owner, ::getpwnam("bin")->pw_uid) << one;
    }
    EXPECT_NE(as_text(files.read("r/enroll-broker/mosquitto.conf")).find("\nuser bin\n"), std::string_view::npos);
    EXPECT_EQ(access_of(files.path("r/enroll-broker")).mode, 0770U);
    EXPECT_EQ(access_of(files.path("r")).mode, 0711U);
    EXPECT_EQ(access_of(files.path("r/broker")).mode, 0770U);
    for (const char* secret : {"registry.db", "online.key", "ca/issuing.key", "claim-first.json", "broker/broker.key"}) {
        EXPECT_EQ(access_of(files.path("r/") + secret).mode, 0600U) << secret;
    }
}

TEST(Init, RefusesAUserThatIsNotThere) {
    const parts::Scratch files("init");
    InitOptions options{.folder = files.path("r"), .tenant = "acme"};
    options.user = "no-such-user";

    const auto made = init(options);

    ASSERT_FALSE(made);
    EXPECT_EQ(made.error().kind, ErrorKind::Denied);
    EXPECT_FALSE(std::filesystem::exists(options.folder));
}

TEST(Init, OverwritesNothing) {
    const parts::Scratch files("init");
    const InitOptions options{.folder = files.path("r"), .tenant = "acme"};
    ASSERT_TRUE(init(options));

    const auto again = init(options);

    ASSERT_FALSE(again);
    EXPECT_EQ(again.error().kind, ErrorKind::Denied);
}

TEST(Init, RefusesPortsAndThresholdsThatCannotBe) {
    const parts::Scratch files("init");
    InitOptions one_port{.folder = files.path("r"), .tenant = "acme"};
    one_port.fleet_port = one_port.enroll_port;
    InitOptions too_few_keys{.folder = files.path("s"), .tenant = "acme"};
    too_few_keys.threshold = too_few_keys.authority_keys + 1;

    EXPECT_EQ(init(one_port).error().kind, ErrorKind::Rejected);
    EXPECT_EQ(init(too_few_keys).error().kind, ErrorKind::Rejected);
    EXPECT_FALSE(std::filesystem::exists(one_port.folder));  // the next attempt begins with nothing in its way
    EXPECT_FALSE(std::filesystem::exists(too_few_keys.folder));
}

}  // namespace
}  // namespace anchor::registryd
