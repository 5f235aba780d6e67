// SPDX-License-Identifier: Apache-2.0
#include "layers_table.h"

#include <algorithm>
#include <cctype>
#include <sstream>

namespace anchor::architecture {
namespace {

std::vector<std::string> words_of(std::string_view text) {
    std::istringstream stream{std::string(text)};
    std::vector<std::string> words;
    for (std::string word; stream >> word;) words.push_back(word);
    return words;
}

bool is_module_name(std::string_view word) {
    return !word.empty() && std::all_of(word.begin(), word.end(), [](unsigned char c) { return std::islower(c) != 0; });
}

// Reads the table line by line; a line may only name what an earlier line declared.
class TableReader {
public:
    Result<void> read_line(std::string_view line) {
        line = line.substr(0, line.find('#'));
        if (words_of(line).empty()) return {};
        if (const auto arrow = line.find(" -> "); arrow != std::string_view::npos) {
            return read_owners(words_of(line.substr(0, arrow)), words_of(line.substr(arrow + 4)));
        }
        const auto colon = line.find(':');
        if (colon == std::string_view::npos || !is_module_name(line.substr(0, colon))) {
            return rejected("is neither \"module: modules\" nor \"headers -> modules\"");
        }
        return read_module(std::string(line.substr(0, colon)), words_of(line.substr(colon + 1)));
    }

    LayersTable take() && { return std::move(table_); }

private:
    Result<void> read_module(const std::string& module, const std::vector<std::string>& below) {
        if (table_.has(module)) return rejected(module + " has two lines");
        const bool is_root = below == std::vector<std::string>{"*"};
        ANCHOR_ASSIGN_OR_RETURN(Modules allowed, is_root ? Result<Modules>(below_the_roots_) : known(below));
        if (!is_root) below_the_roots_.insert(module);
        table_.order.push_back(module);
        table_.may_include.emplace(module, std::move(allowed));
        return {};
    }

    Result<void> read_owners(const std::vector<std::string>& headers, const std::vector<std::string>& modules) {
        const bool is_everyone = modules == std::vector<std::string>{"*"};
        const Modules everyone(table_.order.begin(), table_.order.end());
        ANCHOR_ASSIGN_OR_RETURN(const Modules owners, is_everyone ? Result<Modules>(everyone) : known(modules));
        for (const auto& header : headers) {
            if (!table_.owners.emplace(header, owners).second) return rejected(header + " has two lines");
        }
        return {};
    }

    [[nodiscard]] Result<Modules> known(const std::vector<std::string>& modules) const {
        for (const auto& module : modules) {
            if (!table_.has(module)) return rejected(module + " does not stand above");
        }
        return Modules(modules.begin(), modules.end());
    }

    LayersTable table_;
    Modules below_the_roots_;
};

}  // namespace

bool LayersTable::allows(std::string_view from, std::string_view to) const {
    const auto line = may_include.find(from);
    return line != may_include.end() && has(to) && (from == to || line->second.contains(to));
}

const Modules* LayersTable::owners_of(std::string_view header) const {
    const Modules* found = nullptr;
    std::size_t length = 0;
    for (const auto& [prefix, modules] : owners) {
        if (!header.starts_with(prefix) || prefix.size() < length) continue;
        found = &modules;
        length = prefix.size();
    }
    return found;
}

Result<LayersTable> parse_layers_table(std::string_view text) {
    TableReader reader;
    std::istringstream stream{std::string(text)};
    std::size_t number = 0;
    for (std::string line; std::getline(stream, line);) {
        ++number;
        if (auto read = reader.read_line(line); !read) return std::move(read).error().within("line " + std::to_string(number));
    }
    return std::move(reader).take();
}

}  // namespace anchor::architecture
