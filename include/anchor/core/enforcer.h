// SPDX-License-Identifier: Apache-2.0
#pragma once

// Enforcer: makes a level felt on this machine.

#include <string>
#include <vector>

#include <anchor/base/result.h>
#include <anchor/core/level.h>

namespace anchor {

/// The whole wish, never a difference: carrying it out twice is carrying it out once.
struct Enforcement {
    Level level = Level::Unverified;
    std::vector<std::string> allow;    ///< names of the policy's access table that are open at this level
    std::vector<std::string> respond;  ///< responses that the policy asks for at this level
    friend bool operator==(const Enforcement&, const Enforcement&) = default;
};

class Enforcer {
public:
    virtual ~Enforcer() = default;
    /// Unavailable: try again; the wish stands until a newer one replaces it.
    [[nodiscard]] virtual Result<void> apply(const Enforcement& wish) = 0;
};

}  // namespace anchor
