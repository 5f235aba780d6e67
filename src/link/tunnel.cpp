// SPDX-License-Identifier: Apache-2.0
#include "tunnel.h"

#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>
#include <array>
#include <cerrno>

#include <anchor/base/file.h>

namespace anchor::link {
namespace {

constexpr std::size_t kBuffer = 16UL * 1024;
constexpr int kMaxPollErrors = 3;

// Octets on their way in one direction: read by one side, not yet taken by the other.
class Pipe {
public:
    [[nodiscard]] bool empty() const { return begin_ == end_; }
    [[nodiscard]] std::span<std::uint8_t> room() { return buffer_; }
    void fill(std::size_t octets) {
        begin_ = 0;
        end_ = octets;
    }
    [[nodiscard]] ByteView content() const { return ByteView(buffer_).subspan(begin_, end_ - begin_); }
    void take(std::size_t octets) { begin_ += octets; }

private:
    std::array<std::uint8_t, kBuffer> buffer_{};
    std::size_t begin_ = 0;
    std::size_t end_ = 0;
};

// Carries octets between the TLS session and the local socket until one side ends.
class Carrier {
public:
    Carrier(crypto::TlsSession& session, int remote, int local, const StopFlag& stop)
        : session_(session), remote_(remote), local_(local), stop_(stop) {}

    Error carry() {
        while (true) {
            remote_events_ = 0;
            local_events_ = 0;
            for (const auto step : {&Carrier::from_local, &Carrier::to_remote, &Carrier::from_remote, &Carrier::to_local}) {
                if (auto result = (this->*step)(); !result) return std::move(result).error();
            }
            if (auto result = wait(); !result) return std::move(result).error();
        }
    }

private:
    Result<void> from_local() {
        if (!up_.empty()) return {};
        const auto room = up_.room();
        const ssize_t got = ::recv(local_, room.data(), room.size(), 0);
        if (got == 0) {
            (void)session_.close();
            return unavailable("closed by this side");
        }
        if (got < 0 && errno != EAGAIN && errno != EINTR) return from_errno("local side of the tunnel", errno);
        if (got > 0)
            up_.fill(static_cast<std::size_t>(got));
        else
            local_events_ |= POLLIN;
        return {};
    }

    Result<void> to_remote() {
        while (!up_.empty()) {
            ANCHOR_ASSIGN_OR_RETURN(const auto sent, session_.write(up_.content()));
            up_.take(sent.octets);
            if (sent.progress == crypto::TlsProgress::Done) continue;
            remote_events_ |= sent.progress == crypto::TlsProgress::WantWrite ? POLLOUT : POLLIN;
            return {};
        }
        local_events_ |= POLLIN;
        return {};
    }

    Result<void> from_remote() {
        if (!down_.empty()) return {};
        ANCHOR_ASSIGN_OR_RETURN(const auto got, session_.read(down_.room()));
        switch (got.progress) {
            case crypto::TlsProgress::Done: down_.fill(got.octets); break;
            case crypto::TlsProgress::WantRead: remote_events_ |= POLLIN; break;
            case crypto::TlsProgress::WantWrite: remote_events_ |= POLLOUT; break;
            case crypto::TlsProgress::Ended: return unavailable("the broker closed the connection");
        }
        return {};
    }

    Result<void> to_local() {
        while (!down_.empty()) {
            const ByteView content = down_.content();
            const ssize_t put = ::send(local_, content.data(), content.size(), MSG_NOSIGNAL);
            if (put > 0) {
                down_.take(static_cast<std::size_t>(put));
            } else if (errno == EAGAIN) {
                local_events_ |= POLLOUT;
                return {};
            } else if (errno != EINTR) {
                return from_errno("local side of the tunnel", errno);
            }
        }
        // Octets may wait inside the session: look again before waiting for the socket.
        if (remote_events_ == 0) look_again_ = true;
        return {};
    }

    Result<void> wait() {
        std::array<pollfd, 3> waits = {pollfd{remote_, remote_events_, 0}, pollfd{local_, local_events_, 0}, pollfd{stop_.fd(), POLLIN, 0}};
        const int timeout = std::exchange(look_again_, false) ? 0 : -1;
        if (::poll(waits.data(), waits.size(), timeout) < 0 && errno != EINTR && ++poll_errors_ > kMaxPollErrors)
            return from_errno("poll", errno);
        if (waits[2].revents == 0) return {};
        send_last_words();
        (void)session_.close();
        return unavailable("closed by this side");
    }

    // What the MQTT client has handed over already, its goodbye above all, still goes out as far as nothing has to be waited for.
    void send_last_words() {
        constexpr int kPieces = 8;
        for (int i = 0; i < kPieces; ++i) {
            if (!from_local() || up_.empty() || !to_remote() || !up_.empty()) return;
        }
    }

    crypto::TlsSession& session_;
    int remote_;
    int local_;
    const StopFlag& stop_;
    Pipe up_;
    Pipe down_;
    short remote_events_ = 0;
    short local_events_ = 0;
    bool look_again_ = false;
    int poll_errors_ = 0;
};

template <class Item, class Parse>
Result<std::vector<Item>> parse_all(const std::vector<Bytes>& ders, Parse parse) {
    std::vector<Item> items;
    for (const Bytes& der : ders) {
        ANCHOR_ASSIGN_OR_RETURN(Item item, parse(der));
        items.push_back(std::move(item));
    }
    return items;
}

}  // namespace

Tunnel::Tunnel(LinkCredentials credentials, LinkTime time, std::vector<SharedOctets> crls, Milliseconds deadline, TunnelEvents events)
    : credentials_(std::move(credentials)),
      time_(time),
      crls_(std::move(crls)),
      deadline_(deadline),
      events_(std::move(events)),
      thread_([this] { events_.ended(run()); }) {}

Tunnel::~Tunnel() {
    stop_.set();
    thread_.join();
}

Result<crypto::TlsSession> Tunnel::handshake(int fd) {
    crypto::TlsTrust trust{.at = time_.at};
    trust.tolerate_not_yet_valid = time_.tolerate_not_yet_valid;
    ANCHOR_ASSIGN_OR_RETURN(trust.anchors, parse_all<crypto::Certificate>(credentials_.anchors, crypto::Certificate::from_der));
    for (const SharedOctets& octets : crls_) {
        ANCHOR_ASSIGN_OR_RETURN(crypto::Crl list, crypto::Crl::from_octets(octets));
        trust.crls.push_back(std::move(list));
    }
    ANCHOR_ASSIGN_OR_RETURN(auto chain, parse_all<crypto::Certificate>(credentials_.certificate_chain, crypto::Certificate::from_der));
    ANCHOR_ASSIGN_OR_RETURN(auto session, crypto::TlsSession::client(fd, {*credentials_.key, std::move(chain)}, trust, credentials_.host));
    const Deadline deadline = std::chrono::steady_clock::now() + deadline_;
    while (true) {
        ANCHOR_ASSIGN_OR_RETURN(const auto progress, session.handshake());
        if (progress == crypto::TlsProgress::Done) return session;
        const short events = progress == crypto::TlsProgress::WantWrite ? POLLOUT : POLLIN;
        ANCHOR_RETURN_IF_ERROR(wait_for(fd, events, stop_, deadline, "TLS handshake"));
    }
}

// The listener closes with it: nobody else is waited for.
Result<UniqueFd> Tunnel::wait_for_client() const {
    ANCHOR_ASSIGN_OR_RETURN(auto listener, LoopbackListener::open());
    events_.ready(listener.port());
    return listener.accept_own(stop_, std::chrono::steady_clock::now() + deadline_);
}

Error Tunnel::run() {
    auto remote = connect_to(credentials_.host, credentials_.port, stop_, std::chrono::steady_clock::now() + deadline_);
    if (!remote) return std::move(remote).error();
    auto session = handshake(remote->get());
    if (!session) return std::move(session).error().within(credentials_.host + ":" + std::to_string(credentials_.port));
    auto local = wait_for_client();
    if (!local) return std::move(local).error();
    return Carrier(*session, remote->get(), local->get(), stop_).carry();
}

}  // namespace anchor::link
