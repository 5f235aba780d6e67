// SPDX-License-Identifier: Apache-2.0
#pragma once

// Running a foreign program in a test: to its end, with its output, or beside the test until it is stopped. No shell is
// involved. What was started dies with the test, also when the test crashes.

#include <sys/types.h>

#include <chrono>
#include <string>
#include <vector>

#include <anchor/base/result.h>

namespace anchor::parts {

using Arguments = std::vector<std::string>;
/// "NAME=value", added to the environment of the test.
using Environment = std::vector<std::string>;

struct CommandResult {
    int exit_code = -1;  ///< 128 + the signal where one ended it
    std::string output;  ///< standard output and standard error, interleaved

    [[nodiscard]] bool ok() const noexcept { return exit_code == 0; }
};

/// Whether the program is on PATH.
[[nodiscard]] bool on_path(const std::string& program);
/// Runs to the end. Exit code 124 where the deadline passed; the program is killed then.
[[nodiscard]] CommandResult run(const Arguments& command, const Environment& environment = {},
                                std::chrono::milliseconds deadline = std::chrono::seconds(60));

/// A program beside the test.
class Process {
public:
    Process() = default;
    /// Its output goes to the file. Unavailable where it can't be started.
    [[nodiscard]] static Result<Process> start(const Arguments& command, const std::string& output_file,
                                               const Environment& environment = {});
    Process(const Process&) = delete;
    Process& operator=(const Process&) = delete;
    Process(Process&& other) noexcept;
    Process& operator=(Process&& other) noexcept;
    ~Process() { kill(); }

    [[nodiscard]] pid_t pid() const noexcept { return pid_; }
    [[nodiscard]] bool running();
    /// SIGKILL, and waits for its end: what a power cut is for a program.
    void kill() noexcept;
    /// SIGTERM, and waits for its end; SIGKILL after five seconds.
    void terminate();

private:
    explicit Process(pid_t pid) noexcept : pid_(pid) {}
    pid_t pid_ = -1;
};

}  // namespace anchor::parts
