// SPDX-License-Identifier: Apache-2.0
#include "tpm_claims.h"

#include <array>

#include <anchor/base/encoding.h>

namespace anchor::daemon {
namespace {

template <class Answer, class Reading>
void claim(Claims& into, const char* name, SteadyTime now, const Result<Answer>& answer, Reading reading) {
    ClaimValue value = answer ? ClaimValue(reading(*answer)) : ClaimValue(Unknown{answer.error().what});
    into.set(name, {std::move(value), now, "tpm"});
}

// The makers of TPMs give its two words different meanings, so they are shown as they are: sixteen digits.
std::string version_text(std::uint64_t version) {
    std::array<std::uint8_t, 8> octets{};
    for (auto octet = octets.rbegin(); octet != octets.rend(); ++octet, version >>= 8U) *octet = static_cast<std::uint8_t>(version & 0xFFU);
    return to_hex(octets);
}

}  // namespace

void claim_properties(const Result<tpm::Properties>& properties, SteadyTime now, Claims& into) {
    using P = const tpm::Properties&;
    claim(into, "tpm.manufacturer", now, properties, [](P p) { return p.manufacturer; });
    claim(into, "tpm.firmware_version", now, properties, [](P p) { return version_text(p.firmware_version); });
    claim(into, "tpm.lockout_counter", now, properties, [](P p) { return std::int64_t{p.lockout_counter}; });
    claim(into, "tpm.in_lockout", now, properties, [](P p) { return p.in_lockout; });
}

void claim_time(const Result<tpm::TimeInfo>& time, SteadyTime now, Claims& into) {
    using T = const tpm::TimeInfo&;
    claim(into, "tpm.clock", now, time, [](T t) { return Milliseconds(t.clock.clock); });
    claim(into, "tpm.clock_safe", now, time, [](T t) { return t.clock.safe; });
    claim(into, "tpm.reset_count", now, time, [](T t) { return std::int64_t{t.clock.reset_count}; });
    claim(into, "tpm.restart_count", now, time, [](T t) { return std::int64_t{t.clock.restart_count}; });
}

void TpmClaims::collect(SteadyTime now, Claims& into) {
    const Error none = denied("this device is configured to have no TPM");
    const auto properties = device_ ? device_->properties() : Result<tpm::Properties>(none);
    claim_properties(properties, now, into);
    claim_time(device_ ? device_->time() : Result<tpm::TimeInfo>(none), now, into);
    if (!device_ || properties.has_value() == answered_) return;
    answered_ = properties.has_value();
    turn_(answered_ ? std::nullopt : std::optional(properties.error()));
}

}  // namespace anchor::daemon
