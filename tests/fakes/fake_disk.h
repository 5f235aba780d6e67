// SPDX-License-Identifier: Apache-2.0
#pragma once

// FakeDisk: a folder in memory that can lose power at any operation. What was not synced is then gone, or, for a file's
// content, torn in the middle: the worst that a real file system may do.

#include <map>
#include <optional>

#include <anchor/core/disk.h>

namespace anchor::fakes {

class FakeDisk final : public Disk {
public:
    /// The operation with this number (from 0) and all later ones fail, as if the power went.
    void cut_power_at(std::size_t operation) { cut_at_ = operation; }
    /// Operations so far.
    [[nodiscard]] std::size_t operations() const { return operations_; }
    /// Power is back: what was durable is there. With `torn`, unsynced content is there in half instead of not at all.
    void restart(bool torn) {
        for (auto& [name, file] : durable_) {
            if (torn && file.has_pending) file.content = file.pending;
            file.has_pending = false;
        }
        now_ = durable_;
        cut_at_.reset();
        operations_ = 0;
    }
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
        if (cut_at_ && operations_ >= *cut_at_) return unavailable("the power is gone");
        ++operations_;
        return {};
    }

    void tear(const std::string& name) {
        File& file = now_[name];
        file.synced = false;
        const auto old = durable_.find(name);
        if (old == durable_.end()) return;
        old->second.pending.assign(file.content.begin(), file.content.begin() + static_cast<std::ptrdiff_t>(file.content.size() / 2));
        old->second.has_pending = true;
    }

    std::map<std::string, File> now_;
    std::map<std::string, File> durable_;
    std::optional<std::size_t> cut_at_;
    std::size_t operations_ = 0;
};

}  // namespace anchor::fakes
