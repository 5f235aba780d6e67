// SPDX-License-Identifier: Apache-2.0
#include "documents.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>
#include <sstream>

namespace anchor::architecture {
namespace {

namespace fs = std::filesystem;

constexpr std::array<std::string_view, 8> kFolders{".ci", "docs", "include", "packaging", "policies", "src", "tests", "third_party"};

bool is_word(char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_'; }

// The lines outside of fenced blocks, with their numbers.
template <class Visit>
void each_line(const std::string& text, Visit visit) {
    std::istringstream stream(text);
    std::size_t number = 0;
    bool fenced = false;
    for (std::string line; std::getline(stream, line);) {
        ++number;
        if (line.starts_with("```")) fenced = !fenced;
        if (!fenced && !line.starts_with("```")) visit(number, std::string_view(line));
    }
}

// What stands between each `open` and the next `close` of a line.
std::vector<std::string> between(std::string_view line, std::string_view open, std::string_view close) {
    std::vector<std::string> found;
    while (true) {
        const auto begin = line.find(open);
        if (begin == std::string_view::npos) return found;
        line.remove_prefix(begin + open.size());
        const auto end = line.find(close);
        if (end == std::string_view::npos) return found;
        found.emplace_back(line.substr(0, end));
        line.remove_prefix(end + close.size());
    }
}

// As hosts of Markdown name a heading: lower case, punctuation dropped, "-" for each space.
std::string anchor_of(std::string_view heading) {
    std::string anchor;
    for (const char c : heading) {
        if (is_word(c) || c == '-') anchor += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
        if (c == ' ') anchor += '-';
    }
    return anchor;
}

bool has_heading(const std::string& text, std::string_view anchor) {
    bool found = false;
    each_line(text, [&](std::size_t, std::string_view line) {
        const auto space = line.find(' ');
        if (!line.starts_with('#') || space == std::string_view::npos) return;
        found = found || anchor_of(line.substr(space + 1)) == anchor;
    });
    return found;
}

std::string resolved(std::string_view document, std::string_view target) {
    std::string path = (fs::path(document).parent_path() / target).lexically_normal().generic_string();
    if (path.size() > 1 && path.ends_with('/')) path.pop_back();
    return path;
}

// All names of the tests, and all functions, that the sources have.
class Names {
public:
    explicit Names(const SourceTree& sources) {
        for (const auto& [path, text] : sources) {
            collect_functions(text);
            if (path.starts_with("tests/")) collect_tests(text);
        }
    }
    [[nodiscard]] bool has_test(const std::string& name) const { return tests_.contains(name); }
    [[nodiscard]] bool has_function(const std::string& name) const { return functions_.contains(name); }

private:
    void collect_functions(std::string_view text) {
        for (auto at = text.find('('); at != std::string_view::npos; at = text.find('(', at + 1)) {
            auto begin = at;
            while (begin > 0 && is_word(text[begin - 1])) --begin;
            if (begin < at) functions_.emplace(text.substr(begin, at - begin));
        }
    }
    void collect_tests(std::string_view text) {
        for (const std::string_view macro : {"TEST(", "TEST_F(", "TEST_P("}) {
            for (std::string arguments : between(text, macro, ")")) {
                std::erase_if(arguments, [](char c) { return c == ' ' || c == '\n'; });
                std::replace(arguments.begin(), arguments.end(), ',', '.');
                tests_.insert(std::move(arguments));
            }
        }
    }
    std::set<std::string, std::less<>> tests_;
    std::set<std::string, std::less<>> functions_;
};

bool is_path(std::string_view text) {
    const auto slash = text.find('/');
    const bool plain = std::all_of(text.begin(), text.end(), [](char c) { return is_word(c) || c == '/' || c == '.' || c == '-'; });
    if (!plain || slash == 0 || slash == std::string_view::npos) return false;
    const bool is_ours = std::find(kFolders.begin(), kFolders.end(), text.substr(0, slash)) != kFolders.end();
    return is_ours || extension_of(text) == "h" || extension_of(text) == "cpp";
}

// "Suite.Name": two words in camel case.
bool is_test(std::string_view text) {
    const auto dot = text.find('.');
    if (dot == std::string_view::npos || dot == 0 || dot + 1 == text.size()) return false;
    const bool plain = std::all_of(text.begin(), text.end(), [](char c) { return is_word(c) || c == '.'; });
    return plain && text.find('.', dot + 1) == std::string_view::npos && std::isupper(static_cast<unsigned char>(text[0])) != 0 &&
           std::isupper(static_cast<unsigned char>(text[dot + 1])) != 0 && text.find_first_of("abcdefghijklmnopqrstuvwxyz") < dot;
}

// "name" of "scope::name()".
std::optional<std::string> function_in(std::string_view text) {
    const auto scope = text.rfind("::");
    if (scope == std::string_view::npos || !text.ends_with("()")) return std::nullopt;
    return std::string(text.substr(scope + 2, text.size() - scope - 4));
}

class Checker {
public:
    Checker(const SourceTree& documents, const SourceTree& sources, const Paths& paths)
        : documents_(documents), names_(sources), paths_(paths) {}

    Violations check() {
        for (const auto& [document, text] : documents_) {
            each_line(text, [&, &path = document](std::size_t number, std::string_view line) {
                for (const auto& target : between(line, "](", ")")) note(path, number, complaint_about_link(path, target));
                for (const auto& code : between(line, "`", "`")) note(path, number, complaint_about_code(path, code));
            });
        }
        return std::move(violations_);
    }

private:
    void note(const std::string& document, std::size_t line, const std::string& complaint) {
        if (!complaint.empty()) violations_.push_back(document + ":" + std::to_string(line) + ": " + complaint);
    }

    [[nodiscard]] std::string complaint_about_link(const std::string& document, const std::string& target) const {
        if (target.find("://") != std::string::npos || target.starts_with("mailto:")) return "";
        const auto hash = target.find('#');
        const std::string path = hash == 0 ? document : resolved(document, target.substr(0, hash));
        if (!paths_.contains(path)) return "leads to " + path + ", which is not there";
        if (hash == std::string::npos) return "";
        const auto text = documents_.find(path);
        const bool found = text != documents_.end() && has_heading(text->second, target.substr(hash + 1));
        return found ? "" : path + " has no heading for #" + target.substr(hash + 1);
    }

    [[nodiscard]] std::string complaint_about_code(const std::string& document, const std::string& code) const {
        if (is_path(code)) {
            for (const std::string& place : {code, "include/" + code, "include/anchor/" + code, resolved(document, code)}) {
                if (paths_.contains(place.ends_with('/') ? place.substr(0, place.size() - 1) : place)) return "";
            }
            return "`" + code + "` is not there";
        }
        if (is_test(code) && !names_.has_test(code)) return "no test is called " + code;
        const auto function = function_in(code);
        return !function || names_.has_function(*function) ? "" : "no function is called " + code;
    }

    const SourceTree& documents_;
    Names names_;
    const Paths& paths_;
    Violations violations_;
};

std::string content_of(const fs::path& file) {
    std::ifstream stream(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(stream), std::istreambuf_iterator<char>()};
}

}  // namespace

SourceTree read_documents(const std::string& root) {
    SourceTree documents;
    for (const char* name : {"README.md", "CHANGELOG.md"}) documents.emplace(name, content_of(fs::path(root) / name));
    for (const auto& entry : fs::recursive_directory_iterator(fs::path(root) / "docs")) {
        if (entry.path().extension() != ".md") continue;
        documents.emplace(fs::relative(entry.path(), root).generic_string(), content_of(entry.path()));
    }
    return documents;
}

Paths read_paths(const std::string& root) {
    Paths paths;
    for (const auto& entry : fs::directory_iterator(root)) paths.insert(entry.path().filename().generic_string());
    for (const std::string_view folder : kFolders) {
        const fs::path top = fs::path(root) / folder;
        if (!fs::exists(top)) continue;
        for (const auto& entry : fs::recursive_directory_iterator(top)) paths.insert(fs::relative(entry.path(), root).generic_string());
    }
    return paths;
}

Violations check_documents(const SourceTree& documents, const SourceTree& sources, const Paths& paths) {
    return Checker(documents, sources, paths).check();
}

}  // namespace anchor::architecture
