// SPDX-License-Identifier: Apache-2.0
#include <anchor/enforce/trust_file.h>

#include <array>

#include <nlohmann/json.hpp>

#include <anchor/base/json.h>

#include "replaced_file.h"

namespace anchor::enforce {
namespace {

constexpr std::array kLevels{Level::Trusted, Level::Restricted, Level::Unverified, Level::Quarantined, Level::Revoked};

// Label values: OpenMetrics 1.0 §3.2 escapes these three.
std::string escaped(std::string_view text) {
    std::string out;
    for (const char c : text) {
        if (c == '\\' || c == '"') out += '\\';
        out += c == '\n' ? std::string("\\n") : std::string(1, c);
    }
    return out;
}

std::string family(std::string_view name, std::string_view help) {
    return "# TYPE " + std::string(name) + " gauge\n# HELP " + std::string(name) + " " + std::string(help) + "\n";
}

Result<std::vector<std::string>> names_in(const Json& json, const char* key) {
    const auto list = json.find(key);
    if (list == json.end() || !list->is_array()) return rejected("\"" + std::string(key) + "\" is no list");
    std::vector<std::string> names;
    for (const Json& name : *list) {
        if (!name.is_string()) return rejected("\"" + std::string(key) + "\" holds something else than names");
        names.push_back(name.get<std::string>());
    }
    return names;
}

std::string sample(std::string_view name, std::string_view label, std::string_view value, bool on) {
    return std::string(name) + "{" + std::string(label) + "=\"" + escaped(value) + "\"} " + (on ? "1" : "0") + "\n";
}

}  // namespace

std::string trust_text(const Enforcement& wish) {
    return canonical_json({{"level", to_string(wish.level)}, {"allow", wish.allow}, {"respond", wish.respond}}) + "\n";
}

Result<Enforcement> enforcement_from(std::string_view trust_text) {
    ANCHOR_ASSIGN_OR_RETURN(const Json json, parse_json(trust_text));
    ANCHOR_RETURN_IF_ERROR(json_only_keys(json, {"level", "allow", "respond"}));
    ANCHOR_ASSIGN_OR_RETURN(const std::string level, json_string(json, "level"));
    if (!level_from(level)) return rejected("\"level\" is none");
    Enforcement wish{*level_from(level), {}, {}};
    ANCHOR_ASSIGN_OR_RETURN(wish.allow, names_in(json, "allow"));
    ANCHOR_ASSIGN_OR_RETURN(wish.respond, names_in(json, "respond"));
    return wish;
}

std::string metrics_text(const Enforcement& wish) {
    std::string text = family("anchord_trust_level", "Which level holds: 1 for it, 0 for the others.");
    for (const Level level : kLevels) text += sample("anchord_trust_level", "level", to_string(level), level == wish.level);
    text += family("anchord_access_open", "Accesses of the policies that are open now.");
    for (const std::string& name : wish.allow) text += sample("anchord_access_open", "access", name, true);
    text += family("anchord_response_active", "Responses that the policies ask for now.");
    for (const std::string& name : wish.respond) text += sample("anchord_response_active", "response", name, true);
    return text + "# EOF\n";
}

Result<void> TrustFile::apply(const Enforcement& wish) { return replace_file(path_, trust_text(wish)); }
Result<void> MetricsFile::apply(const Enforcement& wish) { return replace_file(path_, metrics_text(wish)); }

}  // namespace anchor::enforce
