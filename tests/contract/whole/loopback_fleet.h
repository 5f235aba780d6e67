// SPDX-License-Identifier: Apache-2.0
#pragma once

// LoopbackFleet: one device and its registry as the real programs, with a TPM whose maker vouches for it and the two brokers, in
// folders that go with them.

#include <functional>
#include <memory>

#include <anchor/control/client.h>
#include <parts/mosquitto.h>
#include <parts/swtpm.h>

namespace anchor::whole {

class LoopbackFleet {
public:
    [[nodiscard]] static bool available();
    /// Everything is made, and all runs but the device. Unavailable, with the output of what failed.
    [[nodiscard]] static Result<std::unique_ptr<LoopbackFleet>> start();

    [[nodiscard]] parts::Swtpm& tpm() noexcept { return *tpm_; }
    [[nodiscard]] parts::Mosquitto& broker() noexcept { return *broker_; }
    [[nodiscard]] parts::Mosquitto& enroll_broker() noexcept { return *enroll_broker_; }

    [[nodiscard]] Result<void> start_device(const parts::Environment& environment = {});
    void stop_device() { device_.terminate(); }
    void kill_device() noexcept { device_.kill(); }
    /// As a device whose wall clock shows that time; the kernel may say that it is right.
    enum class Synchronised : std::uint8_t { No, Yes };
    [[nodiscard]] Result<void> start_device_at(WallTime time, Synchronised synchronised = Synchronised::No);
    /// One act of anchor-registry, to its end.
    [[nodiscard]] parts::CommandResult registry(const parts::Arguments& words) const;
    [[nodiscard]] Result<void> start_registry() { return start_registry_in("registry"); }
    /// Another registry of the same tenant's name and places, with keys and roots of its own.
    [[nodiscard]] Result<void> make_foreign_registry(const std::string& folder) const;
    /// Takes the place of the one that runs.
    [[nodiscard]] Result<void> start_registry_in(const std::string& folder);
    /// The enrolment broker: devices find ours there, but what sits behind it is the registry in that folder.
    [[nodiscard]] Result<void> start_enroll_broker(const std::string& registry_behind);
    /// Registry and brokers are those of that folder from now on, at the same places.
    [[nodiscard]] Result<void> move_to(const std::string& folder);
    /// SIGKILL.
    void kill_registry() noexcept { registry_.kill(); }
    [[nodiscard]] parts::CommandResult ctl(const parts::Arguments& words) const;

    /// What the device says of itself; an empty object while it does not.
    [[nodiscard]] Json status() const;
    [[nodiscard]] std::string level() const { return status().value("level", ""); }
    [[nodiscard]] std::string device_id() const;
    [[nodiscard]] bool connected() const;
    /// False where the condition is not met within a minute.
    [[nodiscard]] static bool until(const std::function<bool()>& condition);
    /// Until the device is trusted, by its own word and by the registry's, and connected to the fleet.
    [[nodiscard]] bool until_trusted() const;

    [[nodiscard]] std::string path(const std::string& name) const { return files_.path(name); }
    [[nodiscard]] std::string device_log() const;
    /// The logs of all, for an assertion that fails.
    [[nodiscard]] std::string logs() const;

private:
    LoopbackFleet() = default;
    [[nodiscard]] Result<void> make_registry();
    [[nodiscard]] parts::Arguments init_words() const;
    [[nodiscard]] Result<void> make_documents();
    [[nodiscard]] Result<void> start_brokers();
    [[nodiscard]] Result<void> done(const parts::CommandResult& result) const;

    parts::Scratch files_{"whole"};
    std::unique_ptr<parts::Swtpm> tpm_;
    std::unique_ptr<parts::Mosquitto> broker_;
    std::unique_ptr<parts::Mosquitto> enroll_broker_;
    std::uint16_t fleet_port_ = 0;
    std::uint16_t enroll_port_ = 0;
    std::uint16_t registry_port_ = 0;
    parts::Process registry_;
    parts::Process device_;
};

}  // namespace anchor::whole
