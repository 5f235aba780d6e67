// SPDX-License-Identifier: Apache-2.0
#pragma once

// ClaimSource: looks at one part of the world and says what it saw.

#include <anchor/core/claim.h>

namespace anchor {

class ClaimSource {
public:
    virtual ~ClaimSource() = default;

    /// For the log and for people: "kernel", "network".
    [[nodiscard]] virtual std::string_view name() const noexcept = 0;
    /// Sets every claim this source is responsible for, as Unknown where it can't be observed. Never fails and
    /// returns within a second: one blind eye must not stop the others.
    virtual void collect(SteadyTime now, Claims& into) = 0;
};

}  // namespace anchor
