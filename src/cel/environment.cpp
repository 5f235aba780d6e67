// SPDX-License-Identifier: Apache-2.0
#include <anchor/cel/environment.h>

#include "lexer.h"

namespace anchor::cel {
namespace {

constexpr std::size_t kMostParameters = 16;

bool is_dotted_identifier(std::string_view name) {
    while (true) {
        const std::size_t dot = name.find('.');
        if (!is_identifier(name.substr(0, dot))) return false;
        if (dot == std::string_view::npos) return true;
        name.remove_prefix(dot + 1);
    }
}

}  // namespace

Environment::Environment(Extension extensions, Limits limits) : extensions_(extensions), limits_(limits) {}

Result<std::uint32_t> Environment::declare(std::string name, Type type) {
    if (!is_dotted_identifier(name)) return rejected("variable '" + name + "': not an identifier, or several joined by dots");
    const auto slot = static_cast<std::uint32_t>(variables_.size());
    if (!slots_.emplace(name, slot).second) return rejected("variable '" + name + "': declared twice");
    variables_.push_back({std::move(name), std::move(type), slot});
    return slot;
}

Result<void> Environment::declare(FunctionDeclaration function) {
    const std::string name = function.name;
    if (!is_dotted_identifier(name)) return rejected("function '" + name + "': not an identifier, or several joined by dots");
    if (function.overloads.empty()) return rejected("function '" + name + "': has no overload");
    for (const Overload& overload : function.overloads) {
        if (overload.parameters.size() > kMostParameters) return rejected("function '" + name + "': has more than 16 parameters");
    }
    if (!functions_.emplace(name, std::move(function)).second) return rejected("function '" + name + "': declared twice");
    return {};
}

Result<void> Environment::set_container(std::string name) {
    if (!name.empty() && !is_dotted_identifier(name))
        return rejected("container '" + name + "': not an identifier, or several joined by dots");
    container_ = std::move(name);
    return {};
}

const Variable* Environment::find_variable(std::string_view name) const noexcept {
    const auto found = slots_.find(name);
    return found == slots_.end() ? nullptr : &variables_[found->second];
}

const FunctionDeclaration* Environment::find_function(std::string_view name) const noexcept {
    const auto found = functions_.find(name);
    return found == functions_.end() ? nullptr : &found->second;
}

}  // namespace anchor::cel
