// SPDX-License-Identifier: Apache-2.0
#include "initramfs.h"

#include <sys/stat.h>

#include <array>
#include <cstdio>
#include <sstream>

#include <anchor/base/file.h>
#include <parts/command.h>
#include <parts/scratch.h>

namespace anchor::vm {
namespace {

constexpr std::size_t kLargestFile = std::size_t{1} << 30U;
constexpr std::size_t kAlignment = 4;

void append(Bytes& to, ByteView octets) { to.insert(to.end(), octets.begin(), octets.end()); }

void pad(Bytes& archive) { archive.resize((archive.size() + kAlignment - 1) / kAlignment * kAlignment); }

// Documentation/driver-api/early-userspace/buffer-format.rst of the kernel: thirteen numbers of eight hexadecimal digits.
void append_entry(Bytes& archive, unsigned inode, unsigned mode, const std::string& name, ByteView content) {
    std::array<char, 128> header{};
    const int size = std::snprintf(header.data(), header.size(), "070701%08x%08x%08x%08x%08x%08x%08zx%08x%08x%08x%08x%08zx%08x", inode,
                                   mode, 0U, 0U, 1U, 0U, content.size(), 0U, 0U, 0U, 0U, name.size() + 1, 0U);
    append(archive, as_bytes(std::string_view(header.data(), static_cast<std::size_t>(size))));
    append(archive, as_bytes(name));
    archive.push_back(0);
    pad(archive);
    append(archive, content);
    pad(archive);
}

}  // namespace

void Initramfs::make_parents(const std::string& path) {
    for (std::size_t slash = path.find('/', 1); slash != std::string::npos; slash = path.find('/', slash + 1))
        folder(path.substr(0, slash));
}

void Initramfs::folder(const std::string& path) {
    make_parents(path);
    entries_.try_emplace(path.substr(1), Entry{S_IFDIR | 0755, {}});
}

void Initramfs::file(const std::string& path, ByteView content, unsigned mode) {
    make_parents(path);
    entries_[path.substr(1)] = {S_IFREG | mode, Bytes(content.begin(), content.end())};
}

Result<void> Initramfs::copy(const std::string& path, const std::string& from, unsigned mode) {
    ANCHOR_ASSIGN_OR_RETURN(const Bytes content, read_file(from, kLargestFile));
    file(path, content, mode);
    return {};
}

Result<void> Initramfs::program(const std::string& path, const std::string& from) {
    const parts::Scratch scratch("strip");
    const auto stripped = parts::run({"strip", "-o", scratch.path("program"), from});
    if (!stripped.ok()) return unavailable("strip " + from + ": " + stripped.output);
    ANCHOR_RETURN_IF_ERROR(copy(path, scratch.path("program"), 0755));
    const auto needed = parts::run({"ldd", from});
    if (!needed.ok()) return unavailable("ldd " + from + ": " + needed.output);
    std::istringstream words(needed.output);  // "libc.so.6 => /lib/x86_64-linux-gnu/libc.so.6 (0x00007f…)"
    for (std::string word; words >> word;) {
        if (word.starts_with('/') && !entries_.contains(word.substr(1))) ANCHOR_RETURN_IF_ERROR(copy(word, word, 0755));
    }
    return {};
}

Result<void> Initramfs::library_beside(const std::string& library, const std::string& other) {
    for (const auto& [path, entry] : entries_) {
        const std::size_t slash = path.rfind('/');
        if (slash == std::string::npos || !path.substr(slash + 1).starts_with(other)) continue;
        const std::string where = "/" + path.substr(0, slash + 1) + library;
        return copy(where, where, 0755);
    }
    return unavailable("no program needs " + other);
}

std::map<std::string, ByteView> Initramfs::files() const {
    std::map<std::string, ByteView> files;
    for (const auto& [path, entry] : entries_) {
        if (S_ISREG(entry.mode)) files.emplace("/" + path, entry.content);
    }
    return files;
}

Bytes Initramfs::archive() const {
    Bytes octets;
    unsigned inode = 0;
    for (const auto& [path, entry] : entries_) append_entry(octets, ++inode, entry.mode, path, entry.content);
    append_entry(octets, 0, 0, "TRAILER!!!", {});
    return octets;
}

}  // namespace anchor::vm
