// SPDX-License-Identifier: Apache-2.0
#pragma once

// MeasuredDevice: a registry, its two brokers and a device beside a test, all of them the real programs. The device's TPM has measured the
// recorded boot of a real machine, and as much of that machine's IMA list as the test wants.

#include <string>
#include <vector>

#include <anchor/base/bytes.h>
#include <anchor/core/pcr.h>
#include <parts/command.h>
#include <parts/scratch.h>
#include <parts/swtpm.h>

namespace anchor::ima {

class MeasuredDevice {
public:
    /// Whether this machine has all that it takes.
    [[nodiscard]] static bool available();

    /// The firmware measured; the list is still empty.
    [[nodiscard]] Result<void> boot();
    /// As the kernel does it: into the list, then into PCR 10. `entries` are whole entries of the binary list.
    [[nodiscard]] Result<void> measure(const Bytes& entries);
    /// Only the list, or only the register: what no kernel does.
    void write_list(ByteView list) const;
    [[nodiscard]] Result<void> extend(const Bytes& entries) const;

    /// A registry with this policy and these reference values, both as JSON, and the table that they name.
    [[nodiscard]] Result<void> start_registry(const std::string& policy, const std::string& reference, ByteView table);
    [[nodiscard]] Result<void> start_device();
    void stop_device() { device_.terminate(); }

    /// Reference values of what this device has measured until now, made by anchorctl and published by the registry.
    [[nodiscard]] Result<void> accept_what_was_measured() const;
    /// The tables that the registry publishes, and those that the device has fetched, by name.
    [[nodiscard]] std::vector<std::string> published() const { return files_in("registry/blobs"); }
    [[nodiscard]] std::vector<std::string> fetched() const { return files_in("state/blobs"); }
    /// Waits until so many are published; empty where they are.
    [[nodiscard]] std::string wait_for_tables(std::size_t count) const;
    /// As if everything published had been put there long ago; the registry starts anew.
    [[nodiscard]] Result<void> let_the_registry_age();

    /// Waits until the daemon's status, as JSON without white space between its members, has all of these texts; empty where it
    /// does, the last status otherwise.
    [[nodiscard]] std::string wait_for(const std::vector<std::string>& texts) const;
    /// What the registry says about its only device, without any white space, likewise.
    [[nodiscard]] std::string wait_for_registry(const std::string& text) const;

    [[nodiscard]] const Bytes& list() const noexcept { return list_; }
    /// The firmware's registers as reference values: the member "pcrs".
    [[nodiscard]] std::string registers() const { return registers_; }
    [[nodiscard]] std::string logs() const;

private:
    [[nodiscard]] Result<void> extend_all(std::vector<std::string> specs) const;
    [[nodiscard]] parts::CommandResult registry(std::vector<std::string> words) const;
    [[nodiscard]] std::vector<std::string> files_in(const std::string& folder) const;
    [[nodiscard]] Result<void> serve();
    [[nodiscard]] Result<void> run_registry(const std::vector<std::string>& words) const;

    parts::Scratch files_{"measured"};
    std::unique_ptr<parts::Swtpm> tpm_;
    std::string registers_;
    Bytes list_;
    parts::Process fleet_broker_;
    parts::Process enroll_broker_;
    parts::Process registry_;
    parts::Process device_;
};

}  // namespace anchor::ima
