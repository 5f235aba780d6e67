// SPDX-License-Identifier: Apache-2.0
#include <anchor/tpm/device.h>

#include <mutex>

#include "capability.h"
#include "connection.h"

namespace anchor::tpm {

Result<std::unique_ptr<Connection>> Connection::open(const DeviceSettings& settings, std::optional<Bytes>& pinned) {
    ANCHOR_ASSIGN_OR_RETURN(auto channel, Channel::open(settings.tcti, settings.patience));
    ANCHOR_RETURN_IF_ERROR(channel->set_hierarchy_auth(ESYS_TR_RH_OWNER, settings.owner_auth));
    ANCHOR_RETURN_IF_ERROR(channel->set_hierarchy_auth(ESYS_TR_RH_ENDORSEMENT, settings.endorsement_auth));
    return std::unique_ptr<Connection>(new Connection(std::move(channel), settings.storage_root, pinned));
}

struct Device::State {
    DeviceSettings settings;
    std::mutex lock;                         // guards all below
    std::optional<Bytes> pinned;             // outlives the connection, which refers to it
    std::unique_ptr<Connection> connection;  // none before the first use and after a loss
};

Device::Device(DeviceSettings settings) : state_(std::make_unique<State>()) {
    state_->pinned = settings.storage_root_name;
    state_->settings = std::move(settings);
}

Device::~Device() = default;

std::shared_ptr<Device> Device::at(DeviceSettings settings) { return std::shared_ptr<Device>(new Device(std::move(settings))); }

Result<void> Device::run(const std::function<Result<void>(Connection&)>& unit) {
    const std::lock_guard guard(state_->lock);
    for (int tries_left = 1;; --tries_left) {
        if (!state_->connection) {
            ANCHOR_ASSIGN_OR_RETURN(state_->connection, Connection::open(state_->settings, state_->pinned));
        }
        auto result = unit(*state_->connection);
        if (!state_->connection->channel().lost()) return result;
        state_->connection.reset();
        if (result) return result;
        if (tries_left == 0) return unavailable("the TPM was lost: " + result.error().what, result.error().native);
    }
}

Result<Properties> Device::properties() {
    return ask<Properties>(*this, [](Connection& connection) { return read_properties(connection.channel()); });
}

Result<TimeInfo> Device::time() {
    return ask<TimeInfo>(*this, [](Connection& connection) { return read_clock(connection.channel()); });
}

Result<PcrValues> Device::pcrs(const std::vector<PcrSelection>& selections) {
    return ask<PcrValues>(*this, [&](Connection& connection) { return read_pcrs(connection.channel(), selections); });
}

Result<PcrValues> Device::all_pcrs() {
    return ask<PcrValues>(*this, [](Connection& connection) -> Result<PcrValues> {
        ANCHOR_ASSIGN_OR_RETURN(const auto banks, read_banks(connection.channel()));
        return read_pcrs(connection.channel(), banks);
    });
}

Result<Bytes> Device::storage_root_name() {
    return ask<Bytes>(*this, [](Connection& connection) -> Result<Bytes> {
        ANCHOR_ASSIGN_OR_RETURN(const Primary root, connection.keys().storage_root());
        return tpmwire::name_of(root.area);
    });
}

void Device::pin_storage_root(std::optional<Bytes> name) {
    const std::lock_guard guard(state_->lock);
    state_->pinned = std::move(name);
}

}  // namespace anchor::tpm
