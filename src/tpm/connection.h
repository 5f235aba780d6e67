// SPDX-License-Identifier: Apache-2.0
#pragma once

// Connection: a channel and the keys loaded through it. It goes as one when the channel is lost.

#include "key_ring.h"

namespace anchor::tpm {

class Connection {
public:
    /// Unavailable: there is no TPM, or it does not answer.
    [[nodiscard]] static Result<std::unique_ptr<Connection>> open(const DeviceSettings& settings, std::optional<Bytes>& pinned);

    [[nodiscard]] Channel& channel() noexcept { return *channel_; }
    [[nodiscard]] KeyRing& keys() noexcept { return keys_; }

private:
    Connection(std::unique_ptr<Channel> channel, KeyAlg storage_root, std::optional<Bytes>& pinned)
        : channel_(std::move(channel)), keys_(*channel_, storage_root, pinned) {}

    std::unique_ptr<Channel> channel_;
    KeyRing keys_;  // flushes through the channel, so it goes first
};

/// Device::run() of a unit that gives a value.
template <class T, class Unit>
[[nodiscard]] Result<T> ask(Device& device, Unit&& unit) {
    std::optional<T> value;
    ANCHOR_RETURN_IF_ERROR(device.run([&](Connection& connection) -> Result<void> {
        ANCHOR_ASSIGN_OR_RETURN(value, unit(connection));
        return {};
    }));
    return std::move(*value);
}

}  // namespace anchor::tpm
