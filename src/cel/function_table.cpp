// SPDX-License-Identifier: Apache-2.0
#include "function_table.h"

#include <cstdlib>
#include <unordered_map>

namespace anchor::cel {
namespace {

// The signatures are ours: one that cannot be read is a broken invariant.
Type must_parse(std::string_view text) {
    Result<Type> type = parse_type(text);
    if (!type.has_value()) std::abort();
    return std::move(type).value();
}

// The commas between the types, not those inside them.
std::vector<Type> parse_list(std::string_view text) {
    std::vector<Type> types;
    int depth = 0;
    std::size_t begin = 0;
    for (std::size_t i = 0; i <= text.size(); ++i) {
        if (i < text.size() && text[i] == '(') ++depth;
        if (i < text.size() && text[i] == ')') --depth;
        if (i < text.size() && (text[i] != ',' || depth > 0)) continue;
        if (i > begin) types.push_back(must_parse(text.substr(begin, i - begin)));
        begin = i + 1;
    }
    return types;
}

Overload parse_signature(std::string_view text) {
    Overload overload;
    const std::size_t arrow = text.find(") -> ");
    const std::size_t dot = text.find(".(");
    overload.member = dot != std::string_view::npos;
    const std::size_t open = overload.member ? dot + 1 : 0;
    if (overload.member) overload.parameters.push_back(must_parse(text.substr(0, dot)));
    for (Type& type : parse_list(text.substr(open + 1, arrow - open - 1))) overload.parameters.push_back(std::move(type));
    overload.result = must_parse(text.substr(arrow + 5));
    return overload;
}

using Table = std::unordered_map<std::string_view, Function>;

void add(Table& table, const BuiltinFamily& family) {
    for (const BuiltinDeclaration& declaration : family) {
        Function& function = table[declaration.name];
        function.body = declaration.body;
        function.extension = declaration.extension;
        for (const std::string_view signature : declaration.signatures) function.overloads.push_back(parse_signature(signature));
    }
}

Table make_table() {
    Table table;
    for (const auto family : {arithmetic_operators, relation_operators, conversion_functions, text_functions, time_functions,
                              string_extension, math_extension, encoder_extension, network_extension, optional_extension}) {
        add(table, family());
    }
    return table;
}

}  // namespace

const Function* find_builtin(std::string_view name, Extension enabled) {
    static const Table table = make_table();
    const auto found = table.find(name);
    if (found == table.end() || !contains(enabled, found->second.extension)) return nullptr;
    return &found->second;
}

}  // namespace anchor::cel
