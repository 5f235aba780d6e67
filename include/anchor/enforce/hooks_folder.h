// SPDX-License-Identifier: Apache-2.0
#pragma once

// HooksFolder: runs the owner's own programs when the wish changes, each with the level as its argument. They run with
// the rights of this process: only a folder and files that nobody else can change are accepted.

#include <sys/types.h>

#include <optional>
#include <string>
#include <vector>

#include <anchor/base/time.h>
#include <anchor/core/enforcer.h>

namespace anchor::enforce {

struct HookLimits {
    Milliseconds each = Seconds(5);
    Milliseconds all = Seconds(20);
    std::size_t most = 32;
};

class HooksFolder final : public Enforcer {
public:
    /// `owner` must own the folder and its files: root, but for tests.
    explicit HooksFolder(std::string folder, HookLimits limits = {}, uid_t owner = 0)
        : folder_(std::move(folder)), limits_(limits), owner_(owner) {}

    /// Runs every executable whose name is of letters, digits, "-" and "_", in the order of their names, with the level as
    /// argument and ANCHORD_ALLOW and ANCHORD_RESPOND (names, one space between) as environment. A wish that all hooks
    /// carried out is not told again. A folder that is missing holds no hooks. Denied: who else could have changed the
    /// folder or a hook. Unavailable: a hook failed or was too slow, and was killed; the others ran.
    Result<void> apply(const Enforcement& wish) override;

private:
    [[nodiscard]] Result<std::vector<std::string>> hooks() const;
    [[nodiscard]] Result<void> run(const std::string& hook, const Enforcement& wish, SteadyTime end) const;

    std::string folder_;
    HookLimits limits_;
    uid_t owner_;
    std::optional<Enforcement> done_;
};

}  // namespace anchor::enforce
