// SPDX-License-Identifier: Apache-2.0
#pragma once

// The evaluator's view into a value, without the checks of its public accessors: it has looked at the kinds.

#include <anchor/cel/value.h>

namespace anchor::cel {

struct ValueBits {
    static std::int64_t integer(const Value& value) noexcept { return value.payload_.integer; }
    static std::uint64_t natural(const Value& value) noexcept { return value.payload_.natural; }
    static double real(const Value& value) noexcept { return value.payload_.real; }
    static std::string_view text(const Value& value) noexcept { return {value.payload_.text, value.extent_}; }
    static const Value* values(const Value& value) noexcept { return value.payload_.values; }
    static std::uint32_t extent(const Value& value) noexcept { return value.extent_; }

    /// Lists that are being built grow in place.
    static void set_extent(Value& value, std::uint32_t extent) noexcept { value.extent_ = extent; }
    /// An optional element of a literal ([?x], {?k: v}) is marked until the literal is made.
    static void mark(Value& value) noexcept { value.code_ = 1; }
    static bool is_marked(const Value& value) noexcept { return value.kind_ == Kind::Optional && value.code_ == 1; }
};

}  // namespace anchor::cel
