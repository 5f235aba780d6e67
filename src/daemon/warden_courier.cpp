// SPDX-License-Identifier: Apache-2.0
#include "warden_courier.h"

namespace anchor::daemon {

Result<void> WardenCourier::apply(const Enforcement& wish) {
    wish_ = wish;
    standing_ = true;
    newer_ = under_way_;
    if (!under_way_) send();
    return {};
}

void WardenCourier::retry() {
    if (under_way_ || !wish_) return;
    if (standing_ || now_() >= again_at_) send();
}

void WardenCourier::send() {
    under_way_ = true;
    newer_ = false;
    again_at_ = now_() + kAgainAfter;
    offload(
        worker_, [this, wish = *wish_] { return enforcer_.apply(wish); }, [this](const Result<void>& outcome) { returned(outcome); });
}

void WardenCourier::returned(const Result<void>& outcome) {
    under_way_ = false;
    const std::string failure = outcome ? "" : outcome.error().what;
    if (!failure.empty() && failure != last_failure_) log_(agent::Severity::Warning, "enforcement: " + failure);
    if (failure.empty() && !last_failure_.empty()) log_(agent::Severity::Info, "enforcement: carried out again");
    last_failure_ = failure;
    if (newer_) return send();
    standing_ = !outcome;
}

}  // namespace anchor::daemon
