// SPDX-License-Identifier: Apache-2.0
#pragma once

// What an expression may speak of: variables (each with a slot number and a type), functions, extensions,
// and how much it may cost. Built once by us, then shared by all compilations; the expressions that are
// compiled against it come from the other side of the trust border.

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <anchor/base/result.h>
#include <anchor/cel/type.h>
#include <anchor/cel/value.h>

namespace anchor::cel {

/// Parts of the language beyond the core of the specification; combined with |.
enum class Extension : std::uint16_t {
    None = 0,
    Strings = 1U << 0U,    ///< charAt, indexOf, split, format, strings.quote, …
    Math = 1U << 1U,       ///< math.greatest, math.bitAnd, …
    Encoders = 1U << 2U,   ///< base64.encode, base64.decode
    Network = 1U << 3U,    ///< ip(), cidr() and their members
    Optionals = 1U << 4U,  ///< optional.of, ?. and [?], optMap, …
    Macros2 = 1U << 5U,    ///< two-variable all, exists, existsOne, transformList, transformMap
    Bindings = 1U << 6U,   ///< cel.bind
    All = 0x7f,
};
[[nodiscard]] constexpr Extension operator|(Extension a, Extension b) noexcept {
    return static_cast<Extension>(static_cast<unsigned>(a) | static_cast<unsigned>(b));
}
[[nodiscard]] constexpr bool contains(Extension set, Extension one) noexcept {
    return (static_cast<unsigned>(set) & static_cast<unsigned>(one)) == static_cast<unsigned>(one);
}

/// Bounds on one expression: exceeding one of the first three is a compile error, of the others an error value.
struct Limits {
    std::size_t source_octets = 64U << 10U;
    std::size_t nodes = 10'000;
    std::size_t depth = 200;         ///< nesting of the expression
    std::uint64_t cost = 1'000'000;  ///< steps of one evaluation; a step is an instruction, an element or some octets
    std::size_t memory = 1U << 20U;  ///< octets that one evaluation may make
    std::size_t regex_memory = 256U << 10U;
};

struct Variable {
    std::string name;  ///< may be dotted: "boot.secure_boot"
    Type type;
    std::uint32_t slot = 0;
};

class Scratch;
/// A function of the caller. It gets as many arguments as an overload has, none of them an error or unknown; their kinds
/// it must look at itself (dyn hides them from the checker). Pure: the same arguments always give the same value.
using NativeFunction = Value (*)(std::span<const Value> arguments, Scratch& scratch);

struct Overload {
    std::vector<Type> parameters;  ///< the receiver first for a member
    Type result;
    bool member = false;
};

struct FunctionDeclaration {
    std::string name;
    std::vector<Overload> overloads;
    NativeFunction body = nullptr;  ///< null: may be checked, but evaluates to an error
};

class Environment {
public:
    explicit Environment(Extension extensions = Extension::All, Limits limits = {});

    /// Declares a variable and returns its slot: 0, 1, 2, … in the order of declaration.
    /// Rejected: no identifier (or dotted identifiers), or declared before.
    [[nodiscard]] Result<std::uint32_t> declare(std::string name, Type type);
    /// Rejected: no identifier (or dotted identifiers), no overload, more than 16 parameters, or declared before.
    /// Standard functions win over a declared one of the same name.
    [[nodiscard]] Result<void> declare(FunctionDeclaration function);
    /// Names are looked up in this name space first ("a.b": a.b.x, a.x, x). Rejected: no dotted identifier.
    [[nodiscard]] Result<void> set_container(std::string name);

    [[nodiscard]] std::span<const Variable> variables() const noexcept { return variables_; }
    [[nodiscard]] const Variable* find_variable(std::string_view name) const noexcept;
    [[nodiscard]] const FunctionDeclaration* find_function(std::string_view name) const noexcept;
    [[nodiscard]] std::string_view container() const noexcept { return container_; }
    [[nodiscard]] Extension extensions() const noexcept { return extensions_; }
    [[nodiscard]] const Limits& limits() const noexcept { return limits_; }

private:
    Extension extensions_;
    Limits limits_;
    std::string container_;
    std::vector<Variable> variables_;
    std::map<std::string, std::uint32_t, std::less<>> slots_;
    std::map<std::string, FunctionDeclaration, std::less<>> functions_;
};

}  // namespace anchor::cel
