// SPDX-License-Identifier: Apache-2.0
#include <parts/scratch.h>

#include <stdlib.h>

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <system_error>

#include <anchor/base/file.h>

namespace anchor::parts {

namespace {

constexpr std::size_t kLargestFile = 64U << 20U;

[[noreturn]] void give_up(const char* what, const std::string& path) {
    std::fprintf(stderr, "scratch: %s %s\n", what, path.c_str());
    std::abort();
}

}  // namespace

Scratch::Scratch(const std::string& name) {
    std::error_code error;
    path_ = (std::filesystem::temp_directory_path(error) / ("anchor-" + name + "-XXXXXX")).string();
    if (error || ::mkdtemp(path_.data()) == nullptr) give_up("can't make", path_);
}

Scratch::~Scratch() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
}

std::string Scratch::write(const std::string& file, ByteView octets) const {
    const std::string where = path(file);
    std::ofstream stream(where, std::ios::binary | std::ios::trunc);
    stream.write(as_text(octets).data(), static_cast<std::streamsize>(octets.size()));
    stream.close();
    if (!stream) give_up("can't write", where);
    return where;
}

Bytes Scratch::read(const std::string& file) const {
    auto octets = read_file(path(file), kLargestFile);
    if (!octets) give_up("can't read", path(file));
    return std::move(octets).value();
}

}  // namespace anchor::parts
