// SPDX-License-Identifier: Apache-2.0
#include "exit_code.h"

namespace anchor::cli {

int exit_code_of_level(std::string_view level) {
    switch (level_from(level).value_or(Level::Unverified)) {
        case Level::Trusted: return exit_code::kDone;
        case Level::Restricted: return 10;
        case Level::Unverified: return 11;
        case Level::Quarantined: return 12;
        case Level::Revoked: return 13;
    }
    return 11;
}

int exit_code_of(const Error& error) {
    if (error.native != 0) return exit_code::kUnreachable;
    const bool refused = error.kind == ErrorKind::Denied || error.kind == ErrorKind::Rejected;
    return refused ? exit_code::kRefused : exit_code::kFailed;
}

}  // namespace anchor::cli
