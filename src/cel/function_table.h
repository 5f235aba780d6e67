// SPDX-License-Identifier: Apache-2.0
#pragma once

// The functions and operators that the language comes with: what the checker knows of them (overloads) and
// what the evaluator calls. One body serves all overloads of a name: it looks at the kinds of its arguments,
// so that checked and unchecked programs cannot differ.

#include <span>
#include <string_view>
#include <vector>

#include <anchor/cel/environment.h>
#include <anchor/cel/scratch.h>

namespace anchor::cel {

/// One function of a family's table, with signatures such as "(A, list(A)) -> bool" and, with a receiver,
/// "string.(int) -> string". The body gets known values, the receiver first, as many as a signature has.
struct BuiltinDeclaration {
    std::string_view name;
    NativeFunction body = nullptr;
    std::vector<std::string_view> signatures;
    Extension extension = Extension::None;
};
using BuiltinFamily = std::vector<BuiltinDeclaration>;

struct Function {
    NativeFunction body = nullptr;
    std::vector<Overload> overloads;
    Extension extension = Extension::None;
};

/// The standard function of that name; nullptr where there is none or its extension is not enabled.
[[nodiscard]] const Function* find_builtin(std::string_view name, Extension enabled);

// The families, each in a file of its own.
[[nodiscard]] BuiltinFamily arithmetic_operators();
[[nodiscard]] BuiltinFamily relation_operators();
[[nodiscard]] BuiltinFamily conversion_functions();
[[nodiscard]] BuiltinFamily text_functions();
[[nodiscard]] BuiltinFamily time_functions();
[[nodiscard]] BuiltinFamily string_extension();
[[nodiscard]] BuiltinFamily math_extension();
[[nodiscard]] BuiltinFamily encoder_extension();
[[nodiscard]] BuiltinFamily network_extension();
[[nodiscard]] BuiltinFamily optional_extension();

}  // namespace anchor::cel
