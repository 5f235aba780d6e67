// SPDX-License-Identifier: Apache-2.0
#pragma once

// The types of the Common Expression Language as the checker sees them: what a variable is declared with
// and what an expression yields. Immutable values, cheap to copy. Trusted side: types are written by us
// or read by parse_type() from a policy document, which refuses what it does not know.

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <anchor/base/result.h>

namespace anchor::cel {

enum class TypeKind : std::uint8_t {
    Dyn,  ///< Known only when evaluated.
    Null,
    Bool,
    Int,
    Uint,
    Double,
    String,
    Bytes,
    Timestamp,
    Duration,
    Ip,         ///< net.IP
    Cidr,       ///< net.CIDR
    List,       ///< one parameter: the element
    Map,        ///< two parameters: key and value
    Optional,   ///< one parameter: the value
    Type,       ///< the type of types; one parameter: which
    Opaque,     ///< a named type that only declared functions make and take; any parameters
    Parameter,  ///< a type variable of a function signature, e.g. A in size(list(A))
};

class Type {
public:
    Type() = default;                                  ///< dyn
    Type(TypeKind simple) noexcept : kind_(simple) {}  // NOLINT: a kind without parameters is a type

    [[nodiscard]] static Type list(Type element);
    [[nodiscard]] static Type map(Type key, Type value);
    [[nodiscard]] static Type optional(Type value);
    [[nodiscard]] static Type type(Type which);
    [[nodiscard]] static Type opaque(std::string name, std::vector<Type> parameters = {});
    [[nodiscard]] static Type parameter(std::string name);

    [[nodiscard]] TypeKind kind() const noexcept { return kind_; }
    [[nodiscard]] bool is_dyn() const noexcept { return kind_ == TypeKind::Dyn; }
    /// Element, key and value, … ; empty for simple types.
    [[nodiscard]] std::span<const Type> parameters() const noexcept;
    /// The name that a type value prints and compares by: "int", "list", "google.protobuf.Timestamp", "net.IP".
    [[nodiscard]] std::string_view name() const noexcept;

    [[nodiscard]] friend bool operator==(const Type& a, const Type& b) noexcept { return same(a, b); }

private:
    struct Detail;
    Type(TypeKind kind, std::string name, std::vector<Type> parameters);
    [[nodiscard]] static bool same(const Type& a, const Type& b) noexcept;

    TypeKind kind_ = TypeKind::Dyn;
    std::shared_ptr<const Detail> detail_;  // null where the kind says everything
};

/// "map(string, list(int))", "optional_type(dyn)", "timestamp".
[[nodiscard]] std::string to_string(const Type& type);

/// Reads what to_string() writes, and the names of the specification ("google.protobuf.Timestamp").
/// An identifier that begins with a capital letter is a type parameter; any other unknown name is refused
/// unless `opaque` allows it. Rejected with the offset otherwise, and for more than 16 levels.
enum class UnknownNames : std::uint8_t { Refused, Opaque };
[[nodiscard]] Result<Type> parse_type(std::string_view text, UnknownNames unknown = UnknownNames::Refused);

}  // namespace anchor::cel
