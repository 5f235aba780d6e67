// SPDX-License-Identifier: Apache-2.0
#include <anchor/enforce/systemd_targets.h>

#include <anchor/enforce/child.h>

namespace anchor::enforce {

Result<void> SystemdTargets::apply(const Enforcement& wish) {
    const std::string target = "anchord-" + std::string(to_string(wish.level)) + ".target";
    // Not waiting: a unit of the owner's that starts for minutes must not keep the next tightening from being heard.
    return run_child({systemctl_, "--no-ask-password", "--no-block", "start", target}, {}, deadline_);
}

}  // namespace anchor::enforce
