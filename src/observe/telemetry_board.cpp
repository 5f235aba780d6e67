// SPDX-License-Identifier: Apache-2.0
#include <anchor/observe/telemetry_board.h>

#include <cmath>

#include <nlohmann/json.hpp>

#include <anchor/base/json.h>

#include "system_file.h"

namespace anchor::observe {
namespace {

constexpr std::size_t kMaxListed = 64;

std::size_t size_as_json(const Json& value) { return value.dump(-1, ' ', false, Json::error_handler_t::replace).size(); }

Result<void> check_size(const ClaimValue& value) {
    const auto* const text = std::get_if<std::string>(&value);
    const auto* const texts = std::get_if<std::vector<std::string>>(&value);
    if (texts != nullptr && texts->size() > kMaxListed) return rejected("more than " + std::to_string(kMaxListed) + " texts");
    const std::size_t size = text != nullptr ? size_as_json(*text) : texts != nullptr ? size_as_json(*texts) : 0;
    if (size > TelemetryBoard::kLargestValue)
        return rejected("larger than " + std::to_string(TelemetryBoard::kLargestValue) + " octets as JSON");
    return {};
}

// What JSON cannot say. What can't be adapted stays as it is, and is of another type then.
void adapt(ClaimValue& value, ClaimType wanted) {
    if (const auto* whole = std::get_if<std::int64_t>(&value); whole != nullptr && wanted == ClaimType::Double) {
        value = static_cast<double>(*whole);
        return;
    }
    const auto* text = std::get_if<std::string>(&value);
    if (text == nullptr) return;
    if (wanted == ClaimType::Timestamp) {
        if (const auto time = from_rfc3339(*text)) value = *time;
    } else if (wanted == ClaimType::Duration) {
        if (const auto duration = parse_duration(*text)) value = *duration;
    }
}

bool is_same(const TelemetryGrant& a, const TelemetryGrant& b) { return a.type == b.type && a.uid == b.uid && a.source == b.source; }

}  // namespace

void TelemetryBoard::grant(std::map<std::string, TelemetryGrant> grants) {
    const std::scoped_lock locked(lock_);
    std::erase_if(values_, [&](const auto& entry) {
        const auto now = grants.find(entry.first);
        return now == grants.end() || !is_same(now->second, grants_.at(entry.first));
    });
    grants_ = std::move(grants);
}

Result<void> TelemetryBoard::put(const std::string& name, ClaimValue value, std::uint32_t uid, SteadyTime now) {
    const std::scoped_lock locked(lock_);
    if (auto checked = check(name, value, uid); !checked) {
        ++refused_;
        return checked;
    }
    values_.insert_or_assign(name, Claim{std::move(value), now, grants_.at(name).source});
    return {};
}

Result<void> TelemetryBoard::check(const std::string& name, ClaimValue& value, std::uint32_t uid) const {
    const auto grant = grants_.find(name);
    if (grant == grants_.end()) return denied("no policy in force declares " + shown(name));
    if (grant->second.uid != uid) return denied(shown(name) + " may not be put by the user " + std::to_string(uid));
    adapt(value, grant->second.type);
    if (std::holds_alternative<Unknown>(value) || !fits(value, grant->second.type))
        return rejected(shown(name) + " must be a value of the type " + std::string(to_string(grant->second.type)));
    if (const auto* number = std::get_if<double>(&value); number != nullptr && !std::isfinite(*number))
        return rejected(shown(name) + " must be a finite number");
    if (auto sized = check_size(value); !sized) return std::move(sized).error().within(shown(name));
    return {};
}

void TelemetryBoard::collect(SteadyTime now, Claims& into) {
    const std::scoped_lock locked(lock_);
    for (const auto& [name, grant] : grants_) {
        const auto value = values_.find(name);
        into.set(name, value == values_.end() ? Claim{Unknown{"the application has put no value yet"}, now, grant.source} : value->second);
    }
    ClaimWriter claim("system", now, into);
    claim.set("telemetry.values", static_cast<std::int64_t>(values_.size()));
    claim.set("telemetry.refused", refused_);
}

}  // namespace anchor::observe
