// SPDX-License-Identifier: Apache-2.0
#include <anchor/policy/policy.h>

#include "fields.h"
#include "rules_section.h"
#include "vocabulary.h"

namespace anchor::policy {
namespace {

constexpr std::string_view kLevelNames = "trusted, restricted, unverified, quarantined, revoked";
constexpr Milliseconds kLongestRecovery = std::chrono::hours{24 * 366};
constexpr std::size_t kMaxResponses = 32;

std::optional<Recovery> recovery_from(std::string_view name) noexcept {
    if (name == "local") return Recovery::Local;
    if (name == "registry") return Recovery::Registry;
    return std::nullopt;
}

Levels read_levels(Fields& document) {
    Levels levels;
    const Json* section = document.member("levels");
    if (section == nullptr) return levels;
    Fields fields(*section, document.pointer("levels"), document.mistakes());
    fields.only({"restricted_at_risk", "quarantined_at_risk", "recover_after", "recovery"});
    if (const auto risk = fields.integer("restricted_at_risk", 1, 100)) levels.restricted_at_risk = static_cast<int>(*risk);
    if (const auto risk = fields.integer("quarantined_at_risk", 1, 100)) levels.quarantined_at_risk = static_cast<int>(*risk);
    if (fields.has("restricted_at_risk") && fields.has("quarantined_at_risk") && levels.quarantined_at_risk < levels.restricted_at_risk)
        fields.wrong("quarantined_at_risk", "must not be below \"restricted_at_risk\"");
    levels.recover_after = fields.duration("recover_after", kLongestRecovery).value_or(Milliseconds{0});
    levels.recovery = fields.word<Recovery>("recovery", recovery_from, "local, registry").value_or(Recovery::Local);
    return levels;
}

std::map<std::string, Level> read_access(Fields& document) {
    std::map<std::string, Level> access;
    const Json* section = document.member("access");
    if (section == nullptr) return access;
    Fields fields(*section, document.pointer("access"), document.mistakes());
    if (!section->is_object()) return access;
    if (section->size() > kMaxAccessNames) {
        document.wrong("access", "at most " + std::to_string(kMaxAccessNames) + " names are accepted");
        return access;
    }
    for (const auto& [name, value] : section->items()) {
        if (!is_name(name, NameForm::Dotted)) fields.wrong(name, in_quotes(name) + " is no name of an access");
        const auto level = fields.word<Level>(name, level_from, kLevelNames);
        if (level == Level::Revoked) fields.wrong(name, "nothing is open to a revoked device");
        if (level) access.emplace(name, *level);
    }
    return access;
}

std::map<Level, std::vector<std::string>> read_responses(Fields& document) {
    std::map<Level, std::vector<std::string>> responses;
    const Json* section = document.member("respond");
    if (section == nullptr) return responses;
    Fields fields(*section, document.pointer("respond"), document.mistakes());
    fields.only({"trusted", "restricted", "unverified", "quarantined", "revoked"});
    if (!section->is_object()) return responses;
    for (const auto& [name, value] : section->items()) {
        const auto level = level_from(name);
        if (!level) continue;  // noted by only()
        auto wanted = fields.texts(name, kMaxResponses, 64);
        for (const std::string& each : wanted) {
            if (!is_name(each, NameForm::Plain)) fields.wrong(name, in_quotes(each) + " is no name of a response");
        }
        responses.emplace(*level, std::move(wanted));
    }
    return responses;
}

void read_heading(Fields& document, Policy& policy) {
    document.only({"$schema", "policy", "version", "not_after", "about", "claims", "rules", "levels", "access", "respond"});
    document.required("policy");
    document.required("version");
    policy.name = document.name("policy", NameForm::Plain).value_or("");
    policy.version = static_cast<std::uint64_t>(document.integer("version", 1, INT64_MAX).value_or(1));
    policy.not_after = document.time("not_after");
    policy.about = document.text("about", 4096).value_or("");
    static_cast<void>(document.text("$schema", 1024));
}

Policy read(const Json& json, Mistakes& mistakes) {
    Policy policy;
    Fields document(json, "", mistakes);
    if (!json.is_object()) return policy;
    read_heading(document, policy);
    policy.claims = read_claims(document);
    Vocabulary words = make_vocabulary(policy.claims, mistakes);
    policy.rules = read_rules(document, words);
    policy.levels = read_levels(document);
    policy.access = read_access(document);
    policy.respond = read_responses(document);
    policy.slots = std::move(words.names);
    policy.types = std::move(words.types);
    return policy;
}

}  // namespace

std::string to_string(const Mistake& mistake) {
    return "line " + std::to_string(mistake.line) + ", column " + std::to_string(mistake.column) + ": " + mistake.message;
}

std::size_t Policy::memory() const noexcept {
    std::size_t octets = sizeof(Policy);
    for (const Rule& rule : rules) {
        octets += sizeof(Rule) + rule.program.memory() + rule.require.capacity() + rule.because.capacity() + rule.id.capacity();
        for (const std::string& control : rule.controls) octets += sizeof(std::string) + control.capacity();
    }
    for (const std::string& slot : slots) octets += sizeof(std::string) + slot.capacity() + sizeof(ClaimType);
    return octets;
}

Result<Policy> parse_policy(std::string_view text, std::vector<Mistake>* mistakes) {
    const auto refuse = [&](std::vector<Mistake> found) -> Error {
        Error error = rejected(to_string(found.front()));
        if (mistakes != nullptr) *mistakes = std::move(found);
        return error;
    };
    if (mistakes != nullptr) mistakes->clear();
    if (text.size() > kMaxOctets)  // before anything is looked at: the time for it must not grow with the text
        return refuse(
            {{1, 1, "a policy of " + std::to_string(text.size()) + " octets, at most " + std::to_string(kMaxOctets) + " are accepted"}});
    SourceText source(text);
    const auto json = parse_json(text, {.octets = kMaxOctets, .depth = kMaxDepth}, source.positions());
    if (!json) return refuse({mistake_from(json.error())});
    Mistakes found(source);
    Policy policy = read(*json, found);
    if (!found.empty()) return refuse(std::move(found).sorted());
    return policy;
}

}  // namespace anchor::policy
