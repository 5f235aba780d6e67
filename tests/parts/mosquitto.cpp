// SPDX-License-Identifier: Apache-2.0
#include <parts/mosquitto.h>

#include <netinet/in.h>
#include <sys/socket.h>

#include <csignal>
#include <thread>

#include <anchor/base/file.h>
#include <anchor/base/unique_fd.h>

namespace anchor::parts {
namespace {

constexpr auto kStartDeadline = std::chrono::seconds(20);

sockaddr_in loopback(std::uint16_t port) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons(port);
    return address;
}

bool listens(std::uint16_t port) {
    const UniqueFd probe(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    const sockaddr_in address = loopback(port);
    return ::connect(probe.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
}

// Debian keeps it where a user's PATH does not look.
std::string program() { return on_path("mosquitto") ? "mosquitto" : "/usr/sbin/mosquitto"; }

}  // namespace

bool Mosquitto::available() { return on_path("mosquitto") || run({program(), "-h"}).output.find("mosquitto version") != std::string::npos; }

std::uint16_t Mosquitto::free_port() {
    const UniqueFd fd(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    sockaddr_in address = loopback(0);
    socklen_t size = sizeof address;
    if (::bind(fd.get(), reinterpret_cast<const sockaddr*>(&address), size) != 0) return 0;
    if (::getsockname(fd.get(), reinterpret_cast<sockaddr*>(&address), &size) != 0) return 0;
    return ntohs(address.sin_port);
}

Result<std::unique_ptr<Mosquitto>> Mosquitto::start(const std::string& configuration, std::uint16_t port) {
    std::unique_ptr<Mosquitto> broker(new Mosquitto(port));
    broker->scratch_.write("mosquitto.conf", std::string_view(configuration));
    ANCHOR_RETURN_IF_ERROR(broker->restart());
    return broker;
}

std::string Mosquitto::log() const { return read_text_file(scratch_.path("log"), 16UL << 20U).value_or(""); }

Result<void> Mosquitto::restart() {
    process_.terminate();
    ANCHOR_ASSIGN_OR_RETURN(process_, Process::start({program(), "-v", "-c", scratch_.path("mosquitto.conf")}, scratch_.path("log")));
    const auto deadline = std::chrono::steady_clock::now() + kStartDeadline;
    while (!listens(port_)) {
        if (!process_.running() || std::chrono::steady_clock::now() > deadline) return unavailable("mosquitto did not start:\n" + log());
        std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
    return {};
}

void Mosquitto::reload() { (void)::kill(process_.pid(), SIGHUP); }

}  // namespace anchor::parts
