// SPDX-License-Identifier: Apache-2.0
#include <anchor/base/result.h>

namespace anchor {

std::string_view to_string(ErrorKind kind) noexcept {
    switch (kind) {
        case ErrorKind::Unavailable: return "unavailable";
        case ErrorKind::Stale: return "stale";
        case ErrorKind::Rejected: return "rejected";
        case ErrorKind::Denied: return "denied";
        case ErrorKind::Corrupt: return "corrupt";
    }
    std::abort();
}

Error Error::within(std::string_view context) && {
    what.insert(0, ": ").insert(0, context);
    return std::move(*this);
}

Error Error::within(std::string_view context) const& { return Error(*this).within(context); }

Error unavailable(std::string what, std::int64_t native) { return {ErrorKind::Unavailable, std::move(what), native}; }
Error stale(std::string what, std::int64_t native) { return {ErrorKind::Stale, std::move(what), native}; }
Error rejected(std::string what, std::int64_t native) { return {ErrorKind::Rejected, std::move(what), native}; }
Error denied(std::string what, std::int64_t native) { return {ErrorKind::Denied, std::move(what), native}; }
Error corrupt(std::string what, std::int64_t native) { return {ErrorKind::Corrupt, std::move(what), native}; }

}  // namespace anchor
