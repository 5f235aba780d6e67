// SPDX-License-Identifier: Apache-2.0
#include "unifier.h"

#include <algorithm>

namespace anchor::cel {
namespace {

bool is_variable(const Type& type) { return type.kind() == TypeKind::Parameter; }

// Null stands for the absence of these.
bool is_nullable(const Type& type) {
    switch (type.kind()) {
        case TypeKind::Timestamp:
        case TypeKind::Duration:
        case TypeKind::Optional:
        case TypeKind::Opaque:
        case TypeKind::Ip:
        case TypeKind::Cidr:
        case TypeKind::Null: return true;
        default: return false;
    }
}

// The same type with other parameters.
Type rebuilt(const Type& type, std::vector<Type> parameters) {
    switch (type.kind()) {
        case TypeKind::List: return Type::list(std::move(parameters[0]));
        case TypeKind::Map: return Type::map(std::move(parameters[0]), std::move(parameters[1]));
        case TypeKind::Optional: return Type::optional(std::move(parameters[0]));
        case TypeKind::Type: return Type::type(std::move(parameters[0]));
        case TypeKind::Opaque: return Type::opaque(std::string(type.name()), std::move(parameters));
        default: return type;
    }
}

Type renamed(const Type& type, std::map<std::string, Type, std::less<>>& names, Unifier& unifier) {
    if (is_variable(type)) {
        const auto found = names.find(type.name());
        if (found != names.end()) return found->second;
        return names.emplace(std::string(type.name()), unifier.fresh()).first->second;
    }
    if (type.parameters().empty()) return type;
    std::vector<Type> parameters;
    for (const Type& parameter : type.parameters()) parameters.push_back(renamed(parameter, names, unifier));
    return rebuilt(type, std::move(parameters));
}

}  // namespace

// No source can spell this name.
Type Unifier::fresh() { return Type::parameter("%" + std::to_string(next_++)); }

Overload Unifier::instantiate(const Overload& overload) {
    std::map<std::string, Type, std::less<>> names;
    Overload result;
    result.member = overload.member;
    for (const Type& parameter : overload.parameters) result.parameters.push_back(renamed(parameter, names, *this));
    result.result = renamed(overload.result, names, *this);
    return result;
}

void Unifier::bind(std::string_view variable, const Type& type) {
    const auto found = bindings_.find(variable);
    changes_.push_back({std::string(variable), found == bindings_.end() ? std::nullopt : std::optional<Type>(found->second)});
    bindings_.insert_or_assign(std::string(variable), type);
}

void Unifier::undo_to(std::size_t mark) {
    for (; changes_.size() > mark; changes_.pop_back()) {
        Change& last = changes_.back();
        if (last.before.has_value()) {
            bindings_.insert_or_assign(std::move(last.variable), *last.before);
        } else {
            bindings_.erase(last.variable);
        }
    }
}

bool Unifier::assign(const Type& from, const Type& to) {
    if (!is_variable(from) && from.parameters().empty() && from == to) return true;
    const std::size_t before = mark();
    if (assign_now(from, to)) return true;
    undo_to(before);
    return false;
}

bool Unifier::assign_now(const Type& from, const Type& to) {
    if (from == to) return true;
    if (is_variable(to)) return assign_variable(to, from);
    if (is_variable(from)) return assign_variable(from, to);
    if (from.is_dyn() || to.is_dyn()) return true;
    if (from.kind() == TypeKind::Null) return is_nullable(to);
    if (to.kind() == TypeKind::Null) return is_nullable(from);
    if (from.kind() != to.kind()) return false;
    return from.kind() == TypeKind::Type || assign_parameters(from, to);
}

bool Unifier::assign_variable(const Type& variable, const Type& other) {
    const auto found = bindings_.find(variable.name());
    if (found == bindings_.end()) {
        if (resolve(other) == variable) return true;
        if (occurs(variable, other)) return false;
        bind(variable.name(), other);
        return true;
    }
    const Type bound = found->second;
    if (!assign_now(other, bound)) return false;
    const Type general = most_general(bound, other);
    if (!(general == bound) && !occurs(variable, general)) bind(variable.name(), general);
    return true;
}

bool Unifier::assign_parameters(const Type& from, const Type& to) {
    const auto a = from.parameters();
    const auto b = to.parameters();
    if (from.name() != to.name()) return false;
    return std::equal(a.begin(), a.end(), b.begin(), b.end(), [&](const Type& x, const Type& y) { return assign_now(x, y); });
}

bool Unifier::occurs(const Type& variable, const Type& type) const {
    if (is_variable(type)) {
        if (type == variable) return true;
        const auto found = bindings_.find(type.name());
        return found != bindings_.end() && occurs(variable, found->second);
    }
    const auto parameters = type.parameters();
    return std::any_of(parameters.begin(), parameters.end(), [&](const Type& parameter) { return occurs(variable, parameter); });
}

bool Unifier::is_as_general(const Type& a, const Type& b) const {
    if (a.is_dyn() || is_variable(a)) return true;
    if (b.is_dyn() || is_variable(b) || a.kind() != b.kind()) return false;
    const auto x = a.parameters();
    const auto y = b.parameters();
    return std::equal(x.begin(), x.end(), y.begin(), y.end(), [&](const Type& p, const Type& q) { return is_as_general(p, q); });
}

Type Unifier::most_general(const Type& a, const Type& b) const {
    if (a.kind() == TypeKind::Null && is_nullable(b)) return b;
    if (b.kind() == TypeKind::Null && is_nullable(a)) return a;
    return is_as_general(a, b) ? a : b;
}

Type Unifier::join(const Type& a, const Type& b) {
    if (!assign(b, a)) return TypeKind::Dyn;
    return most_general(resolve(a), resolve(b));
}

Type Unifier::resolve(const Type& type) const { return substitute(type, false); }
Type Unifier::finished(const Type& type) const { return substitute(type, true); }

Type Unifier::substitute(const Type& type, bool finish) const {
    if (is_variable(type)) {
        const auto found = bindings_.find(type.name());
        if (found != bindings_.end()) return substitute(found->second, finish);
        return finish ? Type(TypeKind::Dyn) : type;
    }
    if (type.parameters().empty()) return type;
    std::vector<Type> parameters;
    for (const Type& parameter : type.parameters()) parameters.push_back(substitute(parameter, finish));
    return rebuilt(type, std::move(parameters));
}

}  // namespace anchor::cel
