// SPDX-License-Identifier: Apache-2.0
#include "source_tree.h"

#include <array>
#include <filesystem>
#include <fstream>
#include <iterator>

namespace anchor::architecture {
namespace {

bool is_data(const std::filesystem::path& folder) { return folder.filename() == "vectors" || folder.filename() == "corpus"; }

bool is_code(std::string_view path) {
    static constexpr std::array kExtensions{"h", "hpp", "hh", "cpp", "cc", "c", "in", "sh", "py", "cmake", "txt"};
    for (const std::string_view extension : kExtensions) {
        if (extension_of(path) == extension) return true;
    }
    return false;
}

std::string content_of(const std::filesystem::path& file) {
    std::ifstream stream(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(stream), std::istreambuf_iterator<char>()};
}

}  // namespace

std::string module_of(std::string_view path) {
    for (const std::string_view root : {"include/anchor/", "src/"}) {
        if (!path.starts_with(root)) continue;
        path.remove_prefix(root.size());
        const auto slash = path.find('/');
        return std::string(slash == std::string_view::npos ? "" : path.substr(0, slash));
    }
    return "";
}

std::string_view extension_of(std::string_view path) {
    const auto name = path.substr(path.rfind('/') + 1);
    const auto dot = name.rfind('.');
    return dot == std::string_view::npos ? "" : name.substr(dot + 1);
}

SourceTree read_source_tree(const std::string& root) {
    SourceTree tree;
    for (const char* top : {"include", "src", "tests"}) {
        const std::filesystem::recursive_directory_iterator end;
        for (auto entry = std::filesystem::recursive_directory_iterator(std::filesystem::path(root) / top); entry != end; ++entry) {
            if (entry->is_directory() && is_data(entry->path())) entry.disable_recursion_pending();
            const std::string path = std::filesystem::relative(entry->path(), root).generic_string();
            if (entry->is_regular_file() && is_code(path)) tree.emplace(path, content_of(entry->path()));
        }
    }
    return tree;
}

}  // namespace anchor::architecture
