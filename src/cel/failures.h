// SPDX-License-Identifier: Apache-2.0
#pragma once

// The error values that many functions return; their messages are constants.

#include <string_view>

#include <anchor/cel/value.h>

namespace anchor::cel {

[[nodiscard]] inline Value no_such_overload() {
    return Value::error(ErrorCode::NoSuchOverload, "no such overload: a function or operator does not take values of these types");
}
[[nodiscard]] inline Value bad_argument(std::string_view message) { return Value::error(ErrorCode::BadArgument, message); }
[[nodiscard]] inline Value overflow() { return Value::error(ErrorCode::Overflow, "the result is outside the range of its type"); }
[[nodiscard]] inline Value no_such_key() { return Value::error(ErrorCode::NoSuchKey, "no such key"); }
[[nodiscard]] inline Value index_out_of_range() { return Value::error(ErrorCode::NoSuchKey, "index out of range"); }
[[nodiscard]] inline Value divided_by_zero() { return Value::error(ErrorCode::DivideByZero, "division by zero"); }
[[nodiscard]] inline Value cost_exceeded() {
    return Value::error(ErrorCode::LimitExceeded, "the evaluation takes more steps than it was granted");
}
[[nodiscard]] inline Value memory_exceeded() {
    return Value::error(ErrorCode::LimitExceeded, "the evaluation needs more memory than it was granted");
}

}  // namespace anchor::cel
