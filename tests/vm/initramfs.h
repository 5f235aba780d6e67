// SPDX-License-Identifier: Apache-2.0
#pragma once

// Initramfs: the files that a kernel starts with, as the archive that it unpacks (cpio, "newc"). The same files make the same
// octets, whenever and wherever they were put together: boots are compared by what was measured.

#include <map>
#include <string>

#include <anchor/base/bytes.h>
#include <anchor/base/result.h>

namespace anchor::vm {

class Initramfs {
public:
    /// Folders above a path are made along with it. Everything belongs to root.
    void folder(const std::string& path);
    void file(const std::string& path, ByteView content, unsigned mode = 0644);
    /// A file of this machine. Errors as of read_file().
    [[nodiscard]] Result<void> copy(const std::string& path, const std::string& from, unsigned mode = 0644);
    /// A program of this machine without its symbols, and the libraries that it says it needs, where it looks for them.
    /// Unavailable, with the output of the tool that failed.
    [[nodiscard]] Result<void> program(const std::string& path, const std::string& from);
    /// A library that a program loads by itself, from the folder in which it has the given other one.
    [[nodiscard]] Result<void> library_beside(const std::string& library, const std::string& other);

    [[nodiscard]] Bytes archive() const;
    /// Its files, for whoever keeps a list of what may be there.
    [[nodiscard]] std::map<std::string, ByteView> files() const;

private:
    struct Entry {
        unsigned mode = 0;
        Bytes content;
    };
    void make_parents(const std::string& path);

    std::map<std::string, Entry> entries_;  // by path, without the first slash
};

}  // namespace anchor::vm
