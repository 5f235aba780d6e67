// SPDX-License-Identifier: Apache-2.0
#pragma once

// ProcessLock: what only one process does at a time. The system takes the lock back when the process ends, however it ends, so that
// nothing has to be cleaned up and nobody has to be asked whether the other one still lives. For processes of one machine.

#include <optional>
#include <string>

#include <anchor/base/result.h>
#include <anchor/base/unique_fd.h>

namespace anchor::registryd {

class ProcessLock {
public:
    /// Nothing where another process has it, or this one already. Errors of the system.
    [[nodiscard]] static Result<std::optional<ProcessLock>> take(const std::string& path);

private:
    explicit ProcessLock(UniqueFd file) : file_(std::move(file)) {}

    UniqueFd file_;
};

}  // namespace anchor::registryd
