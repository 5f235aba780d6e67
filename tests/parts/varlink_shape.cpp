// SPDX-License-Identifier: Apache-2.0
#include "varlink_shape.h"

#include <cctype>
#include <cstdlib>
#include <iostream>

#include <nlohmann/json.hpp>

namespace anchor::parts {

struct VarlinkShape::Type {
    bool nullable = false;
    std::string name;                   // "string", "Finding", "[]", "{}" for a structure
    std::shared_ptr<const Type> items;  // of "[]"
    std::vector<Field> fields;          // of "{}"
};

struct VarlinkShape::Field {
    std::string name;
    std::shared_ptr<const Type> type;
};

class VarlinkShape::Reader {
public:
    explicit Reader(std::string_view text) : text_(text) {}

    [[nodiscard]] std::string word() {
        skip();
        std::string word;
        while (!text_.empty() &&
               (std::isalnum(static_cast<unsigned char>(text_.front())) != 0 || text_.front() == '_' || text_.front() == '.')) {
            word += text_.front();
            text_.remove_prefix(1);
        }
        return word;
    }
    bool take(std::string_view mark) {
        skip();
        if (!text_.starts_with(mark)) return false;
        text_.remove_prefix(mark.size());
        return true;
    }
    void expect(std::string_view mark) {
        if (take(mark)) return;
        std::cerr << "expected " << mark << " before: " << text_.substr(0, 60) << std::endl;
        std::abort();
    }
    [[nodiscard]] std::shared_ptr<const Type> type() {
        auto type = std::make_shared<Type>();
        type->nullable = take("?");
        if (take("[]")) {
            type->name = "[]";
            type->items = this->type();
        } else if (take("(")) {
            type->name = "{}";
            while (!take(")")) {
                std::string name = word();
                expect(":");
                type->fields.push_back({std::move(name), this->type()});
                (void)take(",");
            }
        } else {
            type->name = word();
            if (type->name.empty()) expect("a type");
        }
        return type;
    }

private:
    void skip() {
        while (!text_.empty()) {
            if (text_.front() == '#')
                text_.remove_prefix(std::min(text_.find('\n'), text_.size()));
            else if (std::isspace(static_cast<unsigned char>(text_.front())) != 0)
                text_.remove_prefix(1);
            else
                return;
        }
    }

    std::string_view text_;
};

VarlinkShape::VarlinkShape(std::string_view description) {
    Reader reader(description);
    for (std::string kind = reader.word(); !kind.empty(); kind = reader.word()) {
        const std::string name = reader.word();
        if (kind == "interface") continue;
        const auto first = reader.type();
        if (kind == "type") types_.emplace(name, first);
        if (kind != "method") continue;
        reader.expect("->");
        answers_.emplace(name, reader.type());
    }
}

std::vector<std::string> VarlinkShape::complaints(const std::string& method, const Json& answer) const {
    std::vector<std::string> found;
    const auto type = answers_.find(method);
    if (type == answers_.end()) return {method + ": no such method"};
    check(*type->second, answer, method, found);
    return found;
}

void VarlinkShape::check(const Type& type, const Json& value, const std::string& place, std::vector<std::string>& into) const {
    if (value.is_null()) {
        if (!type.nullable) into.push_back(place + ": null, expected " + type.name);
        return;
    }
    if (const auto named = types_.find(type.name); named != types_.end()) return check(*named->second, value, place, into);
    const bool fits = (type.name == "string" && value.is_string()) || (type.name == "bool" && value.is_boolean()) ||
                      (type.name == "int" && value.is_number_integer()) || (type.name == "float" && value.is_number()) ||
                      ((type.name == "object" || type.name == "{}") && value.is_object()) || (type.name == "[]" && value.is_array());
    if (!fits) {
        into.push_back(place + ": " + value.dump() + ", expected " + type.name);
        return;
    }
    if (type.name == "[]") {
        for (const Json& item : value) check(*type.items, item, place + "[]", into);
    }
    if (type.name != "{}") return;
    Json undeclared = value;
    for (const Field& field : type.fields) {
        check(*field.type, value.contains(field.name) ? value[field.name] : Json(), place + "." + field.name, into);
        undeclared.erase(field.name);
    }
    for (const auto& [name, left] : undeclared.items()) into.push_back(place + "." + name + ": not declared");
}

}  // namespace anchor::parts
