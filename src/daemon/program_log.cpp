// SPDX-License-Identifier: Apache-2.0
#include "program_log.h"

#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>

namespace anchor::daemon {
namespace {

constexpr std::size_t kLongestLine = 4096;

char priority_of(spdlog::level::level_enum level) {
    switch (level) {
        case spdlog::level::critical:
        case spdlog::level::err: return '3';
        case spdlog::level::warn: return '4';
        case spdlog::level::info: return '6';
        default: return '7';
    }
}

// "<4>", syslog(3).
class PriorityFlag final : public spdlog::custom_flag_formatter {
public:
    void format(const spdlog::details::log_msg& message, const std::tm&, spdlog::memory_buf_t& into) override {
        for (const char c : {'<', priority_of(message.level), '>'}) into.push_back(c);
    }
    [[nodiscard]] std::unique_ptr<custom_flag_formatter> clone() const override { return std::make_unique<PriorityFlag>(); }
};

spdlog::level::level_enum least_of(LogLevel level) {
    switch (level) {
        case LogLevel::Debug: return spdlog::level::debug;
        case LogLevel::Info: return spdlog::level::info;
        case LogLevel::Warning: return spdlog::level::warn;
        case LogLevel::Error: return spdlog::level::err;
    }
    return spdlog::level::info;
}

}  // namespace

LogForm log_form_of_surroundings() {
    const char* stream = std::getenv("JOURNAL_STREAM");
    struct stat own {};
    if (stream == nullptr || ::fstat(STDERR_FILENO, &own) != 0) return LogForm::Text;
    // The variable is inherited by programs whose output was redirected since: device and inode tell.
    const std::string here = std::to_string(own.st_dev) + ":" + std::to_string(own.st_ino);
    return here == stream ? LogForm::Journal : LogForm::Text;
}

void open_log(LogForm form, LogLevel least) {
    auto logger = std::make_shared<spdlog::logger>("anchord", std::make_shared<spdlog::sinks::stderr_sink_st>());
    auto formatter = std::make_unique<spdlog::pattern_formatter>();
    if (form == LogForm::Journal) {
        formatter->add_flag<PriorityFlag>('P').set_pattern("%P%v");
    } else {
        formatter->set_pattern("%Y-%m-%d %H:%M:%S.%e %l: %v");
    }
    logger->set_formatter(std::move(formatter));
    logger->set_level(least_of(least));
    spdlog::set_default_logger(std::move(logger));
}

void log(agent::Severity severity, std::string_view text) {
    const std::string line = one_line(text);
    switch (severity) {
        case agent::Severity::Info: return spdlog::info("{}", line);
        case agent::Severity::Warning: return spdlog::warn("{}", line);
        case agent::Severity::Error: return spdlog::error("{}", line);
    }
}

std::string one_line(std::string_view text) {
    std::string line(text.substr(0, kLongestLine));
    std::ranges::replace_if(
        line, [](unsigned char c) { return c < 0x20 || c == 0x7F; }, ' ');
    return line;
}

}  // namespace anchor::daemon
