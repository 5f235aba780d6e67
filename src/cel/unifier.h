// SPDX-License-Identifier: Apache-2.0
#pragma once

// Type variables and what the checker has found out about them. Assignability is that of the specification:
// dyn fits everything, null fits what may be absent, lists and maps element by element.

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <anchor/cel/environment.h>
#include <anchor/cel/type.h>

namespace anchor::cel {

class Unifier {
public:
    /// A type variable that nobody else has.
    [[nodiscard]] Type fresh();
    /// The overload with variables of its own in place of its parameters.
    [[nodiscard]] Overload instantiate(const Overload& overload);

    /// Whether a value of type `from` may stand where `to` is wanted; binds variables. Undoes its bindings on failure.
    [[nodiscard]] bool assign(const Type& from, const Type& to);
    /// The one type for two elements of a literal: dyn where they have nothing in common.
    [[nodiscard]] Type join(const Type& a, const Type& b);

    /// What is known of the type by now.
    [[nodiscard]] Type resolve(const Type& type) const;
    /// The same, with dyn for what nothing is known of.
    [[nodiscard]] Type finished(const Type& type) const;

    /// A point to come back to where an attempt fails: later bindings are undone.
    [[nodiscard]] std::size_t mark() const noexcept { return changes_.size(); }
    void undo_to(std::size_t mark);

private:
    // What a variable was bound to before; no type where it was free.
    struct Change {
        std::string variable;
        std::optional<Type> before;
    };

    void bind(std::string_view variable, const Type& type);
    [[nodiscard]] bool assign_now(const Type& from, const Type& to);
    [[nodiscard]] bool assign_variable(const Type& variable, const Type& other);
    [[nodiscard]] bool assign_parameters(const Type& from, const Type& to);
    [[nodiscard]] bool occurs(const Type& variable, const Type& type) const;
    [[nodiscard]] bool is_as_general(const Type& a, const Type& b) const;
    [[nodiscard]] Type most_general(const Type& a, const Type& b) const;
    [[nodiscard]] Type substitute(const Type& type, bool finish) const;

    std::map<std::string, Type, std::less<>> bindings_;
    std::vector<Change> changes_;
    std::size_t next_ = 0;
};

}  // namespace anchor::cel
