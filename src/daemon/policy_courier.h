// SPDX-License-Identifier: Apache-2.0
#pragma once

// PolicyCourier: brings what lies in policy.d to the agent, at the start, after SIGHUP and when the folder changed. On the loop
// thread; what is wrong is logged once for each state of the folder.

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include <anchor/agent/parts.h>

#include "local_policies.h"

namespace anchor::daemon {

class PolicyCourier {
public:
    struct Receiver {
        std::function<Result<void>(std::string_view)> import;        ///< a signed document, through the gate
        std::function<void(std::vector<std::string>)> use_unsigned;  ///< all of them, in place of those before
        std::function<void(agent::Severity, const std::string&)> log;
    };

    /// `in_force` are the unsigned ones that the receiver has already.
    PolicyCourier(LocalPolicies folder, Receiver receiver, std::vector<std::string> in_force = {})
        : folder_(std::move(folder)), receiver_(std::move(receiver)), in_force_(std::move(in_force)) {}

    /// Reads the folder and brings all of it.
    void bring();
    /// The same where the folder changed; and what could not be brought yet (a device that has not enrolled judges no document) is
    /// tried again. For every tick.
    void look();

private:
    void offer();

    LocalPolicies folder_;
    Receiver receiver_;
    std::vector<std::string> in_force_;
    std::vector<LocalPolicies::SignedFile> waiting_;
};

}  // namespace anchor::daemon
