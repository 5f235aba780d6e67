// SPDX-License-Identifier: Apache-2.0
#pragma once

// A policy document, read and checked. The text comes from the other side of the trust border; its signature is checked
// before (trust gate), but that it is signed does not mean that it is right: every mistake is told with line and column.

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <anchor/base/result.h>
#include <anchor/base/time.h>
#include <anchor/cel/program.h>
#include <anchor/core/claim.h>
#include <anchor/core/decision.h>
#include <anchor/core/level.h>

namespace anchor::policy {

// What a document may hold at most; more is refused before anything is compiled.
inline constexpr std::size_t kMaxOctets = std::size_t{1} << 20U;
inline constexpr std::size_t kMaxDepth = 8;
inline constexpr std::size_t kMaxRules = 2000;
inline constexpr std::size_t kMaxDeclaredClaims = 500;
inline constexpr std::size_t kMaxAccessNames = 500;
inline constexpr std::size_t kMaxMistakes = 50;  ///< the rest is not looked for

/// One mistake in a document. Lines and columns count from 1, columns in octets of the document, also inside an expression.
struct Mistake {
    std::uint32_t line = 1;
    std::uint32_t column = 1;
    std::string message;
    friend bool operator==(const Mistake&, const Mistake&) = default;
};
/// "line 7, column 12: …"
[[nodiscard]] std::string to_string(const Mistake& mistake);

/// An entry of "claims": a claim of an application, or a limit to the age of a built-in one.
struct DeclaredClaim {
    ClaimType type = ClaimType::Bool;
    std::optional<Milliseconds> max_age;  ///< an older value is unknown
    std::string from;                     ///< the only source that counts, "app:plc"; empty for built-in claims
};

struct Rule {
    std::string id;
    Dimension about = Dimension::Configuration;
    std::string require;  ///< as written
    cel::Program program;
    Tier otherwise = Tier::Contraindicated;   ///< Affirming: only the risk counts
    Tier if_unknown = Tier::Contraindicated;  ///< Warning or Contraindicated, never a pass
    int risk = 0;                             ///< 0–100, added where the rule does not pass
    std::string because;
    std::vector<std::string> controls;
};

/// Who has to agree before the level gets better.
enum class Recovery : std::uint8_t { Local, Registry };

struct Levels {
    int restricted_at_risk = 101;   ///< 101: risk alone never does
    int quarantined_at_risk = 101;  ///< not below the other
    Milliseconds recover_after{0};
    Recovery recovery = Recovery::Local;
};

/// Made by parse_policy() alone, and never changed afterwards.
struct Policy {
    std::string name;
    std::uint64_t version = 0;
    std::optional<WallTime> not_after;
    std::string about;                            ///< for people
    std::map<std::string, DeclaredClaim> claims;  ///< by name
    std::vector<Rule> rules;                      ///< at least one, in the order of the document
    std::vector<std::string> slots;               ///< the claim behind each slot of the rules' programs
    std::vector<ClaimType> types;                 ///< and its type
    Levels levels;
    std::map<std::string, Level> access;                ///< name → the worst level at which it is open; never Revoked
    std::map<Level, std::vector<std::string>> respond;  ///< from this level on, and at each worse one

    /// Octets it occupies, compiled expressions included.
    [[nodiscard]] std::size_t memory() const noexcept;
};

/// Reads and checks a document. Rejected with the first mistake; `mistakes`, where given, gets all of them in the order
/// of the text.
[[nodiscard]] Result<Policy> parse_policy(std::string_view text, std::vector<Mistake>* mistakes = nullptr);

}  // namespace anchor::policy
