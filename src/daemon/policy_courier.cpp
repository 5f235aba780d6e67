// SPDX-License-Identifier: Apache-2.0
#include "policy_courier.h"

#include <utility>

namespace anchor::daemon {

void PolicyCourier::bring() {
    for (const std::string& complaint : folder_.read()) receiver_.log(agent::Severity::Error, "policy: " + complaint);
    if (auto texts = folder_.unsigned_texts(); texts != in_force_) {
        in_force_ = texts;
        receiver_.use_unsigned(std::move(texts));
    }
    waiting_ = folder_.signed_files();
    offer();
}

void PolicyCourier::look() {
    if (folder_.changed()) return bring();
    offer();
}

void PolicyCourier::offer() {
    for (LocalPolicies::SignedFile& file : std::exchange(waiting_, {})) {
        const auto taken = receiver_.import(file.text);
        if (taken) continue;
        if (taken.error().kind == ErrorKind::Unavailable)
            waiting_.push_back(std::move(file));
        else
            receiver_.log(agent::Severity::Error, "policy: " + file.file + " is refused: " + taken.error().what);
    }
}

}  // namespace anchor::daemon
