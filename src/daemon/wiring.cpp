// SPDX-License-Identifier: Apache-2.0
#include "wiring.h"

#include <algorithm>
#include <asio/post.hpp>
#include <csignal>
#include <system_error>
#include <utility>

#include <anchor/identity/software_root.h>
#include <anchor/observe/kernel_source.h>
#include <anchor/observe/network_source.h>
#include <anchor/observe/time_source.h>

#include "program_log.h"
#include "program_version.h"
#include "tpm_claims.h"
#include "tpm_root.h"

namespace anchor::daemon {
namespace {

std::shared_ptr<tpm::Device> device_of(const TpmConfig& config) {
    if (config.software()) return nullptr;
    tpm::DeviceSettings settings;
    settings.tcti = config.tcti;
    return tpm::Device::at(std::move(settings));
}

std::optional<tpm::EsysCounter> counter_of(const std::shared_ptr<tpm::Device>& device, std::uint32_t index) {
    if (!device) return std::nullopt;
    return tpm::EsysCounter(device, index);
}

// How long the loop waits for the TPM's counter. Most answer within some ten milliseconds; whatever holds one up longer may last.
constexpr Milliseconds kCounterPatience{1'000};

MonotonicCounter* bounded(std::optional<tpm::EsysCounter>& counter, std::optional<BoundedCounter>& in_time) {
    return counter ? &in_time.emplace(*counter, kCounterPatience) : nullptr;
}

std::unique_ptr<RootOfTrust> root_of(const std::shared_ptr<tpm::Device>& device, const TpmConfig& config) {
    if (!device) return std::make_unique<identity::SoftwareRoot>();
    return std::make_unique<TpmRoot>(device, config.ak_alg, config.ek_profile == "auto" ? "" : config.ek_profile);
}

link::LinkSettings link_settings(const LinkConfig& config) {
    link::LinkSettings settings;
    settings.keep_alive = config.keep_alive;
    settings.backoff_first = config.backoff_first;
    settings.backoff_longest = config.backoff_longest;
    return settings;
}

void log_refused_audit(const Error& why) {
    log(agent::Severity::Error, "the audit log is not what was written, it is put aside and a new one begins: " + why.what);
}

}  // namespace

Result<std::unique_ptr<Wiring>> Wiring::build(const DaemonConfig& config, agent::AgentSettings settings) {
    ANCHOR_ASSIGN_OR_RETURN(auto disk, store::FolderDisk::open(config.state_dir));
    try {
        auto wiring = std::unique_ptr<Wiring>(new Wiring(config, std::move(settings), std::move(disk)));
        ANCHOR_ASSIGN_OR_RETURN(wiring->signals_, SignalMailbox::open(wiring->loop_));
        ANCHOR_RETURN_IF_ERROR(wiring->listen(config));
        return wiring;
    } catch (const std::system_error& error) {  // no descriptor or thread to be had
        return unavailable(error.what(), error.code().value());
    }
}

Wiring::Wiring(const DaemonConfig& config, agent::AgentSettings settings, std::unique_ptr<store::FolderDisk> disk)
    : disk_(std::move(disk)),
      audit_(*disk_, log_refused_audit),
      device_(device_of(config.tpm)),
      counter_(counter_of(device_, config.tpm.counter_index)),
      store_(*disk_, bounded(counter_, in_time_)),
      root_(root_of(device_, config.tpm)),
      telemetry_(board_, clock_, log, [this] { look_at_telemetry_soon(); }),
      boot_log_(config.attest.event_log, warden_),
      ima_list_(config.attest.ima_list, warden_),
      link_(loop_, link_settings(config.link)),
      worker_(loop_),
      warden_worker_(loop_),
      log_pieces_(worker_, boot_log_, ima_list_),
      courier_(warden_worker_, warden_, log),
      notices_(config.runtime_dir, courier_, log),
      policies_(LocalPolicies(config.policy_dir),
                {[this](std::string_view text) { return agent_->import(text); },
                 [this](std::vector<std::string> texts) { agent_->use_local_policies(std::move(texts)); }, log},
                settings.local_policies),
      interval_(std::min(settings.interval, notice_.watchdog().value_or(settings.interval * 2) / 2)),
      ticks_(loop_),
      wake_up_(loop_),
      telemetry_wake_up_(loop_) {
    settings.told_before = notices_.told_before();
    auto selections = settings.selections;
    std::vector<std::string> by_hand;
    if (config.attest.ima_table) by_hand.push_back(*config.attest.ima_table);
    if (auto shelf = store::FolderShelf::open(config.state_dir + "/blobs", std::move(by_hand)))
        shelf_ = std::move(shelf).value();
    else
        log(agent::Severity::Error, "blobs: " + shelf.error().what + "; tables of reference digests and revocation lists cannot be used");
    if (auto outbox = link::DiskOutbox::open(*disk_))
        outbox_ = std::move(outbox).value();
    else
        log(agent::Severity::Error, "outbox: " + outbox.error().what + "; reports are lost while there is no connection");
    agent_ = std::make_unique<agent::Agent>(parts(config.state_dir), std::move(settings));
    api_.emplace(loop_, *agent_, telemetry_, log_pieces_, std::move(selections), std::string(kProgramVersion));
}

Wiring::~Wiring() = default;

// Every source of claims of this daemon; a new one is a line here.
std::vector<ClaimSource*> Wiring::make_sources(const std::string& state_dir) {
    sources_.push_back(std::make_unique<TpmClaims>(device_, [this](const std::optional<Error>& why) { tpm_turned(why); }));
    sources_.push_back(std::make_unique<observe::KernelSource>());
    sources_.push_back(std::make_unique<observe::DiskSource>(state_dir));
    sources_.push_back(std::make_unique<observe::NetworkSource>());
    sources_.push_back(std::make_unique<observe::TimeSource>());
    std::vector<ClaimSource*> borrowed;
    for (const auto& source : sources_) borrowed.push_back(source.get());
    borrowed.push_back(&board_);
    return borrowed;
}

// Comes from the worker; the log belongs to the loop thread.
void Wiring::tpm_turned(const std::optional<Error>& why) {
    asio::post(loop_, [why] {
        if (why) return log(agent::Severity::Warning, "the TPM does not answer, it is tried again all the time: " + why->what);
        log(agent::Severity::Info, "the TPM answers again");
    });
}

agent::AgentParts Wiring::parts(const std::string& state_dir) {
    return {
        .clock = clock_,
        .worker = worker_,
        .root = *root_,
        .link = link_,
        .store = store_,
        .audit = audit_,
        .enforcer = &notices_,
        .outbox = outbox_ ? &*outbox_ : nullptr,
        .shelf = shelf_.get(),
        .ima_list = &ima_list_,
        .sources = make_sources(state_dir),
        .event_log = [this] { return boot_log_.read(); },
        .log = log,
        .changed =
            [this] {
                if (api_) api_->changed();
            },
        .policies_changed = [this](const policy::PolicySet& policies) { telemetry_.follow(policies); },
        .wake_at = [this](SteadyTime time) { wake_at(time); },
    };
}

Result<void> Wiring::listen(const DaemonConfig& config) {
    control::ServerSettings settings;
    settings.path = config.socket.path;
    settings.mode = config.socket.mode;
    settings.group = config.socket.group;
    settings.operators = config.socket.operators;
    settings.version = kProgramVersion;
    const auto handler = [this](const control::Call& call, const control::Responder& responder) { api_->answer(call, responder); };
    ANCHOR_ASSIGN_OR_RETURN(server_, control::Server::listen(loop_, std::move(settings), handler));
    return {};
}

void Wiring::run() {
    signals_->listen([this](int signal) { on_signal(signal); });
    agent_->start();
    policies_.bring();
    arm_tick();
    notice_.send("READY=1\nSTATUS=level " + std::string(to_string(agent_->trust().level)));
    log(agent::Severity::Info, "ready: anchord " + std::string(kProgramVersion));
    loop_.run();
}

void Wiring::tick() {
    courier_.retry();
    notices_.retry();
    policies_.look();
    agent_->tick();
    pulse_.tick();
}

void Wiring::beat() const { notice_.send("WATCHDOG=1\nSTATUS=level " + std::string(to_string(agent_->trust().level))); }

void Wiring::arm_tick() {
    ticks_.expires_after(interval_);
    ticks_.async_wait([this](const std::error_code& aborted) {
        if (aborted) return;
        tick();
        arm_tick();
    });
}

void Wiring::wake_at(SteadyTime time) {
    wake_up_.expires_after(std::max(time - clock_.steady(), Milliseconds(0)));
    wake_up_.async_wait([this](const std::error_code& aborted) {
        if (!aborted) agent_->tick();
    });
}

// Each look has the TPM sign: an application that puts a value every second must not keep it busy.
void Wiring::look_at_telemetry_soon() {
    constexpr Milliseconds kSoon{200};
    constexpr Milliseconds kEvery{5'000};
    if (std::exchange(telemetry_waits_, true)) return;
    const SteadyTime now = clock_.steady();
    const bool lately = telemetry_looked_ != SteadyTime::min() && now - telemetry_looked_ < kEvery;
    telemetry_wake_up_.expires_after(lately ? std::max(kSoon, kEvery - (now - telemetry_looked_)) : kSoon);
    telemetry_wake_up_.async_wait([this](const std::error_code& aborted) {
        if (aborted) return;
        telemetry_waits_ = false;
        telemetry_looked_ = clock_.steady();
        agent_->tick();
    });
}

void Wiring::on_signal(int signal) {
    if (signal != SIGHUP) return stop();
    log(agent::Severity::Info, "SIGHUP: policies are read anew; all other configuration is read at the start only");
    policies_.bring();
}

void Wiring::stop() {
    notice_.send("STOPPING=1");
    log(agent::Severity::Info, "stopping");
    server_.reset();
    agent_->stop();
    loop_.stop();
}

}  // namespace anchor::daemon
