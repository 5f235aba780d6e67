// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include <anchor/base/file.h>

#include "loopback_fleet.h"

namespace anchor::whole {
namespace {

constexpr std::size_t kLargestBundle = 1U << 20U;

Json bundle_in(const std::string& path) {
    return parse_json(read_text_file(path, kLargestBundle).value(), {.octets = kLargestBundle}).value();
}

TEST(WholeEnrollment, IsRefusedWhereTheAnswerIsNotVouchedForByTheAnchorsOfTheBundle) {
    if (!LoopbackFleet::available()) GTEST_SKIP() << "needs swtpm, swtpm_setup, tpm2-tools and mosquitto";
    auto started = LoopbackFleet::start();
    ASSERT_TRUE(started) << started.error().what;
    LoopbackFleet& fleet = **started;
    // The owner of the bundle is another registry than the one that answers.
    const auto other = parts::run({REGISTRY_PROGRAM, "--dir", fleet.path("other"), "init", "--tenant", "whole"});
    ASSERT_TRUE(other.ok()) << other.output;
    const Json good = bundle_in(fleet.path("registry/claim-first.json"));
    Json foreign = good;
    for (const char* pinned : {"anchors", "authority"}) foreign[pinned] = bundle_in(fleet.path("other/claim-first.json"))[pinned];
    fleet.write("registry/claim-first.json", foreign.dump());

    ASSERT_TRUE(fleet.start_device());
    const bool refused = LoopbackFleet::until([&] { return fleet.device_log().find("is refused") != std::string::npos; });
    const Json status = fleet.status();
    fleet.stop_device();
    fleet.write("registry/claim-first.json", good.dump());
    ASSERT_TRUE(fleet.start_device());

    EXPECT_TRUE(refused) << fleet.logs();
    EXPECT_EQ(status["identity"]["enrolled"], false);
    EXPECT_EQ(status["level"], "unverified");
    EXPECT_TRUE(fleet.until_trusted()) << fleet.logs();
}

}  // namespace
}  // namespace anchor::whole
