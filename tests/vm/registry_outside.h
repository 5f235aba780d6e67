// SPDX-License-Identifier: Apache-2.0
#pragma once

// RegistryOutside: the owner's side of the fleet as the real programs on this machine, its brokers on loopback. The virtual machine
// reaches them as localhost: its /etc/hosts leads to the address under which QEMU gives it this machine's loopback.

#include <memory>

#include <anchor/base/json.h>
#include <parts/mosquitto.h>

namespace anchor::vm {

class RegistryOutside {
public:
    [[nodiscard]] static bool available() { return parts::Mosquitto::available(); }
    /// Made, with a policy that asks for a replaying log, accepted registers and a clean IMA list, and running. Unavailable, with the
    /// output of what failed.
    [[nodiscard]] static Result<std::unique_ptr<RegistryOutside>> start();

    /// What a device needs to enrol.
    [[nodiscard]] Bytes claim_bundle() const { return scratch_.read("registry/claim-first.json"); }
    /// Puts reference values in force: the document that `anchorctl reference make` wrote, and the table beside it.
    [[nodiscard]] Result<void> accept(const std::string& reference) const;
    /// All that the registry knows of the device, once it has judged it to have this level and says `why` in the findings (at an enrolment
    /// it judges registers without a log, and has less to say). Unavailable, with what it knows instead, where it does not within some
    /// minutes.
    [[nodiscard]] Result<Json> device_at(const std::string& level, const std::string& why = "") const;

private:
    RegistryOutside() : scratch_("registry") {}
    [[nodiscard]] parts::CommandResult act(const parts::Arguments& words) const;
    [[nodiscard]] Result<Json> only_device() const;
    [[nodiscard]] Result<Json> told(const parts::Arguments& words) const;

    parts::Scratch scratch_;  // outlives the processes that write into it
    std::unique_ptr<parts::Mosquitto> broker_;
    std::unique_ptr<parts::Mosquitto> enroll_broker_;
    parts::Process registry_;
};

}  // namespace anchor::vm
