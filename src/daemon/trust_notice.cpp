// SPDX-License-Identifier: Apache-2.0
#include "trust_notice.h"

#include <anchor/base/file.h>
#include <anchor/enforce/trust_file.h>

namespace anchor::daemon {
namespace {

constexpr std::size_t kMaxTrustFile = std::size_t{256} << 10U;

}  // namespace

TrustNotice::TrustNotice(const std::string& folder, Enforcer& next, Log log)
    : trust_file_(folder + "/trust.json"), next_(next), log_(std::move(log)) {
    files_.add("trust file", std::make_unique<enforce::TrustFile>(trust_file_));
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

std::optional<Enforcement> TrustNotice::told_before() const {
    const auto text = read_text_file(trust_file_, kMaxTrustFile);
    auto told = text ? enforce::enforcement_from(*text) : Result<Enforcement>(text.error());
    return told ? std::optional(std::move(*told)) : std::nullopt;
}

void TrustNotice::write() {
    const auto written = files_.apply(wish_);
    const std::string failure = written ? "" : written.error().what;
    if (!failure.empty() && failure != last_failure_) log_(agent::Severity::Warning, "the level is not told in files: " + failure);
    if (failure.empty() && !last_failure_.empty()) log_(agent::Severity::Info, "the level is told in files again");
    last_failure_ = failure;
}

}  // namespace anchor::daemon
