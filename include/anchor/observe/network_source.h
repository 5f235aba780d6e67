// SPDX-License-Identifier: Apache-2.0
#pragma once

// The claims net.*: interfaces, default gateway, forwarding and listening sockets of this network name space, read from
// /proc and /sys below a root. Nothing is sent.

#include <string>

#include <anchor/core/claim_source.h>

namespace anchor::observe {

class NetworkSource final : public ClaimSource {
public:
    explicit NetworkSource(std::string root = "") : root_(std::move(root)) {}
    [[nodiscard]] std::string_view name() const noexcept override { return "network"; }
    void collect(SteadyTime now, Claims& into) override;

private:
    std::string root_;
};

}  // namespace anchor::observe
