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

#include <anchor/base/encoding.h>
#include <anchor/base/unique_fd.h>
#include <anchor/crypto/random.h>
#include <anchor/link/paho_link.h>
#include <anchor/registry/broker_config.h>
#include <anchor/registry/policy_judge.h>
#include <anchor/registry/service.h>
#include <anchor/store/folder_shelf.h>

#include "broker_guard.h"
#include "certificate_renewal.h"
#include "registry_files.h"

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

Result<LinkCredentials> fleet_credentials(const RegistryFiles& files) {
    LinkCredentials credentials;
    credentials.host = files.settings().broker_host;
    credentials.port = files.settings().broker_port;
    credentials.client_id = registry::kRegistryName;
    credentials.time = [&clock = files.clock()] { return LinkTime{clock.wall(), false}; };
    ANCHOR_ASSIGN_OR_RETURN(auto key, read_key(files.folder().client_key()));
    credentials.key = std::make_shared<crypto::SoftwareKey>(std::move(key));
    ANCHOR_ASSIGN_OR_RETURN(const auto chain, read_certificates(files.folder().client_certificate()));
    for (const auto& certificate : chain) credentials.certificate_chain.push_back(to_bytes(certificate.der()));
    ANCHOR_ASSIGN_OR_RETURN(const auto roots, read_certificates(files.folder().root_certificate()));
    for (const auto& root : roots) credentials.anchors.push_back(to_bytes(root.der()));
    return credentials;
}

// Strangers choose their client ids at this broker: whoever could guess this one could end the registry's connection.
LinkCredentials enrollment_credentials(const RegistryFiles& files, LinkCredentials credentials) {
    credentials.host = files.settings().enroll_broker_host;
    credentials.port = files.settings().enroll_broker_port;
    credentials.client_id = std::string(registry::kRegistryName) + "-" + to_hex(crypto::random_octets(16));
    return credentials;
}

// Whether the registry's own is another now. What is renewed in a broker's folder counts once that broker reads it (SIGHUP).
bool renew_certificates(const RegistryFiles& files) {
    bool own = false;
    for (const std::string& file : renewable_certificates(files.folder())) {
        const auto renewed = renew_certificate(files.folder(), files.settings().tenant, file, files.clock().wall());
        if (!renewed) {
            spdlog::error("{}", renewed.error().what);
        } else if (*renewed == Renewal::Done) {
            own = own || file == files.folder().client_certificate();
            spdlog::warn("renewed {}: whoever reads it has to read it anew", file);
        }
    }
    return own;
}

void keep_renewing(asio::steady_timer& timer, const RegistryFiles& files, registry::Service& service) {
    timer.expires_after(kLookAtCertificates);
    timer.async_wait([&](const asio::error_code& error) {
        if (error) return;
        if (renew_certificates(files)) {
            auto fleet = fleet_credentials(files);
            if (fleet) service.start(*fleet, enrollment_credentials(files, *fleet));
            if (!fleet) spdlog::error("the renewed certificate: {}", fleet.error().what);
        }
        keep_renewing(timer, files, service);
    });
}

void keep_ticking(asio::steady_timer& timer, registry::Service& service, BrokerGuard& guard) {
    timer.expires_after(kTick);
    timer.async_wait([&timer, &service, &guard](const asio::error_code& error) {
        if (error) return;
        guard.tick();
        service.tick();
        keep_ticking(timer, service, guard);
    });
}

}  // namespace

Result<void> serve(const std::string& folder) {
    ANCHOR_ASSIGN_OR_RETURN(const auto files, RegistryFiles::open(folder));
    ANCHOR_ASSIGN_OR_RETURN(registry::Authority * authority, files->authority());
    ANCHOR_ASSIGN_OR_RETURN(const auto topics, protocol::Topics::of(files->settings().tenant));
    renew_certificates(*files);
    ANCHOR_ASSIGN_OR_RETURN(auto at_fleet, fleet_credentials(*files));
    auto at_enrollment = enrollment_credentials(*files, at_fleet);
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
    service.start(std::move(at_fleet), std::move(at_enrollment));
    keep_renewing(renewal, *files, service);
    guard.tick();
    keep_ticking(timer, service, guard);
    spdlog::info("serving tenant {} at broker {}:{}, enrolment at {}:{}", settings.tenant, settings.broker_host, settings.broker_port,
                 settings.enroll_broker_host, settings.enroll_broker_port);
    notify("READY=1");
    loop.run();
    return {};
}

}  // namespace anchor::registryd
