// SPDX-License-Identifier: Apache-2.0

// Units, users and folders of the packaging, judged by systemd's own tools.

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <regex>

#include <anchor/base/file.h>
#include <parts/command.h>
#include <parts/scratch.h>

namespace anchor {
namespace {

using testing::HasSubstr;
using testing::Not;

const std::string kPackaging = ANCHOR_SOURCE_DIR "/packaging";

bool is_unit(const std::filesystem::path& file) {
    const auto extension = file.extension();
    return extension == ".service" || extension == ".socket" || extension == ".path" || extension == ".target";
}

class Units : public testing::Test {
protected:
    void SetUp() override {
        if (!parts::on_path("systemd-analyze")) GTEST_SKIP() << "systemd-analyze is not installed";
        for (const auto& file : std::filesystem::directory_iterator(kPackaging + "/systemd")) {
            if (is_unit(file.path())) copy(file.path());
        }
    }

    // The programs need not be installed for this test: any program stands in for them.
    void copy(const std::filesystem::path& file) {
        const std::string text = read_text_file(file.string(), 1U << 16U).value();
        const std::string name = file.filename().string();
        paths_.push_back(scratch_.write(
            name, std::regex_replace(text, std::regex("ExecStart=/usr/s?bin/(anchor|mosquitto)\\S*"), "ExecStart=/bin/true")));
    }

    [[nodiscard]] parts::CommandResult verify() const {
        parts::Arguments command{"systemd-analyze", "verify", "--man=no"};
        command.insert(command.end(), paths_.begin(), paths_.end());
        return parts::run(command);
    }

    parts::Scratch scratch_{"units"};
    std::vector<std::string> paths_;
};

TEST_F(Units, AreVerifiedWithoutAComplaint) {
    ASSERT_GE(paths_.size(), 8U);

    const auto verified = verify();

    EXPECT_TRUE(verified.ok()) << verified.output;
    EXPECT_EQ(verified.output, "");
}

// Only the words that tell the two apart may differ, or one of them would be forgotten at the next change.
TEST_F(Units, OfFurtherWorkersAreThatOfTheFirst) {
    const auto service_of = [&](const std::string& name) {
        const std::string text = read_text_file(kPackaging + "/systemd/" + name, 1U << 16U).value();
        return text.substr(text.find("[Service]"), text.find("[Install]") - text.find("[Service]"));
    };

    EXPECT_EQ(std::regex_replace(service_of("anchor-registry@.service"), std::regex(" --worker %i"), ""),
              service_of("anchor-registry.service"));
}

TEST_F(Units, WithAnUnknownSettingWouldBeNoticed) {
    paths_.push_back(scratch_.write("odd.service", std::string_view("[Service]\nExecStart=/bin/true\nNoSuchSetting=yes\n")));

    EXPECT_THAT(verify().output, HasSubstr("NoSuchSetting"));
}

TEST_F(Units, LetNoTrustStandAfterAFallOfTheDaemon) {
    const std::string unit = read_text_file(kPackaging + "/systemd/anchord.service", 1U << 16U).value();
    std::smatch line;
    ASSERT_TRUE(std::regex_search(unit, line, std::regex("\nExecStopPost=\\+/bin/sh -c '(.*)'\n")));
    const std::string told = std::regex_replace(line[1].str(), std::regex("/usr/bin/systemctl"), "echo");
    const std::string script = std::regex_replace(told, std::regex("\\$\\$"), "$$");
    const auto after = [&](const std::string& result, const std::string& end) {
        return parts::run({"/bin/sh", "-c", script}, {"SERVICE_RESULT=" + result, "EXIT_CODE=" + end}).output;
    };
    const std::string tells = "--no-block start anchord-failed.service\n";

    EXPECT_EQ(after("success", "exited"), "");
    EXPECT_EQ(after("success", "killed"), tells) << "by a signal that systemd takes for a clean end";
    EXPECT_EQ(after("exit-code", "exited"), tells);
    EXPECT_EQ(after("watchdog", "dumped"), tells);
    for (const char* fall : {"signal", "timeout", "oom-kill"}) EXPECT_EQ(after(fall, "killed"), tells) << fall;
}

TEST_F(Units, ExposeTheDaemonLittle) {
    const auto security = parts::run({"systemd-analyze", "security", "--offline=true", "--threshold=25", scratch_.path("anchord.service")});

    EXPECT_TRUE(security.ok()) << security.output;
}

TEST_F(Units, ExposeTheRegistryAndItsBrokersLittle) {
    for (const char* unit : {"anchor-registry.service", "anchor-registry@.service", "anchor-broker@.service"}) {
        const auto security = parts::run({"systemd-analyze", "security", "--offline=true", "--threshold=25", scratch_.path(unit)});
        EXPECT_TRUE(security.ok()) << security.output;
    }
}

TEST_F(Units, OfTheTwoBrokersHaveUsersOfTheirOwnThatAreMade) {
    const std::string unit = as_text(scratch_.read("anchor-broker@.service")).data();
    const std::string users = read_text_file(kPackaging + "/sysusers.d/anchor-registry.conf", 1U << 16U).value();

    EXPECT_THAT(unit, HasSubstr("User=anchor-%i\nGroup=anchor-%i\n"));
    for (const char* instance : {"broker", "enroll-broker"}) {
        EXPECT_THAT(users, HasSubstr("u anchor-" + std::string(instance) + " ")) << instance;
        EXPECT_THAT(users, HasSubstr("m anchor-registry anchor-" + std::string(instance) + "\n")) << instance;
    }
}

TEST(Installation, KeepsAConfigurationThatIsThere) {
    if (!parts::on_path("cmake")) GTEST_SKIP() << "cmake is not installed";
    const parts::Scratch root("install");
    const auto install = [&] { return parts::run({"cmake", "-P", INSTALL_SCRIPT}, {"DESTDIR=" + root.path()}); };
    const auto first = install();
    ASSERT_TRUE(first.ok()) << first.output;
    std::string file;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(root.path())) {
        if (entry.path().filename() == "anchord.toml") file = entry.path().lexically_relative(root.path()).string();
    }
    ASSERT_EQ(root.read(file), read_file(kPackaging + "/etc/anchord.toml", 1U << 16U).value());

    root.write(file, std::string_view("log_level = \"debug\"\n"));
    const auto second = install();

    EXPECT_TRUE(second.ok()) << second.output;
    EXPECT_EQ(as_text(root.read(file)), "log_level = \"debug\"\n");
}

TEST(Users, AreReadBySystemd) {
    if (!parts::on_path("systemd-sysusers")) GTEST_SKIP() << "systemd-sysusers is not installed";
    const parts::Scratch root("sysusers");

    const auto made = parts::run({"systemd-sysusers", "--dry-run", "--root=" + root.path(), kPackaging + "/sysusers.d/anchord.conf",
                                  kPackaging + "/sysusers.d/anchor-registry.conf"});

    EXPECT_TRUE(made.ok()) << made.output;
    EXPECT_THAT(made.output, Not(HasSubstr("ignoring")));
}

TEST(Folders, AreMadeForTheDaemonAndNobodyElse) {
    if (!parts::on_path("systemd-tmpfiles")) GTEST_SKIP() << "systemd-tmpfiles is not installed";
    if (::geteuid() != 0) GTEST_SKIP() << "only root can give folders to a group";
    const parts::Scratch root("tmpfiles");
    std::filesystem::create_directory(root.path("etc"));
    root.write("etc/group", std::string_view("root:x:0:\nanchord:x:998:\n"));
    root.write("etc/passwd", std::string_view("root:x:0:0:root:/root:/bin/sh\n"));

    const auto made = parts::run({"systemd-tmpfiles", "--create", "--root=" + root.path(), kPackaging + "/tmpfiles.d/anchord.conf"});

    EXPECT_TRUE(made.ok()) << made.output;
    struct stat found {};
    ASSERT_EQ(::stat(root.path("etc/anchord/policy.d").c_str(), &found), 0);
    EXPECT_EQ(found.st_mode & 07777U, 0750U);
    EXPECT_EQ(found.st_gid, 998U);
}

}  // namespace
}  // namespace anchor
