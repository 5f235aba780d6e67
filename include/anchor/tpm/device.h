// SPDX-License-Identifier: Apache-2.0
#pragma once

// Device: one TPM, and the one object of this house with a lock. It connects when it is first used and again after every
// loss, so that it may be made before the TPM answers. What it says is trusted as far as a TPM on this machine is: a
// Verifier elsewhere believes only what the AK signs.

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <anchor/base/secret_bytes.h>
#include <anchor/base/time.h>
#include <anchor/core/pcr.h>
#include <anchor/tpmwire/attestation.h>

namespace anchor::tpm {

class Connection;

struct DeviceSettings {
    /// "device:/dev/tpmrm0", "swtpm:path=/run/tpm.sock": TCTI and its configuration.
    std::string tcti = "device:/dev/tpmrm0";
    /// How long one command may go on asking a busy TPM. Other users of the device wait meanwhile.
    Milliseconds patience{10'000};
    /// Passwords of the owner and endorsement hierarchies; empty on most devices, and no configuration of ours sets one. Making the
    /// storage root, from which sessions get their salt, sends the owner's in clear, and so does reading an index that is the owner's;
    /// using the EK and TPM2_GetTime send that of the endorsement hierarchy. Set them only where nobody listens on the TPM's bus.
    SecretBytes owner_auth;
    SecretBytes endorsement_auth;
    /// The algorithm of the storage root key. All keys of a device hang below one: it is chosen once.
    KeyAlg storage_root = KeyAlg::EcP256;
    /// Its Name, as storage_root_name() gave it when the device enrolled. Without one, the first answer counts.
    std::optional<Bytes> storage_root_name;
};

/// TPM2_PT_* (Part 2 §6.13), read for people and policies.
struct Properties {
    std::string manufacturer;            ///< TCG vendor id: "IFX", "STM", "IBM"
    std::string vendor;                  ///< the maker's own text
    std::string revision;                ///< of the specification: "1.59"
    std::uint64_t firmware_version = 0;  ///< as it is; unlike in attestations, not obfuscated
    std::uint32_t lockout_counter = 0;   ///< failed tries, Part 1 §19.8
    std::uint32_t lockout_limit = 0;     ///< as many lock it
    Seconds lockout_interval{0};         ///< one is forgiven after so long
    Seconds lockout_recovery{0};         ///< after a failed try of the lockout password itself
    bool in_lockout = false;
    bool owner_auth_set = false;
    bool endorsement_auth_set = false;
    bool lockout_auth_set = false;
    std::vector<KeyAlg> key_algs;         ///< those of this project that it can make
    std::vector<PcrSelection> pcr_banks;  ///< the registers that it really has
};

/// TPMS_TIME_INFO, Part 2 §10.11.6; counters as they are.
struct TimeInfo {
    std::uint64_t time = 0;  ///< milliseconds since the TPM was powered
    tpmwire::ClockInfo clock;
};

/// All functions may be called from any thread; they wait for each other. Errors of all: Unavailable: the TPM is not there,
/// busy for longer than the patience, in lockout, or lost and did not come back at once. Denied: a password is wrong or a
/// hierarchy disabled. Stale: the TPM was cleared or replaced since the storage root was pinned.
class Device {
public:
    [[nodiscard]] static std::shared_ptr<Device> at(DeviceSettings settings);
    ~Device();
    Device(const Device&) = delete;
    Device& operator=(const Device&) = delete;

    /// Denied: it does not tell one of them.
    [[nodiscard]] Result<Properties> properties();
    [[nodiscard]] Result<TimeInfo> time();
    /// Denied: a bank or register that the TPM does not have.
    [[nodiscard]] Result<PcrValues> pcrs(const std::vector<PcrSelection>& selections);
    /// Every register of every bank that this project knows.
    [[nodiscard]] Result<PcrValues> all_pcrs();

    /// The Name of the storage root key, to be stored beside the keys below it. It changes with TPM2_Clear
    /// (Part 3 §24.6) and from one TPM to another, and with nothing else.
    [[nodiscard]] Result<Bytes> storage_root_name();
    /// From now on only this storage root counts; without a Name, the next one that answers: what an enrolment begins with.
    void pin_storage_root(std::optional<Bytes> name);

    /// For this module: runs a unit of commands that nothing may come between. Where it fails because the
    /// connection or a handle was lost, it runs once more on a new connection, from its beginning.
    [[nodiscard]] Result<void> run(const std::function<Result<void>(Connection&)>& unit);

private:
    explicit Device(DeviceSettings settings);
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace anchor::tpm
