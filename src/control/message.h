// SPDX-License-Identifier: Apache-2.0
#pragma once

// The messages of Varlink as values (varlink.org/Method-Call): calls as they come from foreigners, answers as they go out.

#include <string>

#include <nlohmann/json.hpp>

#include <anchor/base/json.h>

namespace anchor::control {

struct Request {
    std::string interface;  ///< "io.anchord.Agent"
    std::string method;     ///< "GetStatus"
    Json parameters;        ///< an object, {} where the call has none
    bool more = false;
    bool oneway = false;
    bool upgrade = false;

    [[nodiscard]] std::string full_name() const { return interface + "." + method; }
};

/// Reads one call. Rejected: not strict JSON, not an object, members that Varlink does not have or of other types, a method
/// without an interface, "more" together with "oneway".
[[nodiscard]] Result<Request> request_from(std::string_view message);
/// A call, with its NUL.
[[nodiscard]] std::string request_text(std::string_view full_method, const Json& parameters, bool more);

/// An answer, with its NUL. Texts that are not UTF-8 lose the octets that don't fit: an answer is better than none.
[[nodiscard]] std::string reply_text(const Json& parameters, bool continues);
[[nodiscard]] std::string error_text(std::string_view error, const Json& parameters);

struct Reply {
    std::string error;  ///< empty where there is none
    Json parameters;
    bool continues = false;
};
/// Reads one answer. Rejected: as above.
[[nodiscard]] Result<Reply> reply_from(std::string_view message, std::size_t limit);

}  // namespace anchor::control
