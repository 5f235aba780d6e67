// SPDX-License-Identifier: Apache-2.0
#include "checker.h"

#include <algorithm>

#include "function_table.h"
#include "names.h"

namespace anchor::cel {
namespace {

std::string listed(const std::vector<Type>& types, bool member) {
    std::string text;
    for (std::size_t i = member ? 1 : 0; i < types.size(); ++i) text += (text.empty() ? "" : ", ") + to_string(types[i]);
    return (member ? to_string(types[0]) + "." : "") + "(" + text + ")";
}

bool has_shape(const Overload& overload, bool member, std::size_t arguments) {
    return overload.member == member && overload.parameters.size() == arguments;
}

bool is_key(TypeKind kind) {
    switch (kind) {
        case TypeKind::Bool:
        case TypeKind::Int:
        case TypeKind::Uint:
        case TypeKind::String:
        case TypeKind::Dyn:
        case TypeKind::Parameter: return true;
        default: return false;
    }
}

}  // namespace

void Checker::annotate(Node& root) { check(root); }

void Checker::check(Node& node) { node.type = infer(node); }

Type Checker::infer(Node& node) {
    switch (node.kind) {
        case NodeKind::Constant: return infer_constant(node.constant);
        case NodeKind::Identifier: return infer_identifier(node);
        case NodeKind::Select: return infer_select(node);
        case NodeKind::Call: return infer_call(node);
        case NodeKind::And:
        case NodeKind::Or: return infer_logical(node);
        case NodeKind::Conditional: return infer_conditional(node);
        case NodeKind::List: return infer_list(node);
        case NodeKind::Map: return infer_map(node);
        case NodeKind::Comprehension: return infer_comprehension(node);
        case NodeKind::Bind: return infer_bind(node);
        case NodeKind::OptionalMap: return infer_optional_map(node);
    }
    return TypeKind::Dyn;
}

Type Checker::infer_constant(const Value& value) {
    switch (value.kind()) {
        case Kind::Bool: return TypeKind::Bool;
        case Kind::Int: return TypeKind::Int;
        case Kind::Uint: return TypeKind::Uint;
        case Kind::Double: return TypeKind::Double;
        case Kind::String: return TypeKind::String;
        case Kind::Bytes: return TypeKind::Bytes;
        default: return TypeKind::Null;
    }
}

Type Checker::infer_identifier(Node& node) {
    if (const Local* local = find_local(node.name)) {
        node.meaning = Meaning::Local;
        node.slot = static_cast<std::uint32_t>(local - locals_.data());
        return local->type;
    }
    if (resolve_name(node, std::string(node.name))) return node.type;
    const std::string name = attempted_.empty() ? std::string(node.name) : attempted_;
    // Looking for what was meant takes a while: not for mistakes that nobody gets to see.
    const bool is_told = strict_ && !diagnostics_.full();
    return mistake(node, "undeclared name '" + shortened(name) + "'" + (is_told ? suggestion(environment_, name) : ""));
}

bool Checker::resolve_name(Node& node, const std::string& name) {
    for (const std::string& candidate : candidates(environment_.container(), name)) {
        if (const Variable* variable = environment_.find_variable(candidate)) {
            node.meaning = Meaning::Variable;
            node.slot = variable->slot;
            node.type = strict_ ? variable->type : Type(TypeKind::Dyn);
            return true;
        }
        if (const auto named = named_type(candidate, environment_.extensions())) {
            node.meaning = Meaning::TypeName;
            node.constant = Value::type(named->name());
            node.type = Type::type(*named);
            return true;
        }
    }
    return false;
}

std::optional<Type> Checker::named_type(std::string_view name, Extension extensions) {
    if (name.find('(') != std::string_view::npos || name == "timestamp" || name == "duration" || name == "dyn") return std::nullopt;
    Result<Type> type = parse_type(name);
    if (!type.has_value() || type->kind() == TypeKind::Parameter) return std::nullopt;
    const bool is_network = type->kind() == TypeKind::Ip || type->kind() == TypeKind::Cidr;
    if (is_network && !contains(extensions, Extension::Network)) return std::nullopt;
    if (type->kind() == TypeKind::Optional && !contains(extensions, Extension::Optionals)) return std::nullopt;
    return std::move(type).value();
}

const Checker::Local* Checker::find_local(std::string_view name) const {
    const auto found = std::find_if(locals_.rbegin(), locals_.rend(), [&](const Local& local) { return local.name == name; });
    return found == locals_.rend() ? nullptr : &*found;
}

std::string Checker::qualified_name(const Node& node) const {
    if (node.kind == NodeKind::Identifier) return find_local(node.name) != nullptr ? std::string{} : std::string(node.name);
    if (node.kind != NodeKind::Select || node.is_optional || node.is_test) return {};
    std::string name = qualified_name(*node.target);
    return name.empty() ? name : name.append(".").append(node.name);
}

bool Checker::names_variable(const Node& target, std::string_view field) const {
    const std::string space = qualified_name(target);
    if (space.empty()) return false;
    const auto names = candidates(environment_.container(), space + "." + std::string(field));
    return std::any_of(names.begin(), names.end(), [&](const std::string& name) { return environment_.find_variable(name) != nullptr; });
}

// The longest dotted name that is declared wins over a field of a shorter one.
Type Checker::infer_select(Node& node) {
    const std::string name = qualified_name(node);
    if (!name.empty() && resolve_name(node, name)) {
        node.kind = NodeKind::Identifier;
        node.target = nullptr;
        return node.type;
    }
    if (node.is_test && names_variable(*node.target, node.name)) {
        return mistake(node, "has() takes a field of a map; this is a variable, and it is always there (unknown where nobody observed it)");
    }
    const bool outermost = !name.empty() && attempted_.empty();
    if (outermost) attempted_ = name;
    check(*node.target);
    if (outermost) attempted_.clear();
    const Type field = field_type(node, unifier_.resolve(node.target->type));
    return node.is_test ? Type(TypeKind::Bool) : field;
}

Type Checker::field_type(const Node& node, const Type& target) {
    switch (target.kind()) {
        case TypeKind::Map: return node.is_optional ? Type::optional(target.parameters()[1]) : target.parameters()[1];
        case TypeKind::Optional: {
            const Type inner = field_type(node, unifier_.resolve(target.parameters()[0]));
            return inner.kind() == TypeKind::Optional ? inner : Type::optional(inner);
        }
        case TypeKind::Dyn:
        case TypeKind::Parameter: return node.is_optional ? Type::optional(TypeKind::Dyn) : Type(TypeKind::Dyn);
        default: return mistake(node, "a value of type " + shown(target) + " has no field '" + shortened(node.name) + "'");
    }
}

Type Checker::infer_logical(Node& node) {
    for (Node* child : node.children) {
        check(*child);
        want(*child, TypeKind::Bool, node.kind == NodeKind::And ? "'&&' wants" : "'||' wants");
    }
    return TypeKind::Bool;
}

Type Checker::infer_conditional(Node& node) {
    for (Node* child : node.children) check(*child);
    want(*node.children[0], TypeKind::Bool, "the condition of '?' is");
    const Type& when_true = node.children[1]->type;
    const Type& when_false = node.children[2]->type;
    if (!unifier_.assign(when_false, when_true)) {
        return mistake(node, "both values of '?' must have one type, not " + shown(when_true) + " and " + shown(when_false));
    }
    return unifier_.join(when_true, when_false);
}

Type Checker::element_type(const Node& element) {
    Type type = unifier_.resolve(element.type);
    if (!element.is_optional_element) return type;
    if (type.kind() == TypeKind::Optional) return type.parameters()[0];
    if (!type.is_dyn()) return mistake(element, "an element with '?' must be optional, this is " + shown(type));
    return TypeKind::Dyn;
}

Type Checker::infer_list(Node& node) {
    std::optional<Type> joined;
    for (Node* child : node.children) {
        check(*child);
        const Type type = element_type(*child);
        joined = joined.has_value() ? unifier_.join(*joined, type) : type;
    }
    return Type::list(joined.has_value() ? *joined : unifier_.fresh());
}

Type Checker::infer_map(Node& node) {
    std::optional<Type> keys;
    std::optional<Type> values;
    for (std::size_t i = 0; i < node.children.size(); i += 2) {
        check(*node.children[i]);
        check(*node.children[i + 1]);
        const Type key = unifier_.resolve(node.children[i]->type);
        if (!is_key(key.kind()))
            static_cast<void>(mistake(*node.children[i], "a map key must be a bool, int, uint or string, not " + shown(key)));
        const Type value = element_type(*node.children[i + 1]);
        keys = keys.has_value() ? unifier_.join(*keys, key) : key;
        values = values.has_value() ? unifier_.join(*values, value) : value;
    }
    if (!keys.has_value()) return Type::map(unifier_.fresh(), unifier_.fresh());
    return Type::map(*keys, *values);
}

Type Checker::infer_bind(Node& node) {
    check(*node.target);
    locals_.push_back({node.name, node.target->type});
    check(*node.children[0]);
    locals_.pop_back();
    return node.children[0]->type;
}

Type Checker::infer_optional_map(Node& node) {
    check(*node.target);
    const Type target = unifier_.resolve(node.target->type);
    Type variable = TypeKind::Dyn;
    if (target.kind() == TypeKind::Optional) {
        variable = target.parameters()[0];
    } else if (!target.is_dyn() && target.kind() != TypeKind::Parameter) {
        static_cast<void>(mistake(node, "optMap() and optFlatMap() belong to optional values, this is " + shown(target)));
    }
    locals_.push_back({node.name, variable});
    check(*node.children[0]);
    locals_.pop_back();
    const Type result = unifier_.resolve(node.children[0]->type);
    if (node.macro == Macro::OptMap) return Type::optional(result);
    want(*node.children[0], Type::optional(unifier_.fresh()), "the result of optFlatMap() is");
    return result.is_dyn() ? Type::optional(TypeKind::Dyn) : result;
}

void Checker::declare_range_variables(const Node& node) {
    const Type range = unifier_.resolve(node.target->type);
    Type first = TypeKind::Dyn;
    Type second = TypeKind::Dyn;
    if (range.kind() == TypeKind::List) {
        first = node.second_name.empty() ? range.parameters()[0] : Type(TypeKind::Int);
        second = range.parameters()[0];
    } else if (range.kind() == TypeKind::Map) {
        first = range.parameters()[0];
        second = range.parameters()[1];
    } else if (!range.is_dyn() && range.kind() != TypeKind::Parameter) {
        static_cast<void>(mistake(*node.target, "only lists and maps have elements to go through, this is " + shown(range)));
    }
    locals_.push_back({node.name, first});
    if (!node.second_name.empty()) locals_.push_back({node.second_name, second});
}

Type Checker::infer_comprehension(Node& node) {
    check(*node.target);
    const std::size_t outside = locals_.size();
    declare_range_variables(node);
    for (Node* child : node.children) check(*child);
    Type result = comprehension_result(node);
    locals_.resize(outside);
    return result;
}

Type Checker::comprehension_result(const Node& node) {
    const bool is_transform = node.macro == Macro::Map || node.macro == Macro::TransformMap || node.macro == Macro::TransformMapEntry;
    if (!is_transform || node.children.size() == 2) want(*node.children[0], TypeKind::Bool, "the condition of this macro is");
    const std::size_t first_variable = locals_.size() - (node.second_name.empty() ? 1 : 2);
    const Type& key = locals_[first_variable].type;
    const Type& last = node.children.back()->type;
    switch (node.macro) {
        case Macro::Map: return Type::list(last);
        case Macro::Filter: return Type::list(key);
        case Macro::TransformMap: return Type::map(key, last);
        case Macro::TransformMapEntry:
            want(*node.children.back(), Type::map(unifier_.fresh(), unifier_.fresh()), "the result of transformMapEntry() is");
            return last;
        default: return TypeKind::Bool;
    }
}

bool Checker::use_function(Node& node, std::string_view name, const Overloads*& overloads) {
    if (const Function* builtin = find_builtin(name, environment_.extensions())) {
        node.body = builtin->body;
        overloads = &builtin->overloads;
        return true;
    }
    if (const FunctionDeclaration* declared = environment_.find_function(name)) {
        node.body = declared->body;
        overloads = &declared->overloads;
        return true;
    }
    return false;
}

// "math.abs(x)" looks like a member of a variable: a function of that whole name wins.
bool Checker::resolve_function(Node& node, const Overloads*& overloads) {
    const std::string receiver = node.is_member ? qualified_name(*node.target) : std::string{};
    if (!node.is_member || !receiver.empty()) {
        const std::string name = node.is_member ? receiver + "." + std::string(node.name) : std::string(node.name);
        for (const std::string& candidate : candidates(environment_.container(), name)) {
            if (!use_function(node, candidate, overloads)) continue;
            node.is_member = false;
            node.target = nullptr;
            return true;
        }
    }
    return node.is_member && use_function(node, node.name, overloads);
}

Type Checker::infer_call(Node& node) {
    const Overloads* overloads = nullptr;
    const bool found = resolve_function(node, overloads);
    if (node.target != nullptr) check(*node.target);
    for (Node* child : node.children) check(*child);
    if (!found) return mistake(node, "there is no function '" + shortened(node.name) + "'");
    const std::size_t arguments = node.children.size() + (node.is_member ? 1 : 0);
    const bool fits = std::any_of(overloads->begin(), overloads->end(),
                                  [&](const Overload& overload) { return has_shape(overload, node.is_member, arguments); });
    if (!fits) node.body = nullptr;
    return strict_ ? choose_overload(node, *overloads) : Type(TypeKind::Dyn);
}

Type Checker::choose_overload(const Node& node, const Overloads& overloads) {
    std::vector<Type> arguments;
    if (node.is_member) arguments.push_back(node.target->type);
    for (const Node* child : node.children) arguments.push_back(child->type);

    std::optional<Type> result;
    for (const Overload& declared : overloads) {
        if (!has_shape(declared, node.is_member, arguments.size())) continue;
        const Overload overload = unifier_.instantiate(declared);
        const std::size_t before = unifier_.mark();
        const bool fits = std::equal(arguments.begin(), arguments.end(), overload.parameters.begin(), overload.parameters.end(),
                                     [&](const Type& argument, const Type& wanted) { return unifier_.assign(argument, wanted); });
        if (!fits) {
            unifier_.undo_to(before);
            continue;
        }
        const Type type = unifier_.resolve(overload.result);
        result = !result.has_value() || *result == type ? type : Type(TypeKind::Dyn);
    }
    if (result.has_value()) return *result;

    std::vector<Type> found;
    found.reserve(arguments.size());
    for (const Type& argument : arguments) found.push_back(unifier_.finished(argument));
    std::string text = "'" + written_name(node.name) + "' does not take " + listed(found, node.is_member) + "; it takes ";
    std::size_t shown_overloads = 0;
    for (const Overload& overload : overloads) {
        if (++shown_overloads > 4) break;
        text += (shown_overloads > 1 ? " or " : "") + listed(overload.parameters, overload.member);
    }
    return mistake(node, std::move(text) + (overloads.size() > 4 ? " or others" : ""));
}

void Checker::want(const Node& node, const Type& wanted, std::string_view for_what) {
    if (unifier_.assign(node.type, wanted)) return;
    static_cast<void>(mistake(node, std::string(for_what) + " " + shown(wanted) + ", this is " + shown(node.type)));
}

Type Checker::mistake(const Node& node, std::string message) {
    if (strict_) diagnostics_.add(node.offset, std::move(message));
    return TypeKind::Dyn;
}

}  // namespace anchor::cel
