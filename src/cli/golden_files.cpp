// SPDX-License-Identifier: Apache-2.0
#include "golden_files.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <ostream>

#include <anchor/base/file.h>
#include <anchor/crypto/hash.h>
#include <anchor/crypto/md5.h>

#include "terminal.h"

namespace anchor::cli {
namespace {

constexpr std::uint64_t kShown = 20;
constexpr std::size_t kChunk = 256UL * 1024;
constexpr int kMostLinks = 40;  // path_resolution(7)

/// The parts of a path, the first one last.
void push_parts(std::vector<std::string>& to, std::string_view path) {
    while (!path.empty()) {
        const std::size_t slash = path.rfind('/');
        const std::string_view part = slash == std::string_view::npos ? path : path.substr(slash + 1);
        if (!part.empty() && part != ".") to.emplace_back(part);
        path = slash == std::string_view::npos ? std::string_view{} : path.substr(0, slash);
    }
}

std::optional<std::string> link_target(const std::string& path) {
    std::array<char, 4096> target{};
    const ssize_t size = ::readlink(path.c_str(), target.data(), target.size());
    if (size < 0) return std::nullopt;
    return std::string(target.data(), static_cast<std::size_t>(size));
}

bool same_state(const struct stat& a, const struct stat& b) {
    return a.st_size == b.st_size && a.st_mtim.tv_sec == b.st_mtim.tv_sec && a.st_mtim.tv_nsec == b.st_mtim.tv_nsec;
}

struct Digests {
    Digest wanted;
    std::array<std::uint8_t, 16> md5;
};

Error unreadable(int error) { return unavailable(from_errno("read", error).what); }

Result<Digests> digest_of(int fd, HashAlg alg) {
    struct stat before {};
    struct stat after {};
    if (::fstat(fd, &before) != 0) return unreadable(errno);
    crypto::Hasher hasher(alg);
    crypto::Md5 md5;
    std::vector<std::uint8_t> chunk(kChunk);
    for (ssize_t got = 1; got != 0;) {
        got = ::read(fd, chunk.data(), chunk.size());
        if (got < 0 && errno != EINTR) return unreadable(errno);
        if (got <= 0) continue;
        const ByteView octets(chunk.data(), static_cast<std::size_t>(got));
        hasher.update(octets);
        md5.update(octets);
    }
    if (::fstat(fd, &after) != 0) return unreadable(errno);
    if (!same_state(before, after)) return unavailable("it changed while it was read");
    return Digests{hasher.finish(), md5.finish()};
}

// Nothing where there is no regular file. A device or a pipe is not even opened: that alone can do something.
Result<std::optional<Digests>> digest_of_file(const std::string& file, HashAlg alg) {
    struct stat found {};
    if (::lstat(file.c_str(), &found) != 0) {
        if (errno == ENOENT || errno == ENOTDIR) return std::optional<Digests>();
        return unreadable(errno);
    }
    if (!S_ISREG(found.st_mode)) return std::optional<Digests>();
    const UniqueFd fd(::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY));
    if (!fd.valid()) return unreadable(errno);
    ANCHOR_ASSIGN_OR_RETURN(const Digests digests, digest_of(fd.get(), alg));
    return std::optional(digests);
}

}  // namespace

void LeftOut::say(const std::string& path, std::string_view why) {
    ++count_;
    if (count_ <= kShown) notes_ << "left out: " << printable(path) << ": " << why << '\n';
    if (count_ == kShown + 1) notes_ << "left out: and more\n";
}

Result<std::string> GoldenFiles::real_folder(const std::string& folder) {
    if (const auto known = real_folders_.find(folder); known != real_folders_.end()) return known->second;
    std::vector<std::string> parts;
    push_parts(parts, folder);
    std::string real;
    for (int links = 0; !parts.empty();) {
        const std::string part = std::move(parts.back());
        parts.pop_back();
        if (part == "..") {
            real.resize(real.empty() ? 0 : real.rfind('/'));
            continue;
        }
        const std::string next = real + "/" + part;
        const auto target = link_target(here(next));
        if (!target) {
            real = next;
            continue;
        }
        if (++links > kMostLinks) return rejected("too many symbolic links");
        if (target->starts_with('/')) real.clear();
        push_parts(parts, *target);
    }
    return real_folders_.emplace(folder, real).first->second;
}

Result<std::optional<measure::HashedFile>> GoldenFiles::hash(const std::string& path, HashAlg alg) { return hash_if(path, alg, {}); }

Result<std::optional<measure::HashedFile>> GoldenFiles::hash_if(const std::string& path, HashAlg alg, ByteView md5) {
    using Hashed = std::optional<measure::HashedFile>;
    const std::size_t slash = path.rfind('/');
    if (slash == std::string::npos) return rejected("a path that does not begin at the root");
    ANCHOR_ASSIGN_OR_RETURN(const std::string folder, real_folder(path.substr(0, slash)));
    const std::string real = folder + path.substr(slash);
    const auto digests = digest_of_file(here(real), alg);
    if (!digests && options_.skip_unreadable) {
        left_out_.say(path, digests.error().what);
        return Hashed();
    }
    if (!digests) return digests.error();
    if (!*digests) return Hashed();
    if (!md5.empty() && !equal(md5, (*digests)->md5)) {
        left_out_.say(path, "not as its package brought it: its MD5 is another one");
        return Hashed();
    }
    return Hashed({real, (*digests)->wanted});
}

}  // namespace anchor::cli
