// SPDX-License-Identifier: Apache-2.0
#pragma once

// EnforcerGroup: several enforcers as one. One that fails never keeps the others from doing their part.

#include <memory>
#include <string>
#include <vector>

#include <anchor/core/enforcer.h>

namespace anchor::enforce {

class EnforcerGroup final : public Enforcer {
public:
    /// They act in the order in which they were added; the name stands before their errors.
    void add(std::string name, std::unique_ptr<Enforcer> enforcer);

    /// Tells every member, and then of all that failed. Unavailable where trying again may help one of them, otherwise the
    /// kind of the first failure.
    Result<void> apply(const Enforcement& wish) override;

private:
    struct Member {
        std::string name;
        std::unique_ptr<Enforcer> enforcer;
    };
    std::vector<Member> members_;
};

}  // namespace anchor::enforce
