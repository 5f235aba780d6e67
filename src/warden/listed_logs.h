// SPDX-License-Identifier: Apache-2.0
#pragma once

// ListedLogs: the logs that configuration names, and no other file.

#include <map>
#include <string>

#include <anchor/core/log_opener.h>

namespace anchor::warden {

class ListedLogs final : public LogOpener {
public:
    using Paths = std::map<std::string, std::string, std::less<>>;  ///< by name
    explicit ListedLogs(Paths paths) : paths_(std::move(paths)) {}

    /// For reading only. Denied where the name is not in the list, or what stands at its path is no plain file or a link;
    /// a link to a plain file beside it is accepted.
    Result<UniqueFd> open(std::string_view log) override;

private:
    Paths paths_;
};

}  // namespace anchor::warden
