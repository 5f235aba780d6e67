// SPDX-License-Identifier: Apache-2.0
#pragma once

// Wiring: everything a daemon consists of, who knows whom, and in which order it goes. Nothing is judged here: what the agent
// sees as ports gets its real counterpart, and the loop turns until a signal ends it.

#include <asio/io_context.hpp>
#include <asio/steady_timer.hpp>
#include <memory>
#include <optional>
#include <vector>

#include <anchor/enforce/warden_client.h>
#include <anchor/link/disk_outbox.h>
#include <anchor/link/paho_link.h>
#include <anchor/store/folder_disk.h>
#include <anchor/store/folder_shelf.h>
#include <anchor/store/sealed_state.h>
#include <anchor/tpm/esys_counter.h>

#include "audit_trail.h"
#include "boot_log.h"
#include "bounded_counter.h"
#include "config.h"
#include "ima_list.h"
#include "local_api.h"
#include "policy_courier.h"
#include "pulse.h"
#include "service_notice.h"
#include "signal_mailbox.h"
#include "system_clock.h"
#include "telemetry.h"
#include "trust_notice.h"
#include "warden_courier.h"
#include "worker_thread.h"

namespace anchor::daemon {

class Wiring {
public:
    /// Opens what a daemon cannot be without: the state folder, the files that configuration names, the local socket. The TPM,
    /// the warden and the registry may come later. Denied: configuration or rights are not right.
    /// Unavailable: out of resources.
    [[nodiscard]] static Result<std::unique_ptr<Wiring>> build(const DaemonConfig& config, agent::AgentSettings settings);
    ~Wiring();
    Wiring(const Wiring&) = delete;
    Wiring& operator=(const Wiring&) = delete;

    /// Until SIGTERM or SIGINT. What has not ended by itself within the last grace (signal_mailbox.h) is cut off.
    void run();

private:
    Wiring(const DaemonConfig& config, agent::AgentSettings settings, std::unique_ptr<store::FolderDisk> disk);

    [[nodiscard]] std::vector<ClaimSource*> make_sources(const std::string& state_dir);
    [[nodiscard]] agent::AgentParts parts(const std::string& state_dir);
    [[nodiscard]] Result<void> listen(const DaemonConfig& config);

    void tick();
    void arm_tick();
    void wake_at(SteadyTime time);
    void look_at_telemetry_soon();
    void beat() const;
    void tpm_turned(const std::optional<Error>& why);
    void on_signal(int signal);
    void stop();

    // In the order in which they lean on each other. They go from the last to the first: at first what brings calls in, then the
    // threads, whose jobs look at what stands above them, then the agent, then what it was made of.
    asio::io_context loop_{1};
    SystemClock clock_;
    ServiceNotice notice_ = ServiceNotice::of_surroundings();
    std::unique_ptr<store::FolderDisk> disk_;
    AuditTrail audit_;
    std::optional<link::DiskOutbox> outbox_;   // none where the disk does not let it be read
    std::shared_ptr<tpm::Device> device_;      // none on a device with software keys
    std::optional<tpm::EsysCounter> counter_;  // the same
    std::optional<BoundedCounter> in_time_;    // the same, for the loop
    store::SealedState store_;
    std::unique_ptr<RootOfTrust> root_;
    observe::TelemetryBoard board_;
    Telemetry telemetry_;
    std::vector<std::unique_ptr<ClaimSource>> sources_;
    enforce::WardenClient warden_;
    BootLog boot_log_;
    ImaList ima_list_;
    std::unique_ptr<store::FolderShelf> shelf_;  // the worker's; none where its folder cannot be used
    std::unique_ptr<agent::Agent> agent_;        // made last, and above the threads: their jobs belong to it
    link::PahoLink link_;
    WorkerThread worker_;
    WorkerThread warden_worker_;
    LogPieces log_pieces_;
    WardenCourier courier_;
    TrustNotice notices_;
    PolicyCourier policies_;
    Pulse pulse_{worker_, clock_, [this] { beat(); }};
    std::optional<LocalApi> api_;
    std::unique_ptr<control::Server> server_;
    const Milliseconds interval_;
    asio::steady_timer ticks_;
    asio::steady_timer wake_up_;
    asio::steady_timer telemetry_wake_up_;
    bool telemetry_waits_ = false;
    SteadyTime telemetry_looked_ = SteadyTime::min();
    std::unique_ptr<SignalMailbox> signals_;
};

}  // namespace anchor::daemon
