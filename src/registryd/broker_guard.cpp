// SPDX-License-Identifier: Apache-2.0
#include "broker_guard.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <iostream>

#include <spdlog/spdlog.h>
#include <asio/post.hpp>

#include <anchor/base/file.h>
#include <anchor/enforce/child.h>
#include <anchor/registry/broker_config.h>

#include "process_lock.h"

namespace anchor::registryd {
namespace {

// Time for the broker to read its list, and for the device to hear what became of it.
constexpr Seconds kFirstTry{5};
constexpr Seconds kNextTry{30};
constexpr int kLoudAfter = 2;
constexpr Seconds kOneTryLasts{10};
constexpr Milliseconds kReloadLasts{10'000};
constexpr Milliseconds kOthersWriteFor{2'000};
// Whoever was put aside before this process began is cut once more: nobody knows whether the one before it came to that.
constexpr Seconds kRecently{3600};

Result<void> replace_file(const std::string& path, std::string_view text) {
    const std::string next = path + ".new";
    const UniqueFd fd(open(next.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0644));
    if (!fd.valid()) return from_errno(next, errno);
    ANCHOR_RETURN_IF_ERROR(write_all(fd.get(), as_bytes(text), next));
    // What it says is public, and the broker is another user.
    if (fchmod(fd.get(), 0644) != 0 || fsync(fd.get()) != 0) return from_errno(next, errno);
    if (rename(next.c_str(), path.c_str()) != 0) return from_errno(path, errno);
    return {};
}

}  // namespace

Result<std::uint64_t> write_broker_list(const Folder& folder, registry::Revocations& revocations, std::uint64_t above) {
    // Commands write it beside "serve": one after the other, and each what is the newest then.
    ANCHOR_ASSIGN_OR_RETURN(const auto alone, ProcessLock::wait(folder.broker_list_lock(), kOthersWriteFor));
    ANCHOR_ASSIGN_OR_RETURN(const auto list, revocations.broker_list(above));
    if (!list) return above;
    ANCHOR_RETURN_IF_ERROR(replace_file(folder.broker() + "/" + registry::broker_file::kRevocations, list->pem));
    return list->number;
}

Result<void> renew_broker_list(RegistryFiles& files) {
    ANCHOR_ASSIGN_OR_RETURN(registry::Authority * authority, files.authority());
    registry::Revocations revocations(files.settings(), files.store(), *authority, files.clock());
    ANCHOR_RETURN_IF_ERROR(revocations.refresh());
    ANCHOR_RETURN_IF_ERROR(write_broker_list(files.folder(), revocations, 0));
    if (files.settings().broker_reload.empty()) return {};
    if (const auto done = enforce::run_child(files.settings().broker_reload, {}, kReloadLasts); !done) {
        std::cerr << "anchor-registry: the broker was not told to read its revocation list: " << done.error().what << "\n";
    }
    return {};
}

BrokerGuard::BrokerGuard(asio::io_context& loop, RegistryFiles& files, registry::Authority& authority, LinkCredentials at_fleet)
    : loop_(loop),
      files_(files),
      authority_(authority),
      revocations_(files.settings(), files.store(), authority, files.clock()),
      at_fleet_(std::move(at_fleet)) {}

void BrokerGuard::tick() {
    write_list();
    look_for_revoked();
    displace_next();
}

void BrokerGuard::stop() {
    link_.reset();
    reloader_.stop();
    reloader_.join();
}

void BrokerGuard::write_list() {
    const auto made = revocations_.refresh();
    const auto written = made ? write_broker_list(files_.folder(), revocations_, written_) : Result<std::uint64_t>(made.error());
    if (!written) {
        if (last_failure_ != written.error().what) spdlog::error("the broker's revocation list: {}", written.error().what);
        last_failure_ = written.error().what;
        return;
    }
    last_failure_.clear();
    if (*written == written_) return;
    written_ = *written;
    spdlog::info("the broker's revocation list is number {}", written_);
    reload();
}

// On a thread of its own: the program may take long, and devices wait for answers.
void BrokerGuard::reload() {
    if (files_.settings().broker_reload.empty()) return;
    asio::post(reloader_, [command = files_.settings().broker_reload] {
        const auto done = enforce::run_child(command, {}, kReloadLasts);
        if (!done) spdlog::error("the broker was not told to read its revocation list: {}", done.error().what);
    });
}

// Whoever was put aside a short while ago, whatever he says of being there; later those that say so.
void BrokerGuard::look_for_revoked() {
    const SteadyTime first = files_.clock().steady() + kFirstTry;
    const WallTime recently = files_.clock().wall() - kRecently;
    const auto there = files_.store().online_but_put_aside();
    if (!there) return spdlog::error("devices that are put aside: {}", there.error().what);
    std::map<std::string, Displacement> wanted;
    for (const Bytes& issuer : authority_.issuers()) {
        const auto fresh = files_.store().revoked_after(issuer, recently);
        if (!fresh) return spdlog::error("devices that are put aside: {}", fresh.error().what);
        for (const auto& [device, since] : *fresh) {
            const auto known = cut_.find(device);
            if (known == cut_.end() || known->second < since) wanted.try_emplace(device, Displacement{first});
        }
    }
    for (const std::string& device : *there) wanted.try_emplace(device, Displacement{first});
    for (auto& [device, one] : wanted) {
        if (const auto before = waiting_.find(device); before != waiting_.end()) one = before->second;
    }
    waiting_ = std::move(wanted);
    std::erase_if(cut_, [recently](const auto& one) { return one.second < recently; });
}

void BrokerGuard::displace_next() {
    const SteadyTime now = files_.clock().steady();
    if (link_ && now >= give_up_at_) displaced(displacing_, "no answer in time");
    if (link_) return;
    const auto due = std::ranges::find_if(waiting_, [now](const auto& one) { return one.second.due <= now; });
    if (due == waiting_.end()) return;
    displacing_ = due->first;
    give_up_at_ = now + kOneTryLasts;
    auto credentials = in_the_name_of(DeviceId::parse(displacing_).value());
    link_.emplace(loop_, link::LinkSettings{});
    // Never from in here: it goes on with the next one, and out of the link's own event the link could not be removed.
    if (!credentials) {
        asio::post(loop_, [this, device = displacing_, what = credentials.error().what] { displaced(device, what); });
        return;
    }
    LinkEvents events;
    events.connected = [this, device = displacing_] { asio::post(loop_, [this, device] { displaced(device, ""); }); };
    events.disconnected = [this, device = displacing_](const Error& why) {
        asio::post(loop_, [this, device, what = why.what] { displaced(device, what); });
    };
    link_->start(std::move(*credentials), {}, std::nullopt, std::move(events));
}

void BrokerGuard::displaced(const std::string& device, const std::string& failure) {
    if (!link_ || displacing_ != device) return;
    link_->stop();
    link_.reset();
    Displacement& one = waiting_[device];
    one.due = files_.clock().steady() + kNextTry;
    if (!failure.empty()) return spdlog::warn("the connection of {} is not cut: {}", device, failure);
    if (++one.tries > kLoudAfter) {
        spdlog::error("{} comes back to the broker though it is put aside: does the broker read {} anew?", device,
                      registry::broker_file::kRevocations);
    }
    cut_.insert_or_assign(device, files_.clock().wall());
    const auto noted = files_.store().atomically([&]() -> Result<void> {
        // What the broker says about its presence comes later; a device that did come back says so itself.
        ANCHOR_RETURN_IF_ERROR(files_.store().set_online(DeviceId::parse(device).value(), false));
        return files_.store().audit("cut", device, "its connection to the broker", files_.clock().wall());
    });
    if (!noted) spdlog::error("audit: {}", noted.error().what);
    displace_next();
}

Result<LinkCredentials> BrokerGuard::in_the_name_of(const DeviceId& device) {
    LinkCredentials credentials = at_fleet_;
    credentials.client_id = device.text();
    // The key never leaves this process and is gone with the connection.
    ANCHOR_ASSIGN_OR_RETURN(auto key, crypto::SoftwareKey::generate(KeyAlg::EcP256));
    ANCHOR_ASSIGN_OR_RETURN(credentials.certificate_chain, authority_.certify_to_displace(key.public_value(), device));
    credentials.key = std::make_shared<crypto::SoftwareKey>(std::move(key));
    return credentials;
}

}  // namespace anchor::registryd
