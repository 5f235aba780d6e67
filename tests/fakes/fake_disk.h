// SPDX-License-Identifier: Apache-2.0
#pragma once

// FakeDisk: a folder in memory that can lose power at any operation. What was not synced is then gone, or, for a file's
// content, torn in the middle: the worst that a real file system may do.

#include <algorithm>
#include <map>
#include <optional>

#include <anchor/core/disk.h>
#include <fakes/power.h>

namespace anchor::fakes {

class FakeDisk final : public Disk {
public:
    /// On a power of its own, or on one that it shares with the rest of a device.
    explicit FakeDisk(Power* power = nullptr) : power_(power == nullptr ? &own_power_ : power) {}
    FakeDisk(const FakeDisk&) = delete;
    FakeDisk& operator=(const FakeDisk&) = delete;

    /// The operation with this number (from 0) and all later ones fail, as if the power went.
    void cut_power_at(std::size_t operation) { power_->cut_at(operation); }
    /// Operations so far.
    [[nodiscard]] std::size_t operations() const { return power_->operations(); }
    /// Power is back: what was durable is there. With `torn`, unsynced content is there in half instead of not at all.
    void restart(bool torn) {
        for (auto& [name, file] : durable_) {
            if (torn && file.has_pending) file.content = file.pending;
            file.has_pending = false;
        }
        now_ = durable_;
        power_->restart();
    }
    /// Whether a restart with `torn` would find anything else than one without.
    [[nodiscard]] bool has_unsynced() const {
        return std::ranges::any_of(durable_, [](const auto& entry) { return entry.second.has_pending; });
    }
    /// What would be there after a power cut now, to be laid into another one: a disk image.
    struct Image;
    [[nodiscard]] Image image() const;
    void lay_in(const Image& image);
    /// Every operation fails with this until it is reset.
    std::optional<Error> failing;

    Result<std::optional<Bytes>> read(const std::string& name, std::size_t limit) override {
        ANCHOR_RETURN_IF_ERROR(count());
        const auto found = now_.find(name);
        if (found == now_.end()) return std::optional<Bytes>();
        if (found->second.content.size() > limit) return rejected(name + " is too large");
        return std::optional(found->second.content);
    }
    Result<void> write(const std::string& name, ByteView octets) override {
        ANCHOR_RETURN_IF_ERROR(count());
        now_[name].content = to_bytes(octets);
        tear(name);
        return {};
    }
    Result<void> append(const std::string& name, ByteView octets) override {
        ANCHOR_RETURN_IF_ERROR(count());
        anchor::append(now_[name].content, octets);
        tear(name);
        return {};
    }
    Result<void> sync(const std::string& name) override {
        ANCHOR_RETURN_IF_ERROR(count());
        // The content is durable, under the name only once the folder is synced; a name that was durable stays so.
        now_[name].synced = true;
        if (const auto old = durable_.find(name); old != durable_.end()) old->second = now_[name];
        return {};
    }
    Result<void> rename(const std::string& from, const std::string& to) override {
        ANCHOR_RETURN_IF_ERROR(count());
        if (!now_.contains(from)) return unavailable(from + ": No such file or directory");
        now_[to] = now_[from];
        now_.erase(from);
        return {};
    }
    Result<void> remove(const std::string& name) override {
        ANCHOR_RETURN_IF_ERROR(count());
        now_.erase(name);
        return {};
    }
    Result<std::vector<std::string>> names() override {
        ANCHOR_RETURN_IF_ERROR(count());
        std::vector<std::string> names;
        for (const auto& [name, file] : now_) names.push_back(name);
        return names;
    }
    Result<void> sync_folder() override {
        ANCHOR_RETURN_IF_ERROR(count());
        durable_.clear();
        for (const auto& [name, file] : now_) {
            durable_[name] = file.synced ? file : File{};
        }
        return {};
    }

private:
    struct File {
        Bytes content;
        Bytes pending;  // what a torn write would leave
        bool has_pending = false;
        bool synced = false;
    };

    Result<void> count() {
        if (failing) return *failing;
        return power_->pass();
    }

    void tear(const std::string& name) {
        File& file = now_[name];
        file.synced = false;
        const auto old = durable_.find(name);
        if (old == durable_.end()) return;
        old->second.pending.assign(file.content.begin(), file.content.begin() + static_cast<std::ptrdiff_t>(file.content.size() / 2));
        old->second.has_pending = true;
    }

    Power own_power_;
    Power* power_;
    std::map<std::string, File> now_;
    std::map<std::string, File> durable_;
};

struct FakeDisk::Image {
    std::map<std::string, File> files;
};

inline FakeDisk::Image FakeDisk::image() const { return {durable_}; }
inline void FakeDisk::lay_in(const Image& image) { now_ = durable_ = image.files; }

}  // namespace anchor::fakes
