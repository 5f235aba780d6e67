// SPDX-License-Identifier: Apache-2.0
#include <anchor/store/folder_shelf.h>

#include <dirent.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
#include <algorithm>
#include <cerrno>
#include <functional>

#include <anchor/base/encoding.h>
#include <anchor/base/file.h>
#include <anchor/crypto/hash.h>

namespace anchor::store {
namespace {

constexpr std::size_t kPiece = 1UL << 16U;

std::string whole(const BlobName& name) { return to_hex(name.sha256.view()); }
std::string part(const BlobName& name) { return whole(name) + ".part"; }

// Files are never changed under their name: a new one takes the place of an old one, whose octets live as long as this does.
class MappedBlob final : public Blob {
public:
    MappedBlob(void* octets, std::size_t size) : octets_(octets), size_(size) {}
    MappedBlob(const MappedBlob&) = delete;
    MappedBlob& operator=(const MappedBlob&) = delete;
    ~MappedBlob() override { ::munmap(octets_, size_); }
    [[nodiscard]] ByteView octets() const noexcept override { return {static_cast<const std::uint8_t*>(octets_), size_}; }

private:
    void* octets_;
    std::size_t size_;
};

// nullptr where the file is not this blob.
std::shared_ptr<const Blob> map_if_it_is(int fd, const BlobName& name) {
    struct stat status {};
    if (::fstat(fd, &status) != 0 || !S_ISREG(status.st_mode) || static_cast<std::uint64_t>(status.st_size) != name.size) return nullptr;
    void* const octets = ::mmap(nullptr, name.size, PROT_READ, MAP_PRIVATE, fd, 0);
    if (octets == MAP_FAILED) return nullptr;
    auto blob = std::make_shared<const MappedBlob>(octets, name.size);
    return crypto::hash(HashAlg::Sha256, blob->octets()) == name.sha256 ? blob : nullptr;
}

// Reads a file from its beginning, piece by piece. Not mapped: whoever may write it in place could end this program by cutting it short.
Result<void> read_through(int fd, const std::string& path, const std::function<Result<void>(ByteView)>& take) {
    if (::lseek(fd, 0, SEEK_SET) != 0) return from_errno(path, errno);
    Bytes piece(kPiece);
    for (;;) {
        const ssize_t got = ::read(fd, piece.data(), piece.size());
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) return from_errno(path, errno);
        if (got == 0) return {};
        ANCHOR_RETURN_IF_ERROR(take(ByteView(piece).first(static_cast<std::size_t>(got))));
    }
}

bool reads_as(int fd, const std::string& path, const BlobName& name) {
    struct stat status {};
    if (::fstat(fd, &status) != 0 || !S_ISREG(status.st_mode) || static_cast<std::uint64_t>(status.st_size) != name.size) return false;
    crypto::Hasher hasher(HashAlg::Sha256);
    const auto read = read_through(fd, path, [&](ByteView piece) {
        hasher.update(piece);
        return Result<void>();
    });
    return read && hasher.finish() == name.sha256;
}

bool is_possible(const BlobName& name) { return name.size != 0 && name.size <= kLargestBlob && name.sha256.alg() == HashAlg::Sha256; }

}  // namespace

Result<std::unique_ptr<FolderShelf>> FolderShelf::open(const std::string& path, std::vector<std::string> by_hand) {
    if (::mkdir(path.c_str(), S_IRWXU) != 0 && errno != EEXIST) return from_errno(path, errno);
    UniqueFd folder(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!folder.valid()) return from_errno(path, errno);
    struct stat status {};
    if (::fstat(folder.get(), &status) != 0) return from_errno(path, errno);
    if ((status.st_mode & (S_IWGRP | S_IWOTH)) != 0) return denied(path + ": others may write here; expected mode 0700");
    return std::unique_ptr<FolderShelf>(new FolderShelf(path, std::move(folder), std::move(by_hand)));
}

Result<std::shared_ptr<const Blob>> FolderShelf::find(const BlobName& name) {
    if (!is_possible(name)) return std::shared_ptr<const Blob>();
    if (const auto known = open_.find(name.sha256); known != open_.end() && known->second->octets().size() == name.size)
        return known->second;
    const UniqueFd fd(::openat(folder_.get(), whole(name).c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK));
    if (!fd.valid() && errno != ENOENT) return from_errno(path_ + "/" + whole(name), errno);
    auto blob = fd.valid() ? map_if_it_is(fd.get(), name) : nullptr;
    if (fd.valid() && blob == nullptr && ::unlinkat(folder_.get(), whole(name).c_str(), 0) != 0) {
        return from_errno(path_ + "/" + whole(name), errno);
    }
    if (blob == nullptr) {
        ANCHOR_ASSIGN_OR_RETURN(blob, copy_by_hand(name));
    }
    if (blob != nullptr) open_[name.sha256] = blob;
    return blob;
}

// Its octets come into the folder, where nobody else writes, and are hashed there once more.
Result<std::shared_ptr<const Blob>> FolderShelf::copy_by_hand(const BlobName& name) {
    for (const std::string& path : by_hand_) {
        const UniqueFd from(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK));
        if (!from.valid() || !reads_as(from.get(), path, name)) continue;
        const std::string file = path_ + "/" + part(name);
        const int flags = O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW;
        const UniqueFd to(::openat(folder_.get(), part(name).c_str(), flags, S_IRUSR | S_IWUSR));
        if (!to.valid()) return from_errno(file, errno);
        ANCHOR_RETURN_IF_ERROR(read_through(from.get(), path, [&](ByteView piece) { return write_all(to.get(), piece, file); }));
        if (::fsync(to.get()) != 0) return from_errno(file, errno);
        ANCHOR_RETURN_IF_ERROR(finish(name));
        return open_.at(name.sha256);
    }
    return std::shared_ptr<const Blob>();
}

Result<std::uint64_t> FolderShelf::size_of(const std::string& file) const {
    struct stat status {};
    if (::fstatat(folder_.get(), file.c_str(), &status, AT_SYMLINK_NOFOLLOW) == 0) return static_cast<std::uint64_t>(status.st_size);
    if (errno == ENOENT) return std::uint64_t{0};
    return from_errno(path_ + "/" + file, errno);
}

// What is put again counts as put now. A file may be gone that is still open here: another process has tidied.
Result<bool> FolderShelf::has_anew(const BlobName& name) {
    ANCHOR_ASSIGN_OR_RETURN(const auto blob, find(name));
    if (blob == nullptr) return false;
    if (::utimensat(folder_.get(), whole(name).c_str(), nullptr, AT_SYMLINK_NOFOLLOW) == 0) return true;
    if (errno != ENOENT) return from_errno(path_ + "/" + whole(name), errno);
    open_.erase(name.sha256);
    ANCHOR_ASSIGN_OR_RETURN(const auto copied, copy_by_hand(name));
    return copied != nullptr;
}

Result<std::uint64_t> FolderShelf::put(const BlobName& name, std::uint64_t offset, ByteView octets) {
    if (!is_possible(name)) {
        return rejected("blob of " + std::to_string(name.size) + " octets: 1 to " + std::to_string(kLargestBlob) + " are taken");
    }
    ANCHOR_ASSIGN_OR_RETURN(const bool here, has_anew(name));
    if (here) return name.size;
    ANCHOR_ASSIGN_OR_RETURN(std::uint64_t have, size_of(part(name)));
    if (have >= name.size) {  // more than it may be, or a power cut right before its end
        ANCHOR_RETURN_IF_ERROR(finish(name));
        return name.size;
    }
    if (offset != have || octets.empty()) return have;
    if (octets.size() > name.size - have) return rejected("blob: the piece goes beyond its end");
    const std::string file = part(name);
    const UniqueFd fd(::openat(folder_.get(), file.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, S_IRUSR | S_IWUSR));
    if (!fd.valid()) return from_errno(path_ + "/" + file, errno);
    ANCHOR_RETURN_IF_ERROR(write_all(fd.get(), octets, path_ + "/" + file));
    have += octets.size();
    if (have == name.size) {
        if (::fsync(fd.get()) != 0) return from_errno(path_ + "/" + file, errno);
        ANCHOR_RETURN_IF_ERROR(finish(name));
    }
    return have;
}

// From a part to a blob, if its octets are those of its name.
Result<void> FolderShelf::finish(const BlobName& name) {
    const UniqueFd fd(::openat(folder_.get(), part(name).c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW));
    if (!fd.valid()) return from_errno(path_ + "/" + part(name), errno);
    auto blob = map_if_it_is(fd.get(), name);
    if (blob == nullptr) {
        (void)::unlinkat(folder_.get(), part(name).c_str(), 0);
        return rejected("blob: its octets have another digest than it is named by");
    }
    if (::renameat(folder_.get(), part(name).c_str(), folder_.get(), whole(name).c_str()) != 0 || ::fsync(folder_.get()) != 0) {
        return from_errno(path_ + "/" + whole(name), errno);
    }
    open_[name.sha256] = std::move(blob);
    return {};
}

Result<std::vector<std::string>> FolderShelf::files() const {
    UniqueFd fd(::openat(folder_.get(), ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    DIR* const entries = fd.valid() ? ::fdopendir(fd.get()) : nullptr;
    if (entries == nullptr) return from_errno(path_, errno);
    (void)fd.release();
    std::vector<std::string> files;
    while (const dirent* entry = ::readdir(entries)) {
        const std::string file = static_cast<const char*>(entry->d_name);
        if (file != "." && file != "..") files.push_back(file);
    }
    ::closedir(entries);
    return files;
}

Result<std::vector<BlobName>> FolderShelf::put_since(WallTime since) const {
    ANCHOR_ASSIGN_OR_RETURN(const auto names, files());
    std::vector<BlobName> young;
    for (const std::string& file : names) {
        struct stat status {};
        if (::fstatat(folder_.get(), file.c_str(), &status, AT_SYMLINK_NOFOLLOW) != 0) continue;  // gone meanwhile
        const auto octets = from_hex(std::string_view(file).substr(0, file.find('.')));
        const auto digest = octets ? Digest::from(HashAlg::Sha256, *octets) : Result<Digest>(octets.error());
        const WallTime put{std::chrono::duration_cast<WallTime::duration>(Seconds{status.st_mtim.tv_sec})};
        if (digest && put >= since) young.push_back({*digest, static_cast<std::uint64_t>(status.st_size)});
    }
    return young;
}

Result<void> FolderShelf::keep_only(std::span<const BlobName> names) {
    ANCHOR_ASSIGN_OR_RETURN(const auto all, files());
    for (const std::string& file : all) {
        const bool wanted = std::ranges::any_of(names, [&](const BlobName& name) { return file == whole(name) || file == part(name); });
        if (wanted) continue;
        if (::unlinkat(folder_.get(), file.c_str(), 0) != 0 && errno != ENOENT) return from_errno(path_ + "/" + file, errno);
    }
    std::erase_if(open_, [&](const auto& one) { return std::ranges::find(names, one.first, &BlobName::sha256) == names.end(); });
    return {};
}

}  // namespace anchor::store
