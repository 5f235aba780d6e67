// SPDX-License-Identifier: Apache-2.0
#pragma once

// ProcessLock: what only one process does at a time. The system takes the lock back when the process ends, however it ends, so that
// nothing has to be cleaned up and nobody has to be asked whether the other one still lives. For processes of one machine.

#include <optional>
#include <string>

#include <anchor/base/result.h>
#include <anchor/base/time.h>
#include <anchor/base/unique_fd.h>

namespace anchor::registryd {

class ProcessLock {
public:
    /// Nothing where another process has it, or this one already. Errors of the system.
    [[nodiscard]] static Result<std::optional<ProcessLock>> take(const std::string& path);
    /// For what is done in a moment. Unavailable where another has it for longer than that.
    [[nodiscard]] static Result<ProcessLock> wait(const std::string& path, Milliseconds patience);

private:
    explicit ProcessLock(UniqueFd file) : file_(std::move(file)) {}

    UniqueFd file_;
};

}  // namespace anchor::registryd
