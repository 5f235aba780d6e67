// SPDX-License-Identifier: Apache-2.0
// base64.encode() and base64.decode() (RFC 4648 §4; decoding takes the padding or its absence).
#include <anchor/base/encoding.h>

#include "failures.h"
#include "function_table.h"

namespace anchor::cel {
namespace {

Value encode(std::span<const Value> a, Scratch& scratch) {
    if (!a[0].is(Kind::Bytes)) return no_such_overload();
    if (!scratch.charge(a[0].as_bytes().size() / 8)) return cost_exceeded();
    return make_string(scratch.arena(), to_base64(a[0].as_bytes()));
}

Value decode(std::span<const Value> a, Scratch& scratch) {
    if (!a[0].is(Kind::String)) return no_such_overload();
    const std::string_view text = a[0].as_string();
    if (!scratch.charge(text.size() / 8)) return cost_exceeded();
    std::string padded(text);
    if (text.find('=') == std::string_view::npos) padded.append((4 - text.size() % 4) % 4, '=');
    const Result<Bytes> octets = from_base64(padded);
    return octets.has_value() ? make_bytes(scratch.arena(), *octets) : bad_argument("base64.decode(): this text is no base64");
}

}  // namespace

BuiltinFamily encoder_extension() {
    return {
        {"base64.encode", encode, {"(bytes) -> string"}, Extension::Encoders},
        {"base64.decode", decode, {"(string) -> bytes"}, Extension::Encoders},
    };
}

}  // namespace anchor::cel
