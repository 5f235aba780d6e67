// SPDX-License-Identifier: Apache-2.0
#include <anchor/store/folder_disk.h>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <algorithm>
#include <cerrno>
#include <dirent.h>

#include <anchor/base/file.h>

namespace anchor::store {

Result<std::unique_ptr<FolderDisk>> FolderDisk::open(const std::string& path) {
    if (::mkdir(path.c_str(), S_IRWXU) != 0 && errno != EEXIST) return from_errno(path, errno);
    UniqueFd folder(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!folder.valid()) return from_errno(path, errno);
    struct stat status {};
    if (::fstat(folder.get(), &status) != 0) return from_errno(path, errno);
    if ((status.st_mode & (S_IWGRP | S_IWOTH)) != 0) return denied(path + ": others may write here; expected mode 0700");
    return std::unique_ptr<FolderDisk>(new FolderDisk(path, std::move(folder)));
}

Result<std::optional<Bytes>> FolderDisk::read(const std::string& name, std::size_t limit) {
    const UniqueFd fd(::openat(folder_.get(), name.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW));
    if (!fd.valid() && errno == ENOENT) return std::optional<Bytes>();
    if (!fd.valid()) return from_errno(path_ + "/" + name, errno);
    ANCHOR_ASSIGN_OR_RETURN(Bytes octets, read_all(fd.get(), limit, path_ + "/" + name));
    return std::optional(std::move(octets));
}

Result<void> FolderDisk::put(const std::string& name, ByteView octets, int flags) {
    const UniqueFd fd(::openat(folder_.get(), name.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW | flags, S_IRUSR | S_IWUSR));
    if (!fd.valid()) return from_errno(path_ + "/" + name, errno);
    return write_all(fd.get(), octets, path_ + "/" + name);
}

Result<void> FolderDisk::write(const std::string& name, ByteView octets) { return put(name, octets, O_TRUNC); }
Result<void> FolderDisk::append(const std::string& name, ByteView octets) { return put(name, octets, O_APPEND); }

Result<void> FolderDisk::sync(const std::string& name) {
    const UniqueFd fd(::openat(folder_.get(), name.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW));
    if (!fd.valid() || ::fsync(fd.get()) != 0) return from_errno(path_ + "/" + name, errno);
    return {};
}

Result<void> FolderDisk::rename(const std::string& from, const std::string& to) {
    if (::renameat(folder_.get(), from.c_str(), folder_.get(), to.c_str()) != 0) return from_errno(path_ + "/" + to, errno);
    return {};
}

Result<void> FolderDisk::remove(const std::string& name) {
    if (::unlinkat(folder_.get(), name.c_str(), 0) != 0 && errno != ENOENT) return from_errno(path_ + "/" + name, errno);
    return {};
}

Result<std::vector<std::string>> FolderDisk::names() {
    // A descriptor of its own: reading a folder moves the position that all its duplicates share.
    UniqueFd fd(::openat(folder_.get(), ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    DIR* const entries = fd.valid() ? ::fdopendir(fd.get()) : nullptr;
    if (entries == nullptr) return from_errno(path_, errno);
    (void)fd.release();
    std::vector<std::string> names;
    while (const dirent* entry = ::readdir(entries)) {
        const std::string name = static_cast<const char*>(entry->d_name);
        if (name != "." && name != "..") names.push_back(name);
    }
    ::closedir(entries);
    std::ranges::sort(names);
    return names;
}

Result<void> FolderDisk::sync_folder() {
    if (::fsync(folder_.get()) != 0) return from_errno(path_, errno);
    return {};
}

}  // namespace anchor::store
