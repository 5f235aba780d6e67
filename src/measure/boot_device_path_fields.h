// SPDX-License-Identifier: Apache-2.0
#pragma once

// The fields of a device path node, read and written one after the other; the first that is missing makes it fail.

#include <optional>
#include <string>

#include <anchor/base/byte_reader.h>
#include <anchor/base/encoding.h>
#include <anchor/measure/boot_guid.h>

#include "boot_text.h"

namespace anchor::measure {

using Text = Result<std::string>;

/// Fields separated by commas: what most nodes are.
class Fields {
public:
    Fields(ByteReader& data, std::string name) : data_(data), text_(std::move(name)) { text_ += '('; }

    Fields& hex8() { return number(data_.u8("device path field"), true); }
    Fields& hex16() { return number(data_.u16_le("device path field"), true); }
    Fields& hex32() { return number(data_.u32_le("device path field"), true); }
    Fields& hex64() { return number(data_.u64_le("device path field"), true); }
    Fields& dec16() { return number(data_.u16_le("device path field"), false); }
    Fields& guid() {
        const auto value = read_guid(data_, "device path GUID");
        return value ? add(to_text(*value)) : fail(value.error());
    }
    Fields& octets(std::size_t size) {
        const auto value = data_.take(size, "device path field");
        return value ? add(to_hex(*value)) : fail(value.error());
    }
    /// What is left, in hexadecimal; no field where nothing is.
    Fields& rest() {
        const ByteView left = data_.rest();
        return left.empty() ? *this : add(to_hex(left));
    }
    Fields& skip(std::size_t size) {
        const auto value = data_.take(size, "device path field");
        return value ? *this : fail(value.error());
    }
    Fields& add(const std::string& field) {
        if (text_.back() != '(') text_ += ',';
        text_ += field;
        return *this;
    }
    [[nodiscard]] Text done() {
        if (problem_) return *problem_;
        return text_ + ")";
    }

private:
    template <class T>
    Fields& number(const Result<T>& value, bool hexadecimal) {
        if (!value) return fail(value.error());
        return add(hexadecimal ? hex_number(*value) : std::to_string(*value));
    }
    Fields& fail(const Error& error) {
        if (!problem_) problem_ = error;
        return *this;
    }

    ByteReader& data_;
    std::string text_;
    std::optional<Error> problem_;
};

}  // namespace anchor::measure
