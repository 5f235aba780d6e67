// SPDX-License-Identifier: Apache-2.0
#include "claim_input.h"

#include <algorithm>
#include <cmath>
#include <cstring>

#include <anchor/base/same_text.h>

namespace anchor::policy {
namespace {

constexpr std::size_t kMaxListed = 10'000;
constexpr std::size_t kMaxTextOctets = std::size_t{1} << 20U;
// What expressions can hold: years 0001 to 9999, and ±292 years in nanoseconds.
constexpr WallTime kFirstTime = std::chrono::sys_days{std::chrono::year{1} / 1 / 1};
constexpr WallTime kLastTime = std::chrono::sys_days{std::chrono::year{9999} / 12 / 31} + std::chrono::hours{24} - Milliseconds{1};
constexpr Milliseconds kLongest = std::chrono::floor<Milliseconds>(std::chrono::nanoseconds::max());

bool is_continuation(char c) noexcept { return (static_cast<unsigned char>(c) & 0xc0U) == 0x80U; }

// The octets of the code point at the front, 0 where it is not well-formed (Unicode 15 table 3-7).
std::size_t code_point_size(std::string_view text) noexcept {
    const auto first = static_cast<unsigned char>(text[0]);
    if (first < 0x80) return 1;
    const std::size_t size = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
    if (first < 0xc2 || first > 0xf4 || text.size() < size) return 0;
    for (std::size_t i = 1; i < size; ++i) {
        if (!is_continuation(text[i])) return 0;
    }
    const auto second = static_cast<unsigned char>(text[1]);
    const bool overlong = (first == 0xe0 && second < 0xa0) || (first == 0xf0 && second < 0x90);
    const bool beyond = (first == 0xed && second > 0x9f) || (first == 0xf4 && second > 0x8f);
    return overlong || beyond ? 0 : size;
}

// Eight octets at a time: nearly all texts are ASCII.
bool is_text(std::string_view text) noexcept {
    if (text.size() > kMaxTextOctets) return false;
    while (!text.empty()) {
        std::uint64_t eight = 0;
        std::memcpy(&eight, text.data(), std::min(text.size(), sizeof eight));
        if ((eight & 0x8080808080808080U) == 0) {
            text.remove_prefix(std::min(text.size(), sizeof eight));
            continue;
        }
        const std::size_t size = code_point_size(text);
        if (size == 0) return false;
        text.remove_prefix(size);
    }
    return true;
}

bool can_hold(bool) noexcept { return true; }
bool can_hold(std::int64_t) noexcept { return true; }
bool can_hold(double value) noexcept { return std::isfinite(value); }
bool can_hold(const std::string& value) noexcept { return is_text(value); }
bool can_hold(WallTime value) noexcept { return value >= kFirstTime && value <= kLastTime; }
bool can_hold(Milliseconds value) noexcept { return value >= -kLongest && value <= kLongest; }

template <class T>
bool is_same(const T& a, const T& b) noexcept {
    if constexpr (std::is_same_v<T, std::string>) {
        return same_text(a, b);
    } else if constexpr (std::is_same_v<T, double>) {
        return a == b && std::signbit(a) == std::signbit(b);  // 1.0 / -0.0 is another number than 1.0 / 0.0
    } else {
        return a == b;
    }
}

bool is_same(const ClaimValue& a, const ClaimValue& b) noexcept {
    if (a.index() != b.index()) return false;
    return std::visit([&]<class T>(const T& value) { return is_same(value, std::get<T>(b)); }, a);
}

// Why no expression can hold such a value; empty where it can.
struct Fit {
    std::string operator()(const Unknown&) const { return {}; }
    std::string operator()(bool) const { return {}; }
    std::string operator()(std::int64_t) const { return {}; }
    std::string operator()(double value) const { return can_hold(value) ? "" : "not a finite number"; }
    std::string operator()(const std::string& value) const { return can_hold(value) ? "" : "not a text in UTF-8 of at most 1 MiB"; }
    std::string operator()(const std::vector<std::string>& values) const {
        if (values.size() > kMaxListed) return "a list of more than " + std::to_string(kMaxListed) + " texts";
        for (const std::string& value : values) {
            if (!is_text(value)) return "an element is not a text in UTF-8 of at most 1 MiB";
        }
        return {};
    }
    std::string operator()(WallTime value) const { return can_hold(value) ? "" : "a time outside the years 1 to 9999"; }
    std::string operator()(Milliseconds value) const { return can_hold(value) ? "" : "a duration of more than 292 years"; }
};

// What expressions see of a value: texts are borrowed.
cel::Value seen_as(bool value) noexcept { return cel::Value::boolean(value); }
cel::Value seen_as(std::int64_t value) noexcept { return cel::Value::integer(value); }
cel::Value seen_as(double value) noexcept { return cel::Value::real(value); }
cel::Value seen_as(const std::string& value) noexcept { return cel::Value::string(value); }
cel::Value seen_as(WallTime value) noexcept { return cel::Value::timestamp(value); }
cel::Value seen_as(Milliseconds value) noexcept { return cel::Value::duration(value); }

// The same for what has no value, or a list: that borrows from `elements`.
struct AsExpressionValue {
    std::uint32_t slot;
    std::vector<cel::Value>& elements;

    template <class T>
    cel::Value operator()(const T& value) const {
        return seen_as(value);
    }
    cel::Value operator()(const Unknown&) const { return cel::Value::unknown(slot); }
    cel::Value operator()(const std::vector<std::string>& values) const {
        for (const std::string& value : values) elements.push_back(cel::Value::string(value));
        return cel::Value::list(elements);
    }
};

const Claim& nothing_said() {
    static const Claim nothing{Unknown{"nobody has said it"}, {}, {}};
    return nothing;
}

}  // namespace

ClaimInput::ClaimInput(std::string_view name, std::uint32_t slot, ClaimType type, const DeclaredClaim* declared, cel::Value& seen)
    : type_(type),
      ages_(declared != nullptr && declared->max_age.has_value()),
      names_source_(declared != nullptr && !declared->from.empty()),
      slot_(slot),
      seen_(&seen),
      said_(nothing_said().value),
      declared_(declared),
      name_(name) {
    seen = cel::Value::unknown(slot);
}

bool ClaimInput::set(const Claim* said) {
    const Claim& claim = said == nullptr ? nothing_said() : *said;
    const bool as_before = !is_too_old_ && !has_objection_ && (!names_source_ || same_text(source_, claim.source));
    if (!as_before) return set_slowly(claim);
    switch (type_) {
        case ClaimType::Bool: return replace<bool>(claim);
        case ClaimType::Int: return replace<std::int64_t>(claim);
        case ClaimType::Double: return replace<double>(claim);
        case ClaimType::String: return replace<std::string>(claim);
        case ClaimType::Timestamp: return replace<WallTime>(claim);
        case ClaimType::Duration: return replace<Milliseconds>(claim);
        case ClaimType::StringList: break;
    }
    return set_slowly(claim);
}

template <class T>
bool ClaimInput::replace(const Claim& claim) {
    const T* const now = std::get_if<T>(&claim.value);
    T* const before = std::get_if<T>(&said_);
    if (now == nullptr || before == nullptr) return set_slowly(claim);
    if (is_same(*now, *before)) {
        observed_ = claim.observed;
        return false;
    }
    if (!can_hold(*now)) return set_slowly(claim);
    observed_ = claim.observed;
    *before = *now;
    *seen_ = seen_as(*before);
    return true;
}

bool ClaimInput::set_slowly(const Claim& claim) {
    const bool same_source = !names_source() || source_ == claim.source;
    if (same_source && is_same(said_, claim.value)) {
        if (observed_ == claim.observed) return false;
        observed_ = claim.observed;
        if (!is_too_old_) return false;
        is_too_old_ = false;
    } else {
        said_ = claim.value;
        observed_ = claim.observed;
        if (names_source()) source_ = claim.source;
        is_too_old_ = false;
        objection_ = objection();
        has_objection_ = !objection_.empty();
    }
    convert();
    return true;
}

bool ClaimInput::look_at_age(SteadyTime now) {
    const auto end = end_of_life();
    const bool is_too_old = end && now >= *end;
    if (is_too_old == is_too_old_) return false;
    is_too_old_ = is_too_old;
    convert();
    return true;
}

std::optional<SteadyTime> ClaimInput::due() const { return is_too_old_ ? std::nullopt : end_of_life(); }

std::string ClaimInput::text() const {
    if (has_objection_) return "unknown: " + objection_;
    if (is_too_old_) return "unknown: older than " + to_text(*declared_->max_age);
    return to_text(said_);
}

std::optional<SteadyTime> ClaimInput::end_of_life() const {
    if (!ages_ || has_objection_ || std::holds_alternative<Unknown>(said_)) return std::nullopt;
    // An age of exactly max_age still counts.
    const Milliseconds lifetime = *declared_->max_age + Milliseconds{1};
    if (observed_ > SteadyTime::max() - lifetime) return std::nullopt;
    return observed_ + lifetime;
}

std::string ClaimInput::objection() const {
    if (std::holds_alternative<Unknown>(said_)) return {};
    if (!fits(said_, type_)) {
        const auto type = static_cast<ClaimType>(said_.index() - 1);
        return "has the type " + std::string(to_string(type)) + ", the policy expects " + std::string(to_string(type_));
    }
    if (names_source() && source_ != declared_->from) return "comes from another source than " + declared_->from;
    return std::visit(Fit{}, said_);
}

void ClaimInput::convert() {
    elements_.clear();
    *seen_ = is_too_old_ || has_objection_ ? cel::Value::unknown(slot_) : std::visit(AsExpressionValue{slot_, elements_}, said_);
}

}  // namespace anchor::policy
