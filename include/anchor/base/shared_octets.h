// SPDX-License-Identifier: Apache-2.0
#pragma once

// SharedOctets: octets that several hold and nobody changes, wherever they are: in memory or in a mapped file. Copying copies
// no octet; they stay where they are as long as any copy lives.

#include <memory>

#include <anchor/base/bytes.h>

namespace anchor {

class SharedOctets {
public:
    SharedOctets() = default;
    explicit SharedOctets(Bytes octets) {
        const auto owned = std::make_shared<const Bytes>(std::move(octets));
        view_ = *owned;
        owner_ = owned;
    }
    /// Octets that live as long as their owner.
    SharedOctets(std::shared_ptr<const void> owner, ByteView view) noexcept : owner_(std::move(owner)), view_(view) {}

    [[nodiscard]] ByteView view() const noexcept { return view_; }
    [[nodiscard]] std::size_t size() const noexcept { return view_.size(); }

private:
    std::shared_ptr<const void> owner_;
    ByteView view_;
};

}  // namespace anchor
