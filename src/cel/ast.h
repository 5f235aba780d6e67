// SPDX-License-Identifier: Apache-2.0
#pragma once

// An expression as a tree: what the parser makes, the checker annotates and the compiler reads. Macros are
// nodes of their own, not the general fold of the specification: their meaning is the same, and the compiler
// can build lists without copying them at each step.

#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <anchor/cel/environment.h>
#include <anchor/cel/type.h>
#include <anchor/cel/value.h>

namespace anchor::cel {

enum class NodeKind : std::uint8_t {
    Constant,
    Identifier,
    Select,  ///< target.name, target.?name, has(target.name)
    Call,    ///< name(children) or target.name(children); operators are calls of "_+_" and the like
    And,     ///< any number of children
    Or,
    Conditional,  ///< three children
    List,
    Map,            ///< key, value, key, value, …
    Comprehension,  ///< target is the range; children are predicate and transform, as `macro` wants
    Bind,           ///< cel.bind(name, target, child)
    OptionalMap,    ///< target.optMap(name, child), target.optFlatMap(name, child)
};

enum class Macro : std::uint8_t { None, All, Exists, ExistsOne, Map, Filter, TransformMap, TransformMapEntry, OptMap, OptFlatMap };

/// What a name turned out to be.
enum class Meaning : std::uint8_t { Unresolved, Variable, Local, TypeName };

struct Node {
    NodeKind kind = NodeKind::Constant;
    Macro macro = Macro::None;
    Meaning meaning = Meaning::Unresolved;
    bool is_optional = false;          ///< a.?b
    bool is_optional_element = false;  ///< an element of [?a], a value of {?k: a}
    bool is_test = false;              ///< has()
    bool is_member = false;            ///< a call with a receiver
    std::uint32_t offset = 0;          ///< where it stands in the source
    std::uint32_t height = 1;
    std::uint32_t slot = 0;  ///< of a variable; of a local: its number in the order of nesting
    std::string_view name;   ///< identifier, field, function or first variable
    std::string_view second_name;
    Value constant;
    Node* target = nullptr;
    std::vector<Node*> children;
    Type type;                      ///< set by the checker
    NativeFunction body = nullptr;  ///< of a call that was resolved and may be evaluated
};

/// Owns the nodes of one expression and the texts that are not in the source.
class Tree {
public:
    explicit Tree(const Limits& limits) : limits_(limits), constants_(limits.memory) {}

    /// A new node; nullptr where there would be too many.
    [[nodiscard]] Node* make(NodeKind kind, std::uint32_t offset);
    /// Computes the height after the children are set; false where it is too deep.
    [[nodiscard]] bool close(Node& node) const;
    [[nodiscard]] Arena& constants() noexcept { return constants_; }

private:
    const Limits& limits_;
    std::deque<Node> nodes_;
    Arena constants_;
};

}  // namespace anchor::cel
