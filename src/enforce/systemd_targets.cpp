// SPDX-License-Identifier: Apache-2.0
#include <anchor/enforce/systemd_targets.h>

#include <anchor/enforce/child.h>

namespace anchor::enforce {

Result<void> SystemdTargets::apply(const Enforcement& wish) {
    const std::string target = "anchord-" + std::string(to_string(wish.level)) + ".target";
    // Brought again, it is only looked at: starting it once more would also start what it wants and an operator, or a task that is done,
    // has stopped. A change asks nobody first.
    if (started_ == wish.level && run_child({systemctl_, "--quiet", "is-active", target}, {}, deadline_)) return {};
    started_.reset();
    // Not waiting: a unit of the owner's that starts for minutes must not keep the next tightening from being heard.
    ANCHOR_RETURN_IF_ERROR(run_child({systemctl_, "--no-ask-password", "--no-block", "start", target}, {}, deadline_));
    started_ = wish.level;
    return {};
}

}  // namespace anchor::enforce
