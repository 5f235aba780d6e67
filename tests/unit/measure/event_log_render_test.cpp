// SPDX-License-Identifier: Apache-2.0
#include <anchor/measure/event_log_render.h>

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include <anchor/base/json.h>

#include "boot_vectors.h"
#include "event_log_builder.h"

namespace anchor::measure {
namespace {

using testing::Test;

std::string text_of(const std::string& path) {
    const Bytes octets = octets_of(path);
    return std::string(as_text(octets));
}

/// tpm2_eventlog prints the old form without "- EventNum", which is no valid YAML; ours has it.
std::string without_numbers(const std::string& yaml) {
    std::istringstream lines(yaml);
    std::string kept;
    for (std::string line; std::getline(lines, line);) {
        if (!line.starts_with("- EventNum:")) kept += line + "\n";
    }
    return kept;
}

class RenderedYaml : public testing::TestWithParam<const char*> {};

TEST_P(RenderedYaml, IsThatOfTpm2Eventlog) {
    const std::string path = foreign_vector(std::string(GetParam()) + ".bin");
    if (path.empty()) GTEST_SKIP() << "eventlog/" << GetParam() << ".bin is not on this machine";
    const Bytes octets = octets_of(path);
    const std::string expected = text_of(foreign_vector(std::string(GetParam()) + ".expected.yaml"));
    const EventLog log = parse_event_log(octets);
    ASSERT_FALSE(log.problem()) << log.problem()->what;
    const unsigned version = expected.find("version: 2") != std::string::npos ? 2 : 1;

    const std::string yaml = render_event_log_yaml(log, {version, false});

    EXPECT_EQ(log.form() == EventLogForm::Sha1 ? without_numbers(yaml) : yaml, expected);
}

INSTANTIATE_TEST_SUITE_P(Foreign, RenderedYaml,
                         testing::Values("event-arch-linux", "event-bootorder", "event-sd-boot-fedora37", "event-uefi-sha1-log"),
                         [](const auto& suite) {
                             std::string name = suite.param;
                             std::ranges::replace(name, '-', '_');
                             return name;
                         });

}  // namespace
}  // namespace anchor::measure
