// SPDX-License-Identifier: Apache-2.0
#pragma once

// What the daemon and the warden say to each other: one request and one answer a connection, each one packet of strict
// JSON on a Unix socket. The warden is root and its peer is not: what it reads here is checked as a foreigner's.
//
//   {"call":"open","log":"boot"}
//   {"call":"enforce","level":"quarantined","allow":[],"respond":["isolate-network"]}
//   {"ok":true}                      with the descriptor beside it (SCM_RIGHTS) where a log was asked for
//   {"error":"denied","what":"…"}

#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include <anchor/base/result.h>
#include <anchor/core/enforcer.h>

namespace anchor::enforce {

inline constexpr std::size_t kLargestMessage = std::size_t{64} * 1024;
inline constexpr std::size_t kMostNames = 1000;  ///< in each list
inline constexpr std::size_t kLongestName = 64;

struct OpenLog {
    std::string log;
    friend bool operator==(const OpenLog&, const OpenLog&) = default;
};

using WardenRequest = std::variant<OpenLog, Enforcement>;

/// Lower-case letters, digits and, inside, "-", "_" and ".": no path, no option, nothing that a program could misread.
[[nodiscard]] bool is_name(std::string_view text) noexcept;

/// Rejected for anything that is not exactly a request.
[[nodiscard]] Result<WardenRequest> parse_request(std::string_view message);
/// Rejected where the request could not be read again: a name of another form, or a wish larger than a message.
[[nodiscard]] Result<std::string> to_message(const WardenRequest& request);

/// Of success or of an error, whose text is cut so that it fits.
[[nodiscard]] std::string answer_message(const Result<void>& outcome);
/// What the answer says. Rejected where it is none.
[[nodiscard]] Result<void> parse_answer(std::string_view message);

}  // namespace anchor::enforce
