// SPDX-License-Identifier: Apache-2.0
#include "claim_json.h"

#include <algorithm>
#include <functional>
#include <utility>

#include "shapes.h"

namespace anchor::protocol {
namespace {

constexpr std::size_t kMaxClaims = 512;
constexpr std::size_t kMaxName = 128;
constexpr std::size_t kMaxListed = 1024;
constexpr std::size_t kMaxOctets = 48UL * 1024;  // with quote, logs, two signatures and base64 twice, this fits into a message
constexpr Milliseconds kMaxAge = std::chrono::hours{24 * 365 * 20};

struct Writer {
    Json operator()(const Unknown& unknown) const { return {{"unknown", unknown.why}}; }
    Json operator()(bool value) const { return typed(ClaimType::Bool, value); }
    Json operator()(std::int64_t value) const { return typed(ClaimType::Int, value); }
    Json operator()(double value) const {
        // JSON has no NaN and no infinity; a measurement that is none is not known.
        if (!(value >= -1.7e308 && value <= 1.7e308)) return {{"unknown", "not a finite number"}};
        return typed(ClaimType::Double, value);
    }
    Json operator()(const std::string& value) const { return typed(ClaimType::String, value); }
    Json operator()(const std::vector<std::string>& value) const { return typed(ClaimType::StringList, value); }
    Json operator()(WallTime value) const { return typed(ClaimType::Timestamp, to_rfc3339(value)); }
    Json operator()(Milliseconds value) const { return typed(ClaimType::Duration, value.count()); }

    static Json typed(ClaimType type, Json value) { return {{"type", to_string(type)}, {"value", std::move(value)}}; }
};

Json entry_json(const Claim& claim, const ClaimValue& value, SteadyTime now) {
    Json json = std::visit(Writer{}, value);
    json["age"] = std::max<Milliseconds::rep>(0, (now - claim.observed).count());
    json["source"] = claim.source;
    return json;
}

struct Entry {
    std::string name;
    const Claim* claim;
    std::size_t octets;  // in the object, with its name
};

std::size_t size_of(const std::string& name, const Json& entry) { return canonical_json(name).size() + canonical_json(entry).size() + 2; }

Result<ClaimValue> value_from(const Json& json) {
    if (json.contains("unknown")) {
        ANCHOR_ASSIGN_OR_RETURN(std::string why, json_string(json, "unknown"));
        return ClaimValue{Unknown{std::move(why)}};
    }
    ANCHOR_ASSIGN_OR_RETURN(const std::string type, json_string(json, "type"));
    if (type == to_string(ClaimType::Bool)) {
        ANCHOR_ASSIGN_OR_RETURN(const bool value, json_bool(json, "value"));
        return ClaimValue{value};
    }
    if (type == to_string(ClaimType::Int)) {
        ANCHOR_ASSIGN_OR_RETURN(const std::int64_t value, json_integer(json, "value"));
        return ClaimValue{value};
    }
    if (type == to_string(ClaimType::Double)) {
        const auto found = json.find("value");
        if (found == json.end() || !found->is_number()) return rejected("\"value\" is not a number");
        return ClaimValue{found->get<double>()};
    }
    if (type == to_string(ClaimType::StringList)) {
        ANCHOR_ASSIGN_OR_RETURN(auto values, text_list_from(json, "value", kMaxListed));
        return ClaimValue{std::move(values)};
    }
    if (type == to_string(ClaimType::Duration)) {
        ANCHOR_ASSIGN_OR_RETURN(const std::int64_t value, json_integer(json, "value"));
        return ClaimValue{Milliseconds{value}};
    }
    ANCHOR_ASSIGN_OR_RETURN(std::string text, json_string(json, "value"));
    if (type == to_string(ClaimType::String)) return ClaimValue{std::move(text)};
    if (type != to_string(ClaimType::Timestamp)) return rejected("unknown type \"" + type.substr(0, 40) + "\"");
    ANCHOR_ASSIGN_OR_RETURN(const WallTime time, from_rfc3339(text));
    return ClaimValue{time};
}

Result<Claim> claim_from(const Json& json, SteadyTime now) {
    ANCHOR_RETURN_IF_ERROR(json_only_keys(json, {"type", "value", "unknown", "age", "source"}));
    Claim claim;
    ANCHOR_ASSIGN_OR_RETURN(claim.value, value_from(json));
    ANCHOR_ASSIGN_OR_RETURN(const std::uint64_t age, json_unsigned(json, "age"));
    // Older than anything we would accept is simply old: the clamp keeps the subtraction from wrapping around.
    const auto bounded = std::min(age, static_cast<std::uint64_t>(kMaxAge.count()));
    claim.observed = now - Milliseconds{static_cast<Milliseconds::rep>(bounded)};
    ANCHOR_ASSIGN_OR_RETURN(claim.source, json_string(json, "source"));
    return claim;
}

}  // namespace

Json claims_to_json(const Claims& claims, SteadyTime now) {
    Json json = Json::object();
    std::vector<Entry> largest_first;
    std::size_t octets = 0;
    for (const auto& [name, claim] : claims) {
        json[name] = entry_json(claim, claim.value, now);
        largest_first.push_back({name, &claim, size_of(name, json[name])});
        octets += largest_first.back().octets;
    }
    std::ranges::stable_sort(largest_first, std::greater(), &Entry::octets);
    for (Entry& entry : largest_first) {
        const auto* const texts = std::get_if<std::vector<std::string>>(&entry.claim->value);
        if (octets <= kMaxOctets && (texts == nullptr || texts->size() <= kMaxListed)) continue;
        json[entry.name] = entry_json(*entry.claim, Unknown{"left out: too much for one message"}, now);
        octets -= std::exchange(entry.octets, size_of(entry.name, json[entry.name]));
        octets += entry.octets;
    }
    for (const Entry& entry : largest_first) {
        if (octets <= kMaxOctets && json.size() <= kMaxClaims) break;
        json.erase(entry.name);
        octets -= entry.octets;
    }
    return json;
}

Result<Claims> claims_from_json(const Json& json, SteadyTime now) {
    if (!json.is_object()) return rejected("\"claims\" is not an object");
    if (json.size() > kMaxClaims) return rejected("more than " + std::to_string(kMaxClaims) + " claims");
    Claims claims;
    for (const auto& [name, value] : json.items()) {
        if (name.empty() || name.size() > kMaxName) return rejected("claim with a name of " + std::to_string(name.size()) + " octets");
        auto claim = claim_from(value, now);
        if (!claim) return std::move(claim).error().within("claim " + name);
        claims.set(name, std::move(claim).value());
    }
    return claims;
}

}  // namespace anchor::protocol
