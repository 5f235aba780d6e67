// SPDX-License-Identifier: Apache-2.0
#pragma once

// Gives every name its meaning and every node its type, by the rules of the specification, and says what does
// not fit. Without checking (CompileOptions::check) names are resolved the same way and nothing is refused:
// what has no meaning stays unresolved and becomes an error value when it is evaluated.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <anchor/cel/program.h>

#include "ast.h"
#include "diagnostics.h"
#include "unifier.h"

namespace anchor::cel {

class Checker {
public:
    Checker(const Environment& environment, bool strict, Diagnostics& diagnostics)
        : environment_(environment), strict_(strict), diagnostics_(diagnostics) {}

    /// Annotates the tree; mistakes are in the diagnostics afterwards.
    void annotate(Node& root);
    /// The type of an annotated node.
    [[nodiscard]] Type type_of(const Node& node) const { return unifier_.finished(node.type); }

private:
    struct Local {
        std::string_view name;
        Type type;
    };
    using Overloads = std::vector<Overload>;

    void check(Node& node);
    [[nodiscard]] Type infer(Node& node);
    [[nodiscard]] static Type infer_constant(const Value& value);
    [[nodiscard]] Type infer_identifier(Node& node);
    [[nodiscard]] Type infer_select(Node& node);
    [[nodiscard]] Type field_type(const Node& node, const Type& target);
    [[nodiscard]] Type infer_call(Node& node);
    [[nodiscard]] Type infer_logical(Node& node);
    [[nodiscard]] Type infer_conditional(Node& node);
    [[nodiscard]] Type infer_list(Node& node);
    [[nodiscard]] Type infer_map(Node& node);
    [[nodiscard]] Type infer_bind(Node& node);
    [[nodiscard]] Type infer_optional_map(Node& node);
    [[nodiscard]] Type infer_comprehension(Node& node);
    [[nodiscard]] Type comprehension_result(const Node& node);
    void declare_range_variables(const Node& node);

    [[nodiscard]] bool resolve_function(Node& node, const Overloads*& overloads);
    [[nodiscard]] bool use_function(Node& node, std::string_view name, const Overloads*& overloads);
    [[nodiscard]] Type choose_overload(const Node& node, const Overloads& overloads);
    [[nodiscard]] bool resolve_name(Node& node, const std::string& name);
    [[nodiscard]] static std::optional<Type> named_type(std::string_view name, Extension extensions);
    [[nodiscard]] bool names_variable(const Node& target, std::string_view field) const;
    [[nodiscard]] const Local* find_local(std::string_view name) const;
    /// "a.b.c" of a chain of selections on a name that is no local variable; empty otherwise.
    [[nodiscard]] std::string qualified_name(const Node& node) const;

    void want(const Node& node, const Type& wanted, std::string_view for_what);
    [[nodiscard]] Type element_type(const Node& element);
    [[nodiscard]] Type mistake(const Node& node, std::string message);
    [[nodiscard]] std::string shown(const Type& type) const { return to_string(unifier_.finished(type)); }

    const Environment& environment_;
    bool strict_;
    Diagnostics& diagnostics_;
    Unifier unifier_;
    std::vector<Local> locals_;
    std::string attempted_;  // the longest dotted name around the identifier that is being looked up
};

}  // namespace anchor::cel
