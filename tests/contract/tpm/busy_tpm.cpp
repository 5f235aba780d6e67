// SPDX-License-Identifier: Apache-2.0
#include "busy_tpm.h"

#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <array>

namespace anchor::tpm {
namespace {

constexpr std::size_t kHeader = 10;
constexpr std::uint32_t kGetCapability = 0x17A;
constexpr std::size_t kProperty = kHeader + 4;  // behind the capability

sockaddr_un address_of(const std::string& path) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::copy_n(path.begin(), std::min(path.size(), sizeof(address.sun_path) - 1), address.sun_path);
    return address;
}

UniqueFd listen_at(const std::string& path) {
    const sockaddr_un address = address_of(path);
    UniqueFd fd(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    if (::bind(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 || ::listen(fd.get(), 4) != 0) std::abort();
    return fd;
}

UniqueFd connect_to(const std::string& path) {
    const sockaddr_un address = address_of(path);
    UniqueFd fd(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    if (::connect(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) fd.reset();
    return fd;
}

std::uint32_t number_at(const Bytes& octets, std::size_t offset) {
    std::uint32_t number = 0;
    for (std::size_t i = offset; i < offset + 4; ++i) number = (number << 8U) | octets[i];
    return number;
}

// One command or answer of a TPM: its header says how long it is. Empty at the end of the connection.
Bytes read_frame(int fd) {
    Bytes frame(kHeader);
    for (std::size_t filled = 0; filled < frame.size();) {
        const ssize_t got = ::read(fd, frame.data() + filled, frame.size() - filled);
        if (got <= 0) return {};
        filled += static_cast<std::size_t>(got);
        if (filled == kHeader && frame.size() == kHeader) frame.resize(std::clamp<std::size_t>(number_at(frame, 2), kHeader, 4096));
    }
    return frame;
}

void send_all(int fd, const Bytes& octets) { (void)::send(fd, octets.data(), octets.size(), MSG_NOSIGNAL); }

Bytes refusal(std::uint32_t code) {
    Bytes answer = {0x80, 0x01, 0, 0, 0, kHeader};
    for (int shift = 24; shift >= 0; shift -= 8) answer.push_back(static_cast<std::uint8_t>(code >> shift));
    return answer;
}

}  // namespace

BusyTpm::BusyTpm(std::string path, std::string tpm)
    : path_(std::move(path)), tpm_(std::move(tpm)), commands_(listen_at(path_)), control_(listen_at(path_ + ".ctrl")), thread_([this] {
          serve();
      }) {}

BusyTpm::~BusyTpm() {
    stop_ = true;
    thread_.join();
}

void BusyTpm::serve() {
    std::vector<UniqueFd> clients;
    while (!stop_) {
        std::vector<pollfd> waiting = {{commands_.get(), POLLIN, 0}, {control_.get(), POLLIN, 0}};
        for (const UniqueFd& client : clients) waiting.push_back({client.get(), POLLIN, 0});
        if (::poll(waiting.data(), waiting.size(), 20) <= 0) continue;
        for (std::size_t i = 2; i < waiting.size(); ++i) {
            if (waiting[i].revents != 0) serve_command(waiting[i].fd);
        }
        std::erase_if(clients, [](const UniqueFd& client) {
            std::uint8_t octet = 0;
            return ::recv(client.get(), &octet, 1, MSG_PEEK | MSG_DONTWAIT) == 0;
        });
        if (waiting[0].revents != 0) clients.emplace_back(::accept4(commands_.get(), nullptr, nullptr, SOCK_CLOEXEC));
        if (waiting[1].revents != 0) serve_control(UniqueFd(::accept4(control_.get(), nullptr, nullptr, SOCK_CLOEXEC)).get());
    }
}

void BusyTpm::serve_command(int client) {
    Bytes command = read_frame(client);
    if (command.empty()) return;
    const std::uint32_t code = number_at(command, 6);
    if (code == command_ && left_ > 0) {
        --left_;
        ++answered_;
        return send_all(client, refusal(response_));
    }
    // A TPM that does not know a property answers with the one after it.
    if (code == kGetCapability && forgotten_ != 0 && number_at(command, kProperty) == forgotten_) ++command[kProperty + 3];
    remember(command);
    const UniqueFd tpm = connect_to(tpm_);
    if (tpm.valid()) send_all(tpm.get(), command);
    const Bytes answer = tpm.valid() ? read_frame(tpm.get()) : Bytes();
    remember(answer);
    const bool swallowed = code == swallow_;
    if (swallowed) swallow_ = 0;
    if (answer.empty() || swallowed)
        (void)::shutdown(client, SHUT_RDWR);
    else
        send_all(client, answer);
}

void BusyTpm::remember(const Bytes& octets) {
    const std::lock_guard guard(lock_);
    heard_.push_back(octets);
}

void BusyTpm::serve_control(int client) const {
    std::array<std::uint8_t, 256> octets{};
    const UniqueFd tpm = connect_to(tpm_ + ".ctrl");
    const ssize_t asked = ::read(client, octets.data(), octets.size());
    if (!tpm.valid() || asked <= 0 || ::write(tpm.get(), octets.data(), static_cast<std::size_t>(asked)) != asked) return;
    const ssize_t told = ::read(tpm.get(), octets.data(), octets.size());
    if (told > 0) (void)::send(client, octets.data(), static_cast<std::size_t>(told), MSG_NOSIGNAL);
}

}  // namespace anchor::tpm
