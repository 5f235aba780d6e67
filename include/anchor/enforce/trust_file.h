// SPDX-License-Identifier: Apache-2.0
#pragma once

// TrustFile and MetricsFile: the level for programs that read files. Both are for information: who decides on access asks
// the agent's socket. A file is replaced in one step, so that no reader sees half of it, and only when it changes, so that
// its time is that of the last change.

#include <string>
#include <string_view>

#include <anchor/core/enforcer.h>

namespace anchor::enforce {

/// {"allow":[…],"level":"…","respond":[…]} and a newline.
[[nodiscard]] std::string trust_text(const Enforcement& wish);
/// Rejected: no text that trust_text() makes.
[[nodiscard]] Result<Enforcement> enforcement_from(std::string_view trust_text);
/// OpenMetrics 1.0, and the older text form of Prometheus too: gauges only.
[[nodiscard]] std::string metrics_text(const Enforcement& wish);

class TrustFile final : public Enforcer {
public:
    explicit TrustFile(std::string path) : path_(std::move(path)) {}
    Result<void> apply(const Enforcement& wish) override;

private:
    std::string path_;
};

class MetricsFile final : public Enforcer {
public:
    explicit MetricsFile(std::string path) : path_(std::move(path)) {}
    Result<void> apply(const Enforcement& wish) override;

private:
    std::string path_;
};

}  // namespace anchor::enforce
