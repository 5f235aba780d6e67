// SPDX-License-Identifier: Apache-2.0
#include <anchor/enforce/warden_protocol.h>

#include <algorithm>
#include <array>

#include <nlohmann/json.hpp>

#include <anchor/base/json.h>

namespace anchor::enforce {
namespace {

constexpr JsonLimits kLimits{.octets = kLargestMessage, .depth = 4};
constexpr std::size_t kLongestReason = 4096;
constexpr std::array kKinds{ErrorKind::Unavailable, ErrorKind::Stale, ErrorKind::Rejected, ErrorKind::Denied, ErrorKind::Corrupt};

bool is_lower_or_digit(char c) noexcept { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); }

Result<Json> object_of(std::string_view message) {
    ANCHOR_ASSIGN_OR_RETURN(Json value, parse_json(message, kLimits));
    if (!value.is_object()) return rejected("not an object");
    return value;
}

Result<std::vector<std::string>> names_in(const Json& object, const std::string& key) {
    const auto list = object.find(key);
    if (list == object.end() || !list->is_array()) return rejected("\"" + key + "\" must be a list");
    if (list->size() > kMostNames) return rejected("\"" + key + "\" has more than " + std::to_string(kMostNames) + " names");
    std::vector<std::string> names;
    for (const Json& entry : *list) {
        const auto* name = entry.get_ptr<const std::string*>();
        if (name == nullptr || !is_name(*name)) {
            return rejected("\"" + key + "\", entry " + std::to_string(names.size() + 1) + ": not a name");
        }
        names.push_back(*name);
    }
    return names;
}

Result<WardenRequest> parse_open(const Json& object) {
    ANCHOR_RETURN_IF_ERROR(json_only_keys(object, {"call", "log"}));
    ANCHOR_ASSIGN_OR_RETURN(std::string log, json_string(object, "log"));
    if (!is_name(log)) return rejected("\"log\" is not a name");
    return WardenRequest(OpenLog{std::move(log)});
}

Result<WardenRequest> parse_enforce(const Json& object) {
    ANCHOR_RETURN_IF_ERROR(json_only_keys(object, {"call", "level", "allow", "respond"}));
    ANCHOR_ASSIGN_OR_RETURN(const std::string name, json_string(object, "level"));
    const auto level = level_from(name);
    if (!level) return rejected("\"level\" is not a level");
    Enforcement wish{.level = *level, .allow = {}, .respond = {}};
    ANCHOR_ASSIGN_OR_RETURN(wish.allow, names_in(object, "allow"));
    ANCHOR_ASSIGN_OR_RETURN(wish.respond, names_in(object, "respond"));
    return WardenRequest(std::move(wish));
}

Json json_of(const WardenRequest& request) {
    if (const auto* open = std::get_if<OpenLog>(&request)) return {{"call", "open"}, {"log", open->log}};
    const auto& wish = std::get<Enforcement>(request);
    return {{"call", "enforce"}, {"level", to_string(wish.level)}, {"allow", wish.allow}, {"respond", wish.respond}};
}

// An error may quote what others wrote, and an answer must be valid UTF-8 within its bound.
std::string printable(std::string_view text) {
    std::string out(text.substr(0, kLongestReason));
    std::ranges::replace_if(
        out, [](char c) { return c < ' ' || c > '~'; }, '?');
    return out;
}

}  // namespace

bool is_name(std::string_view text) noexcept {
    if (text.empty() || text.size() > kLongestName || !is_lower_or_digit(text.front()) || !is_lower_or_digit(text.back())) return false;
    return std::ranges::all_of(text, [](char c) { return is_lower_or_digit(c) || c == '-' || c == '_' || c == '.'; });
}

Result<WardenRequest> parse_request(std::string_view message) {
    auto object = object_of(message);
    if (!object) return std::move(object).error().within("request");
    const auto call = json_string(*object, "call");
    if (!call) return call.error().within("request");
    auto request = *call == "open"      ? parse_open(*object)
                   : *call == "enforce" ? parse_enforce(*object)
                                        : Result<WardenRequest>(rejected("\"call\" is neither \"open\" nor \"enforce\""));
    if (!request) return std::move(request).error().within("request");
    return request;
}

Result<std::string> to_message(const WardenRequest& request) {
    const auto names = [](const std::vector<std::string>& list) { return list.size() <= kMostNames && std::ranges::all_of(list, is_name); };
    if (const auto* open = std::get_if<OpenLog>(&request); open != nullptr && !is_name(open->log)) return rejected("not a name of a log");
    if (const auto* wish = std::get_if<Enforcement>(&request); wish != nullptr && !(names(wish->allow) && names(wish->respond))) {
        return rejected("the wish has too many names, or one that is none");
    }
    std::string message = canonical_json(json_of(request));
    if (message.size() > kLargestMessage) return rejected("the wish is larger than " + std::to_string(kLargestMessage) + " octets");
    return message;
}

std::string answer_message(const Result<void>& outcome) {
    if (outcome) return canonical_json({{"ok", true}});
    return canonical_json({{"error", to_string(outcome.error().kind)}, {"what", printable(outcome.error().what)}});
}

Result<void> parse_answer(std::string_view message) {
    ANCHOR_ASSIGN_OR_RETURN(const Json object, object_of(message));
    if (object == Json{{"ok", true}}) return {};
    ANCHOR_RETURN_IF_ERROR(json_only_keys(object, {"error", "what"}));
    ANCHOR_ASSIGN_OR_RETURN(const std::string name, json_string(object, "error"));
    ANCHOR_ASSIGN_OR_RETURN(std::string what, json_string(object, "what"));
    const auto kind = std::ranges::find(kKinds, name, [](ErrorKind each) { return to_string(each); });
    if (kind == kKinds.end()) return rejected("answer: unknown kind of error");
    return Error{*kind, std::move(what), 0};
}

}  // namespace anchor::enforce
