// SPDX-License-Identifier: Apache-2.0
#pragma once

// World: a device (with its disk, its TPM and one power over both), a broker that checks certificates as brokers do, and a registry with
// its store on a disk of its own. Time is turned by hand, for the device and for the rest of the world apart. Everything of the device but
// what its disk and its TPM hold goes with a restart.

#include <anchor/agent/agent.h>
#include <anchor/agent/device_state.h>
#include <anchor/link/disk_outbox.h>
#include <anchor/store/audit_log.h>
#include <anchor/store/sealed_state.h>
#include <fakes/fake_disk.h>
#include <fakes/memory_vfs.h>
#include <unit/registry/fleet.h>

namespace anchor::life {

class World {
public:
    World();

    /// The program starts on what the disk holds, at the time that its clock shows.
    void start();
    /// The power goes and comes back.
    void restart(bool torn = false);
    /// Time passes in steps of a tick, and everybody does what he has to.
    void run(Milliseconds time, Milliseconds step = std::chrono::seconds(30));
    /// Time passes until the device is as expect_whole() wants it, and one tick more; not for ever.
    void run_until_whole();
    /// Until nobody has anything to do at this moment.
    void pump();
    /// Enrolled, connected, and its standing acknowledged.
    void settle_in();

    /// A retained message: delivered now, and after every connect.
    void retain(const std::string& topic, const std::string& text);
    void publish_standing();
    void publish_policy();
    void publish_anchors();

    // What the device would find after a start.
    [[nodiscard]] agent::DeviceState remembered();
    [[nodiscard]] RootOfTrust& root() { return root_; }
    [[nodiscard]] registry::DeviceRecord record() { return fleet.record(*id); }
    [[nodiscard]] std::string serial_in_use() const;
    [[nodiscard]] std::string told() const;  ///< all that it logged
    [[nodiscard]] bool log_has(std::string_view text) const;
    /// Connected with the one identity that both sides know, and nothing that was acknowledged is forgotten.
    enum class Grants : std::uint8_t { AreAllUsed, MayBeLost };
    void expect_whole(Grants grants = Grants::AreAllUsed);

    struct Snapshot {
        fakes::FakeDisk::Image disk;
        std::map<std::uint32_t, std::uint64_t> counters;
        std::shared_ptr<const fakes::MemoryVfs::Image> registry;
        WallTime device_time{};
        WallTime world_time{};
        std::map<std::string, std::string> retained;
    };
    [[nodiscard]] Snapshot snapshot();
    void lay_in(const Snapshot& snapshot);
    /// As an operator does with a backup.
    void restore_registry(const Snapshot& snapshot);

    fakes::Power mains;  // of the registry, which never fails here
    fakes::MemoryVfs registry_disk{mains};
    fakes::Power power;
    fakes::FakeDisk disk{&power};
    std::shared_ptr<fakes::FakeTpm> tpm = std::make_shared<fakes::FakeTpm>();
    registry::Fleet fleet;
    std::optional<DeviceId> id;
    KeyAlg key_alg = KeyAlg::EcP256;
    bool new_keys = true;
    link::OutboxLimits outbox_limits;
    std::optional<Milliseconds> telemetry_every;
    fakes::FakeSource source;  ///< of claims
    bool broker_up = true;
    bool bundle_there = true;
    std::string refuse_serials_but;  ///< the broker lets in whoever has this certificate, and no other
    WallTime device_clock{};
    bool clock_synchronised = true;
    crypto::Validity broker_certificate{};
    std::map<std::string, std::string> retained;
    std::vector<std::string> log;
    std::size_t enrolments = 0;  ///< connections with the claim certificate

    // The device as it runs; made anew by start().
    std::unique_ptr<fakes::FakeDevice> device;
    std::unique_ptr<agent::Agent> agent;

private:
    [[nodiscard]] bool looks_whole();
    void attempt_to_connect();
    [[nodiscard]] Result<void> broker_lets_in();

    fakes::FakeRoot root_{tpm};
    std::unique_ptr<fakes::FakeCounter> counter_;
    std::unique_ptr<store::SealedState> state_;
    std::optional<store::AuditLog> audit_;
    std::optional<link::DiskOutbox> outbox_;
    std::size_t starts_seen_ = 0;
};

}  // namespace anchor::life
