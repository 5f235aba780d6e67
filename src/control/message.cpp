// SPDX-License-Identifier: Apache-2.0
#include "message.h"

namespace anchor::control {
namespace {

// Whoever needs deeper parameters sends them as a text.
constexpr std::size_t kMaxDepth = 16;
constexpr std::size_t kMaxMethod = 255;

Result<bool> flag(const Json& message, std::string_view name) {
    if (!message.contains(name)) return false;
    return json_bool(message, name);
}

// Taken out, not copied: a message of many small values is some thirty times as large in memory.
Result<Json> take_parameters(Json& message) {
    const auto found = message.find("parameters");
    if (found == message.end() || found->is_null()) return Json(Json::object());
    if (!found->is_object()) return rejected("\"parameters\" is " + std::string(found->type_name()) + ", expected an object");
    return std::move(*found);
}

Result<void> read_flags(const Json& message, Request& request) {
    ANCHOR_ASSIGN_OR_RETURN(request.more, flag(message, "more"));
    ANCHOR_ASSIGN_OR_RETURN(request.oneway, flag(message, "oneway"));
    ANCHOR_ASSIGN_OR_RETURN(request.upgrade, flag(message, "upgrade"));
    if (request.more && request.oneway) return rejected("\"more\" and \"oneway\" exclude each other");
    return {};
}

std::string text_of(const Json& message) {
    std::string text = message.dump(-1, ' ', false, Json::error_handler_t::replace);
    text.push_back('\0');
    return text;
}

}  // namespace

Result<Request> request_from(std::string_view message) {
    ANCHOR_ASSIGN_OR_RETURN(Json json, parse_json(message, {.octets = message.size(), .depth = kMaxDepth}));
    ANCHOR_RETURN_IF_ERROR(json_only_keys(json, {"method", "parameters", "more", "oneway", "upgrade"}));
    ANCHOR_ASSIGN_OR_RETURN(const std::string name, json_string(json, "method"));
    const auto dot = name.rfind('.');
    if (dot == std::string::npos || dot == 0 || dot + 1 == name.size() || name.size() > kMaxMethod) {
        return rejected("\"method\" is no name of an interface and a method, as in \"io.anchord.Agent.GetStatus\"");
    }
    Request request{.interface = name.substr(0, dot), .method = name.substr(dot + 1), .parameters = Json::object()};
    ANCHOR_ASSIGN_OR_RETURN(request.parameters, take_parameters(json));
    ANCHOR_RETURN_IF_ERROR(read_flags(json, request));
    return request;
}

std::string request_text(std::string_view full_method, const Json& parameters, bool more) {
    Json message{{"method", full_method}, {"parameters", parameters}};
    if (more) message["more"] = true;
    return text_of(message);
}

std::string reply_text(const Json& parameters, bool continues) {
    Json message{{"parameters", parameters}};
    if (continues) message["continues"] = true;
    return text_of(message);
}

std::string error_text(std::string_view error, const Json& parameters) {
    return text_of(Json{{"error", error}, {"parameters", parameters}});
}

Result<Reply> reply_from(std::string_view message, std::size_t limit) {
    ANCHOR_ASSIGN_OR_RETURN(Json json, parse_json(message, {.octets = limit}));
    ANCHOR_RETURN_IF_ERROR(json_only_keys(json, {"parameters", "error", "continues"}));
    Reply reply{.error = {}, .parameters = Json::object()};
    if (json.contains("error")) {
        ANCHOR_ASSIGN_OR_RETURN(reply.error, json_string(json, "error"));
        if (reply.error.empty()) return rejected("\"error\" is empty");
    }
    ANCHOR_ASSIGN_OR_RETURN(reply.parameters, take_parameters(json));
    ANCHOR_ASSIGN_OR_RETURN(reply.continues, flag(json, "continues"));
    return reply;
}

}  // namespace anchor::control
