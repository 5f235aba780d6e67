// SPDX-License-Identifier: Apache-2.0
#include "serve.h"

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <cstring>

#include <spdlog/spdlog.h>
#include <asio/io_context.hpp>
#include <asio/signal_set.hpp>
#include <asio/steady_timer.hpp>

#include <anchor/base/unique_fd.h>
#include <anchor/link/paho_link.h>
#include <anchor/registry/policy_judge.h>
#include <anchor/registry/service.h>
#include <anchor/store/folder_shelf.h>

#include "blob_tidying.h"
#include "broker_guard.h"
#include "worker.h"

namespace anchor::registryd {
namespace {

constexpr Seconds kTick{1};
constexpr std::chrono::hours kLookAtCertificates{1};

// sd_notify(3) without its library: one datagram to the socket that the service manager names, or nothing.
void notify(std::string_view state) {
    const char* path = std::getenv("NOTIFY_SOCKET");
    sockaddr_un address{};
    if (path == nullptr || std::strlen(path) < 2 || std::strlen(path) >= sizeof address.sun_path) return;
    address.sun_family = AF_UNIX;
    std::memcpy(address.sun_path, path, std::strlen(path));
    if (path[0] == '@') address.sun_path[0] = '\0';
    const UniqueFd fd(socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0));
    const auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + std::strlen(path));
    if (!fd.valid()) return;
    static_cast<void>(sendto(fd.get(), state.data(), state.size(), MSG_NOSIGNAL, reinterpret_cast<const sockaddr*>(&address), size));
}

void keep_tidy(RegistryFiles& files, store::FolderShelf& shelf) {
    if (const auto tidied = tidy_blobs(files, shelf); !tidied) spdlog::warn("old blobs stay: {}", tidied.error().what);
}

// Who leads renews the certificates of all; each takes its own anew when it has changed.
void keep_renewing(asio::steady_timer& timer, Worker& worker, registry::Service& service, Bytes in_use, const std::function<void()>& tidy) {
    timer.expires_after(kLookAtCertificates);
    timer.async_wait([&, in_use = std::move(in_use)](const asio::error_code& error) {
        if (error) return;
        if (service.leads()) worker.renew_certificates();
        tidy();
        auto fleet = worker.at_fleet();
        if (!fleet) spdlog::error("the certificate of this process: {}", fleet.error().what);
        const bool renewed = fleet && fleet->certificate_chain.front() != in_use;
        if (renewed) service.start(*fleet, worker.at_enrollment(*fleet));
        keep_renewing(timer, worker, service, renewed ? fleet->certificate_chain.front() : in_use, tidy);
    });
}

void work(Worker& worker, registry::Service& service, BrokerGuard& guard, const Clock& clock) {
    const bool leading = worker.leads(service.connected(), clock.steady());
    service.lead(leading);
    if (leading) guard.tick();
    service.tick();
}

void keep_ticking(asio::steady_timer& timer, Worker& worker, registry::Service& service, BrokerGuard& guard, const Clock& clock) {
    timer.expires_after(kTick);
    timer.async_wait([&](const asio::error_code& error) {
        if (error) return;
        work(worker, service, guard, clock);
        keep_ticking(timer, worker, service, guard, clock);
    });
}

}  // namespace

Result<void> serve(const std::string& folder, unsigned number) {
    ANCHOR_ASSIGN_OR_RETURN(const auto files, RegistryFiles::open(folder));
    ANCHOR_ASSIGN_OR_RETURN(registry::Authority * authority, files->authority());
    ANCHOR_ASSIGN_OR_RETURN(const auto topics, protocol::Topics::of(files->settings().tenant));
    ANCHOR_ASSIGN_OR_RETURN(Worker worker, Worker::open(*files, number));
    if (worker.leads(false, files->clock().steady())) worker.renew_certificates();
    ANCHOR_ASSIGN_OR_RETURN(const auto at_fleet, worker.at_fleet());
    const auto& settings = files->settings();
    registry::RegisterJudge by_registers;
    registry::PolicyJudge judge(settings, files->store(), *authority, by_registers);
    ANCHOR_ASSIGN_OR_RETURN(const auto shelf, store::FolderShelf::open(files->folder().blobs()));
    registry::Verifier verifier(settings, files->store(), *authority, judge, files->clock(), shelf.get());
    registry::Requests requests(settings, topics, files->store(), *authority, verifier, files->clock(), shelf.get());

    asio::io_context loop(1);
    link::PahoLink fleet(loop, {});
    link::PahoLink enrollment(loop, {});
    BrokerGuard guard(loop, *files, *authority, at_fleet);
    registry::Service service(topics, files->store(), *authority, requests, fleet, enrollment);
    asio::steady_timer timer(loop);
    asio::steady_timer renewal(loop);
    asio::signal_set signals(loop, SIGTERM, SIGINT);
    signals.async_wait([&](const asio::error_code& error, int) {
        if (error) return;
        spdlog::info("stopping");
        notify("STOPPING=1");
        timer.cancel();
        renewal.cancel();
        service.stop();
        guard.stop();
        loop.stop();
    });
    service.start(at_fleet, worker.at_enrollment(at_fleet));
    // Each worker lets go of what it holds open.
    const std::function<void()> tidy = [&] { keep_tidy(*files, *shelf); };
    tidy();
    keep_renewing(renewal, worker, service, at_fleet.certificate_chain.front(), tidy);
    work(worker, service, guard, files->clock());
    keep_ticking(timer, worker, service, guard, files->clock());
    spdlog::info("serving tenant {} at broker {}:{}, enrolment at {}:{}, as worker {}", settings.tenant, settings.broker_host,
                 settings.broker_port, settings.enroll_broker_host, settings.enroll_broker_port, number);
    notify("READY=1");
    loop.run();
    return {};
}

}  // namespace anchor::registryd
