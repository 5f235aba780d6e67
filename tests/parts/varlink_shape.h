// SPDX-License-Identifier: Apache-2.0
#pragma once

// VarlinkShape: the types of a Varlink interface description (varlink.org/Interface-Definition), and whether an answer has the form
// that the description promises: every member declared, of its type, and null only where a "?" stands.

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <anchor/base/json.h>

namespace anchor::parts {

class VarlinkShape {
public:
    /// Aborts where the description cannot be read.
    explicit VarlinkShape(std::string_view description);

    /// What is wrong with the answer of that method, each with its place; empty where nothing is.
    [[nodiscard]] std::vector<std::string> complaints(const std::string& method, const Json& answer) const;

private:
    struct Type;
    struct Field;
    class Reader;
    void check(const Type& type, const Json& value, const std::string& place, std::vector<std::string>& into) const;

    std::map<std::string, std::shared_ptr<const Type>> types_;
    std::map<std::string, std::shared_ptr<const Type>> answers_;
};

}  // namespace anchor::parts
