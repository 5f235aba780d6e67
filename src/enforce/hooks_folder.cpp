// SPDX-License-Identifier: Apache-2.0
#include <anchor/enforce/hooks_folder.h>

#include <dirent.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <memory>

#include <anchor/base/file.h>

#include <anchor/enforce/child.h>

namespace anchor::enforce {
namespace {

// As run-parts(8): what editors and package managers leave behind has a dot or a tilde.
bool is_hook_name(std::string_view name) {
    return !name.empty() && std::ranges::all_of(name, [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
    });
}

bool only_for(const struct stat& status, uid_t owner) { return status.st_uid == owner && (status.st_mode & (S_IWGRP | S_IWOTH)) == 0; }

SteadyTime steady_now() {
    return SteadyTime(std::chrono::duration_cast<Milliseconds>(std::chrono::steady_clock::now().time_since_epoch()));
}

std::string joined(std::string text, const std::vector<std::string>& names) {
    for (std::size_t i = 0; i < names.size(); ++i) text += (i == 0 ? "" : " ") + names[i];
    return text;
}

struct FolderClose {
    void operator()(DIR* folder) const noexcept { ::closedir(folder); }
};

}  // namespace

Result<std::vector<std::string>> HooksFolder::hooks() const {
    const std::unique_ptr<DIR, FolderClose> folder(::opendir(folder_.c_str()));
    if (folder == nullptr && errno == ENOENT) return std::vector<std::string>();
    if (folder == nullptr) return from_errno(folder_, errno);
    struct stat status {};
    if (::fstat(::dirfd(folder.get()), &status) != 0) return from_errno(folder_, errno);
    if (!only_for(status, owner_)) return denied(folder_ + ": must belong to root, and nobody else may write it");

    std::vector<std::string> names;
    while (const dirent* entry = ::readdir(folder.get())) {  // NOLINT(concurrency-mt-unsafe): this stream is ours alone
        std::string name = static_cast<const char*>(entry->d_name);
        if (!is_hook_name(name)) continue;
        if (names.size() == limits_.most) return denied(folder_ + ": more than " + std::to_string(limits_.most) + " hooks");
        names.push_back(std::move(name));
    }
    std::ranges::sort(names);
    return names;
}

Result<void> HooksFolder::run(const std::string& hook, const Enforcement& wish, SteadyTime end) const {
    const std::string path = folder_ + "/" + hook;
    struct stat status {};
    // Links are judged by what they lead to, and may lead nowhere that another user can change unseen: none is followed.
    if (::lstat(path.c_str(), &status) != 0) return from_errno(path, errno);
    if (S_ISREG(status.st_mode) && (status.st_mode & S_IXUSR) == 0) return {};
    if (!S_ISREG(status.st_mode) || !only_for(status, owner_)) {
        return denied(path + ": must be a file of root's that nobody else may write");
    }
    const Milliseconds left = std::min(limits_.each, end - steady_now());
    if (left <= Milliseconds(0)) return unavailable(path + ": not run, the hooks before it took all the time there is");
    return run_child({path, std::string(to_string(wish.level))},
                     {"PATH=/usr/sbin:/usr/bin:/sbin:/bin", joined("ANCHORD_ALLOW=", wish.allow), joined("ANCHORD_RESPOND=", wish.respond)},
                     left);
}

Result<void> HooksFolder::apply(const Enforcement& wish) {
    if (done_ == wish) return {};
    done_.reset();  // half done is not done: it starts anew, whatever is wished next
    ANCHOR_ASSIGN_OR_RETURN(const std::vector<std::string> names, hooks());
    const SteadyTime end = steady_now() + limits_.all;
    std::optional<Error> failures;
    for (const std::string& name : names) {
        auto outcome = run(name, wish, end);
        if (outcome) continue;
        if (failures) {
            failures->what += "; " + outcome.error().what;
        } else {
            failures = std::move(outcome).error();
        }
    }
    if (failures) return *std::move(failures);
    done_ = wish;
    return {};
}

}  // namespace anchor::enforce
