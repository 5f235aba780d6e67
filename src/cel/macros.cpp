// SPDX-License-Identifier: Apache-2.0
#include "macros.h"

#include <array>

namespace anchor::cel {
namespace {

constexpr std::string_view kWantsName = "this argument of the macro must be a plain variable name";

struct Shape {
    std::string_view name;
    std::size_t arguments;
    std::size_t variables;
    Macro macro;
    Extension extension;
};

constexpr std::array kShapes{
    Shape{"all", 2, 1, Macro::All, Extension::None},
    Shape{"exists", 2, 1, Macro::Exists, Extension::None},
    Shape{"exists_one", 2, 1, Macro::ExistsOne, Extension::None},
    Shape{"existsOne", 2, 1, Macro::ExistsOne, Extension::None},
    Shape{"map", 2, 1, Macro::Map, Extension::None},
    Shape{"map", 3, 1, Macro::Map, Extension::None},
    Shape{"filter", 2, 1, Macro::Filter, Extension::None},
    Shape{"all", 3, 2, Macro::All, Extension::Macros2},
    Shape{"exists", 3, 2, Macro::Exists, Extension::Macros2},
    Shape{"existsOne", 3, 2, Macro::ExistsOne, Extension::Macros2},
    Shape{"exists_one", 3, 2, Macro::ExistsOne, Extension::Macros2},
    Shape{"transformList", 3, 2, Macro::Map, Extension::Macros2},
    Shape{"transformList", 4, 2, Macro::Map, Extension::Macros2},
    Shape{"transformMap", 3, 2, Macro::TransformMap, Extension::Macros2},
    Shape{"transformMap", 4, 2, Macro::TransformMap, Extension::Macros2},
    Shape{"transformMapEntry", 3, 2, Macro::TransformMapEntry, Extension::Macros2},
    Shape{"transformMapEntry", 4, 2, Macro::TransformMapEntry, Extension::Macros2},
    Shape{"optMap", 2, 1, Macro::OptMap, Extension::Optionals},
    Shape{"optFlatMap", 2, 1, Macro::OptFlatMap, Extension::Optionals},
};

bool is_plain_name(const Node& node) { return node.kind == NodeKind::Identifier && !node.name.starts_with('.'); }

const Shape* shape_of(const Node& call, Extension extensions) {
    for (const Shape& shape : kShapes) {
        if (shape.name == call.name && shape.arguments == call.children.size() && contains(extensions, shape.extension)) return &shape;
    }
    return nullptr;
}

Expansion expand_has(Node& call) {
    Node& argument = *call.children[0];
    if (argument.kind != NodeKind::Select || argument.is_optional)
        return {argument.offset, "has() takes a field, such as has(device.serial)"};
    const std::uint32_t offset = call.offset;
    const Node select = argument;
    call = select;
    call.offset = offset;
    call.is_test = true;
    return {};
}

Expansion expand_bind(Node& call) {
    const Node& variable = *call.children[0];
    if (!is_plain_name(variable)) return {variable.offset, kWantsName};
    call.kind = NodeKind::Bind;
    call.name = variable.name;
    call.target = call.children[1];
    call.children.erase(call.children.begin(), call.children.begin() + 2);
    return {};
}

bool is_call_of(const Node& call, std::string_view space, std::string_view function) {
    return call.name == function && call.target->kind == NodeKind::Identifier && call.target->name == space;
}

// f(a, b, c) becomes f([a, b, c]).
Expansion pack_arguments(Node& call, Tree& tree) {
    Node* list = tree.make(NodeKind::List, call.offset);
    if (list == nullptr) return {call.offset, "the expression is too long"};
    list->children = std::move(call.children);
    call.children = {list};
    return tree.close(*list) ? Expansion{} : Expansion{call.offset, "nested too deep"};
}

Expansion expand_over_target(Node& call, const Shape& shape) {
    for (std::size_t i = 0; i < shape.variables; ++i) {
        if (!is_plain_name(*call.children[i])) return {call.children[i]->offset, kWantsName};
    }
    if (shape.variables == 2 && call.children[0]->name == call.children[1]->name) {
        return {call.children[1]->offset, "the two variables of the macro have the same name"};
    }
    const bool is_optional = shape.macro == Macro::OptMap || shape.macro == Macro::OptFlatMap;
    call.kind = is_optional ? NodeKind::OptionalMap : NodeKind::Comprehension;
    call.macro = shape.macro;
    call.name = call.children[0]->name;
    if (shape.variables == 2) call.second_name = call.children[1]->name;
    call.children.erase(call.children.begin(), call.children.begin() + static_cast<std::ptrdiff_t>(shape.variables));
    return {};
}

}  // namespace

Expansion expand_macro(Node& call, Extension extensions, Tree& tree) {
    if (!call.is_member) {
        const bool is_has = call.name == "has" && call.children.size() == 1;
        return is_has ? expand_has(call) : Expansion{};
    }
    if (is_call_of(call, "cel", "bind") && call.children.size() == 3 && contains(extensions, Extension::Bindings)) return expand_bind(call);
    const bool is_extreme = is_call_of(call, "math", "greatest") || is_call_of(call, "math", "least");
    if (is_extreme && call.children.size() > 2 && contains(extensions, Extension::Math)) return pack_arguments(call, tree);
    const Shape* shape = shape_of(call, extensions);
    return shape == nullptr ? Expansion{} : expand_over_target(call, *shape);
}

}  // namespace anchor::cel
