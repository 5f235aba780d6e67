// SPDX-License-Identifier: Apache-2.0
#include "golden_tree.h"

#include <dirent.h>
#include <linux/magic.h>
#include <sys/stat.h>
#include <sys/vfs.h>

#include <array>
#include <cerrno>
#include <memory>

#include <anchor/base/file.h>

namespace anchor::cli {
namespace {

// What IMA's own policies do not measure either (security/integrity/ima/ima_policy.c, dont_measure_rules).
constexpr std::array<unsigned long, 13> kWithoutFiles{
    PROC_SUPER_MAGIC, SYSFS_MAGIC, DEBUGFS_MAGIC,      TRACEFS_MAGIC,       DEVPTS_SUPER_MAGIC, BINFMTFS_MAGIC, SECURITYFS_MAGIC,
    SELINUX_MAGIC,    SMACK_MAGIC, CGROUP_SUPER_MAGIC, CGROUP2_SUPER_MAGIC, NSFS_MAGIC,         EFIVARFS_MAGIC,
};

bool has_files(const std::string& folder) {
    struct statfs found {};
    if (::statfs(folder.c_str(), &found) != 0) return true;  // opening it will tell why
    for (const unsigned long magic : kWithoutFiles) {
        if (static_cast<unsigned long>(found.f_type) == magic) return false;
    }
    return true;
}

Error unreadable(const std::string& folder, int error) { return unavailable(from_errno(folder, error).what); }

Result<std::vector<std::string>> names_in(const std::string& folder) {
    const std::unique_ptr<DIR, int (*)(DIR*)> open(::opendir(folder.c_str()), ::closedir);
    if (!open) return unreadable(folder, errno);
    std::vector<std::string> names;
    errno = 0;
    for (const dirent* entry = ::readdir(open.get()); entry != nullptr; entry = ::readdir(open.get())) {
        const std::string_view name = entry->d_name;
        if (name != "." && name != "..") names.emplace_back(name);
        if (names.size() > kMostFiles) return rejected(folder + ": more than " + std::to_string(kMostFiles) + " files");
        errno = 0;
    }
    if (errno != 0) return unreadable(folder, errno);
    return names;
}

class Walk {
public:
    Walk(measure::ImaTableBuilder& builder, GoldenFiles& files) : builder_(builder), files_(files) {}

    Result<std::size_t> from(const std::string& folder) {
        struct stat top {};
        if (::stat(files_.here(folder + "/").c_str(), &top) != 0) return unreadable(files_.here(folder), errno);
        device_ = top.st_dev;
        folders_.push_back(folder);
        while (!folders_.empty()) {
            const std::string next = std::move(folders_.back());
            folders_.pop_back();
            ANCHOR_RETURN_IF_ERROR(look_into(next));
        }
        return count_;
    }

private:
    Result<void> look_into(const std::string& folder) {
        auto names = names_in(files_.here(folder + "/"));
        if (!names && names.error().kind == ErrorKind::Unavailable && files_.options().skip_unreadable) {
            files_.left_out().say(folder, names.error().what);
            return {};
        }
        if (!names) return std::move(names).error();
        for (const std::string& name : *names) ANCHOR_RETURN_IF_ERROR(take(folder + "/" + name));
        return {};
    }

    Result<void> take(const std::string& path) {
        const std::string here = files_.here(path);
        struct stat found {};
        if (::lstat(here.c_str(), &found) != 0) return errno == ENOENT ? Result<void>() : unreadable(here, errno);
        if (S_ISDIR(found.st_mode)) {
            if (found.st_dev != device_ && !may_enter(here)) return {};
            folders_.push_back(path);
            return {};
        }
        auto hashed = files_.hash(path, files_.options().alg);
        if (!hashed) return std::move(hashed).error().within(here);
        if (!*hashed) return {};
        if (++count_ > kMostFiles) return rejected(here + ": more than " + std::to_string(kMostFiles) + " files");
        builder_.add((*hashed)->path, (*hashed)->digest);
        return {};
    }

    [[nodiscard]] bool may_enter(const std::string& folder) const { return files_.options().all_file_systems && has_files(folder); }

    measure::ImaTableBuilder& builder_;
    GoldenFiles& files_;
    dev_t device_ = 0;
    std::vector<std::string> folders_;
    std::size_t count_ = 0;
};

}  // namespace

Result<std::size_t> add_tree(measure::ImaTableBuilder& builder, const std::string& folder, GoldenFiles& files) {
    ANCHOR_ASSIGN_OR_RETURN(const std::string real, files.real_folder(folder));
    if (!has_files(files.here(real + "/"))) return rejected(folder + ": a file system without files of its own");
    return Walk(builder, files).from(real);
}

}  // namespace anchor::cli
