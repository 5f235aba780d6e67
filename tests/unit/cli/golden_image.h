// SPDX-License-Identifier: Apache-2.0
#pragma once

// An image of a small device in a folder: /bin is a link to usr/bin, a package is installed, one of its files is diverted.

#include <filesystem>

#include <parts/scratch.h>

namespace anchor::cli {

class GoldenImage {
public:
    explicit GoldenImage(const std::string& name) : scratch_(name) {
        namespace fs = std::filesystem;
        for (const char* folder : {"usr/bin", "usr/lib", "etc", "var/lib/dpkg/info", "outside"}) fs::create_directories(root(folder));
        fs::create_symlink("usr/bin", root("bin"));
        fs::create_symlink("/usr/lib", root("lib"));  // as the device reads it
        fs::create_symlink("tool", root("usr/bin/link"));
        scratch_.write("usr/bin/tool", std::string_view("tool"));
        scratch_.write("usr/lib/library.so", std::string_view("library"));
    }
    [[nodiscard]] std::string root(const std::string& path = {}) const { return scratch_.path() + (path.empty() ? "" : "/" + path); }
    void write(const std::string& path, std::string_view text) const { scratch_.write(path, text); }

private:
    parts::Scratch scratch_;
};

}  // namespace anchor::cli
