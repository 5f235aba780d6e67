// SPDX-License-Identifier: Apache-2.0
#include "trust_notice.h"

#include <anchor/enforce/trust_file.h>

namespace anchor::daemon {

TrustNotice::TrustNotice(const std::string& folder, Enforcer& next, Log log) : next_(next), log_(std::move(log)) {
    files_.add("trust file", std::make_unique<enforce::TrustFile>(folder + "/trust.json"));
    files_.add("metrics", std::make_unique<enforce::MetricsFile>(folder + "/metrics.prom"));
}

Result<void> TrustNotice::apply(const Enforcement& wish) {
    wish_ = wish;
    write();
    return next_.apply(wish);
}

void TrustNotice::retry() {
    if (!last_failure_.empty()) write();
}

void TrustNotice::write() {
    const auto written = files_.apply(wish_);
    const std::string failure = written ? "" : written.error().what;
    if (!failure.empty() && failure != last_failure_) log_(agent::Severity::Warning, "the level is not told in files: " + failure);
    if (failure.empty() && !last_failure_.empty()) log_(agent::Severity::Info, "the level is told in files again");
    last_failure_ = failure;
}

}  // namespace anchor::daemon
