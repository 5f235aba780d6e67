// SPDX-License-Identifier: Apache-2.0
#include "source_rules.h"

#include <algorithm>
#include <array>
#include <sstream>

namespace anchor::architecture {
namespace {

constexpr std::size_t kMostLines = 400;

std::vector<std::string> lines_of(const std::string& text) {
    std::istringstream stream(text);
    std::vector<std::string> lines;
    for (std::string line; std::getline(stream, line);) lines.push_back(line);
    return lines;
}

bool is_header(std::string_view path) { return extension_of(path) == "h"; }
bool is_cpp(std::string_view path) { return is_header(path) || extension_of(path) == "cpp"; }
bool is_public(std::string_view path) { return path.starts_with("include/"); }

// C++'s own headers are plain words: <vector>. Those of C and of everyone else have a dot or a folder.
bool is_standard(std::string_view header) { return header.find_first_of("./") == std::string_view::npos; }

std::string complaint_about_private(const SourceTree& tree, const std::string& path, const std::string& header) {
    if (is_public(path)) return "a public header includes the private header \"" + header + "\"";
    const std::string place = "src/" + module_of(path) + "/" + header;
    if (tree.contains(place) || tree.contains(place + ".in")) return "";  // ".in": CMake fills it in
    return "\"" + header + "\" is no private header of " + module_of(path);
}

std::string complaint_about_foreign(const LayersTable& table, const std::string& module, const std::string& header) {
    const Modules* owners = table.owners_of(header);
    if (owners == nullptr) return is_standard(header) ? "" : "<" + header + "> has no owner in src/layers.table";
    return owners->contains(module) ? "" : module + " includes <" + header + ">, which is not its own";
}

std::string complaint_about_ours(const LayersTable& table, const std::string& module, const std::string& header) {
    const std::string target = module_of("include/" + header);
    if (!table.allows(module, target)) return module + " may not include <" + header + ">";
    return table.owners_of(header) == nullptr ? "" : complaint_about_foreign(table, module, header);
}

std::string_view without_leading_space(std::string_view text) {
    const auto begin = text.find_first_not_of(" \t");
    return begin == std::string_view::npos ? "" : text.substr(begin);
}

bool consume(std::string_view& text, std::string_view word) {
    if (!text.starts_with(word)) return false;
    text = without_leading_space(text.substr(word.size()));
    return true;
}

// "" where the line is no #include, or one that is allowed.
std::string complaint_about_line(const LayersTable& table, const SourceTree& tree, const std::string& path, std::string_view line) {
    line = without_leading_space(line);
    if (!consume(line, "#") || !consume(line, "include")) return "";
    consume(line, "_next");
    const bool is_private = line.starts_with('"');
    const auto end = line.find(is_private ? '"' : '>', 1);
    if ((!is_private && !line.starts_with('<')) || end == std::string_view::npos) return "this #include names no file";

    const std::string header(line.substr(1, end - 1));
    if (is_private) return complaint_about_private(tree, path, header);
    if (header.starts_with("anchor/")) return complaint_about_ours(table, module_of(path), header);
    return complaint_about_foreign(table, module_of(path), header);
}

bool is_snake_case(std::string_view name) {
    return name.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789_.") == std::string_view::npos;
}

std::string complaint_about_name(const std::string& name) {
    static constexpr std::array kForbidden{"util", "utils", "common", "helper", "helpers", "manager", "managers", "misc", "impl"};
    if (name == "CMakeLists.txt") return "";
    if (!is_snake_case(name)) return "\"" + name + "\" is not snake_case";
    std::istringstream words(name.substr(0, name.find('.')));
    for (std::string word; std::getline(words, word, '_');) {
        if (std::find(kForbidden.begin(), kForbidden.end(), word) != kForbidden.end()) {
            return "\"" + word + "\" says that a concept is missing";
        }
    }
    return "";
}

Violations form_of(const std::string& path, const std::vector<std::string>& lines) {
    Violations violations;
    const bool is_script = extension_of(path) == "sh" || extension_of(path) == "py";
    const std::size_t spdx_at = is_script ? 1 : 0;
    const std::string spdx = std::string(is_script ? "#" : "//") + " SPDX-License-Identifier: Apache-2.0";
    if ((is_cpp(path) || is_script) && (lines.size() <= spdx_at || lines[spdx_at] != spdx)) {
        violations.push_back(path + ":" + std::to_string(spdx_at + 1) + ": is not \"" + spdx + "\"");
    }
    if (is_header(path) && std::find(lines.begin(), lines.end(), "#pragma once") == lines.end()) {
        violations.push_back(path + ": has no #pragma once");
    }
    if (lines.size() > kMostLines) violations.push_back(path + ": has " + std::to_string(lines.size()) + " lines: split it");
    return violations;
}

}  // namespace

Violations check_includes(const LayersTable& table, const SourceTree& tree) {
    Violations violations;
    for (const auto& [path, text] : tree) {
        if (!is_cpp(path) || !table.has(module_of(path))) continue;
        std::size_t number = 0;
        for (const auto& line : lines_of(text)) {
            ++number;
            const std::string complaint = complaint_about_line(table, tree, path, line);
            if (!complaint.empty()) violations.push_back(path + ":" + std::to_string(number) + ": " + complaint);
        }
    }
    return violations;
}

Violations check_modules(const LayersTable& table, const SourceTree& tree) {
    Violations violations;
    for (const auto& [path, text] : tree) {
        const std::string module = module_of(path);
        if (path.starts_with("tests/") || table.has(module) || (module.empty() && !is_cpp(path))) continue;
        violations.push_back(path + ": " + (module.empty() ? "belongs to no module" : module + " has no line in src/layers.table"));
    }
    return violations;
}

Violations check_names(const SourceTree& tree) {
    Violations violations;
    for (const auto& [path, text] : tree) {
        std::istringstream parts(path);
        for (std::string part; std::getline(parts, part, '/');) {
            const std::string complaint = complaint_about_name(part);
            if (!complaint.empty()) violations.push_back(path + ": " + complaint);
        }
        const auto extension = extension_of(path);
        if (extension == "hpp" || extension == "hh" || extension == "cc" || extension == "c") {
            violations.push_back(path + ": ours end in .h and .cpp");
        }
    }
    return violations;
}

Violations check_form(const SourceTree& tree) {
    Violations violations;
    for (const auto& [path, text] : tree) {
        const Violations found = form_of(path, lines_of(text));
        violations.insert(violations.end(), found.begin(), found.end());
    }
    return violations;
}

}  // namespace anchor::architecture
