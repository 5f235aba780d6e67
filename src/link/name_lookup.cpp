// SPDX-License-Identifier: Apache-2.0
#include "name_lookup.h"

#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>
#include <atomic>
#include <cerrno>
#include <mutex>
#include <system_error>
#include <thread>

#include <anchor/base/file.h>

namespace anchor::link {
namespace {

// Of the whole process, as the threads are.
constinit std::atomic<int> lookups_under_way{0};

struct Lookup {
    std::string host;
    std::string service;
    Resolver resolver;
    UniqueFd answered;  // readable then
    std::mutex mutex;
    int code = 0;
    AddressList found;
};

int ask(const Resolver& resolver, const std::string& host, const std::string& service, int flags, AddressList& found) {
    addrinfo hints{};
    hints.ai_socktype = SOCK_STREAM;
    hints.ai_flags = flags;
    addrinfo* list = nullptr;
    const int code = resolver(host.c_str(), service.c_str(), &hints, &list);
    found.reset(code == 0 ? list : nullptr);
    return code;
}

void answer(Lookup& lookup) {
    AddressList found;
    const int code = ask(lookup.resolver, lookup.host, lookup.service, AI_ADDRCONFIG, found);
    {
        const std::lock_guard lock(lookup.mutex);
        lookup.code = code;
        lookup.found = std::move(found);
    }
    const std::uint64_t one = 1;
    (void)!::write(lookup.answered.get(), &one, sizeof one);
}

Result<void> start(const std::shared_ptr<Lookup>& lookup) {
    lookup->answered = UniqueFd(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
    if (!lookup->answered.valid()) return from_errno("name look-up", errno);
    if (lookups_under_way.fetch_add(1) >= kMostLookups) {
        --lookups_under_way;
        return unavailable("the resolver has not answered earlier questions yet");
    }
    try {
        std::thread([lookup] {
            answer(*lookup);
            --lookups_under_way;
        }).detach();
    } catch (const std::system_error& error) {
        --lookups_under_way;
        return unavailable("no thread to ask the resolver from", error.code().value());
    }
    return {};
}

}  // namespace

Result<AddressList> look_up(const std::string& host, std::uint16_t port, const StopFlag& stop, Deadline deadline, Resolver resolver) {
    AddressList number;
    if (ask(::getaddrinfo, host, std::to_string(port), AI_NUMERICHOST | AI_NUMERICSERV, number) == 0) return number;

    const auto lookup = std::make_shared<Lookup>();
    lookup->host = host;
    lookup->service = std::to_string(port);
    lookup->resolver = std::move(resolver);
    ANCHOR_RETURN_IF_ERROR(start(lookup));
    ANCHOR_RETURN_IF_ERROR(wait_for(lookup->answered.get(), POLLIN, stop, deadline, "name look-up"));
    const std::lock_guard lock(lookup->mutex);
    if (lookup->code != 0) return unavailable(::gai_strerror(lookup->code), lookup->code);
    return std::move(lookup->found);
}

}  // namespace anchor::link
