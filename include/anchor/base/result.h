// SPDX-License-Identifier: Apache-2.0
#pragma once

// Result<T>: a value or an Error. Failing is a value in this code base: no exception crosses a
// file that called a third-party library, and no error is dropped unseen (class-level nodiscard).
// The member names are those of std::expected, so that C++23 can replace this file.

#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>

namespace anchor {

/// What the caller should do about a failure, not where it happened.
enum class ErrorKind : std::uint8_t {
    Unavailable,  ///< Not now: retry later.
    Stale,        ///< A handle, session or connection is no longer valid: rebuild it, retry once.
    Rejected,     ///< Input failed a check: never retry, count as hostile.
    Denied,       ///< Needs an operator: permission, configuration, policy.
    Corrupt,      ///< Our own stored data is not what we wrote: fall back to the safe state.
};

[[nodiscard]] std::string_view to_string(ErrorKind kind) noexcept;

/// A failure. `what` is for people and grows context outwards ("enrol: read answer: …");
/// `native` keeps the TSS2_RC, mbedTLS code or errno for the log, 0 where there is none.
struct [[nodiscard]] Error {
    ErrorKind kind = ErrorKind::Rejected;
    std::string what;
    std::int64_t native = 0;

    /// The same failure seen from one step further out.
    [[nodiscard]] Error within(std::string_view context) &&;
    [[nodiscard]] Error within(std::string_view context) const&;
};

[[nodiscard]] Error unavailable(std::string what, std::int64_t native = 0);
[[nodiscard]] Error stale(std::string what, std::int64_t native = 0);
[[nodiscard]] Error rejected(std::string what, std::int64_t native = 0);
[[nodiscard]] Error denied(std::string what, std::int64_t native = 0);
[[nodiscard]] Error corrupt(std::string what, std::int64_t native = 0);

/// A value of T or an Error. Reading the side that is not there is a broken invariant: it aborts.
template <class T>
class [[nodiscard]] Result {
public:
    using value_type = T;

    template <class U = T>
    requires(std::is_constructible_v<T, U&&> && !std::is_same_v<std::remove_cvref_t<U>, Result> &&
             !std::is_same_v<std::remove_cvref_t<U>, Error>) Result(U&& value)  // NOLINT: implicit by intent
        : state_(std::in_place_index<0>, std::forward<U>(value)) {}
    Result(Error error) : state_(std::in_place_index<1>, std::move(error)) {}  // NOLINT: implicit by intent

    [[nodiscard]] bool has_value() const noexcept { return state_.index() == 0; }
    explicit operator bool() const noexcept { return has_value(); }

    [[nodiscard]] T& value() & { return *checked(std::get_if<0>(&state_)); }
    [[nodiscard]] const T& value() const& { return *checked(std::get_if<0>(&state_)); }
    [[nodiscard]] T&& value() && { return std::move(*checked(std::get_if<0>(&state_))); }

    [[nodiscard]] T& operator*() & { return value(); }
    [[nodiscard]] const T& operator*() const& { return value(); }
    [[nodiscard]] T&& operator*() && { return std::move(*this).value(); }
    [[nodiscard]] T* operator->() { return &value(); }
    [[nodiscard]] const T* operator->() const { return &value(); }

    [[nodiscard]] const Error& error() const& { return *checked(std::get_if<1>(&state_)); }
    [[nodiscard]] Error&& error() && { return std::move(*checked(std::get_if<1>(&state_))); }

    template <class U>
    [[nodiscard]] T value_or(U&& other) const& {
        return has_value() ? value() : static_cast<T>(std::forward<U>(other));
    }

private:
    template <class P>
    static P* checked(P* side) {
        if (side == nullptr) std::abort();
        return side;
    }

    std::variant<T, Error> state_;
};

template <>
class [[nodiscard]] Result<void> {
public:
    using value_type = void;

    Result() = default;
    Result(Error error) : error_(std::in_place_index<1>, std::move(error)) {}  // NOLINT: implicit by intent

    [[nodiscard]] bool has_value() const noexcept { return error_.index() == 0; }
    explicit operator bool() const noexcept { return has_value(); }
    void value() const {
        if (!has_value()) std::abort();
    }
    [[nodiscard]] const Error& error() const& { return *checked(std::get_if<1>(&error_)); }
    [[nodiscard]] Error&& error() && { return std::move(*checked(std::get_if<1>(&error_))); }

private:
    template <class P>
    static P* checked(P* side) {
        if (side == nullptr) std::abort();
        return side;
    }

    std::variant<std::monostate, Error> error_;
};

}  // namespace anchor

#define ANCHOR_CONCAT_INNER(a, b) a##b
#define ANCHOR_CONCAT(a, b) ANCHOR_CONCAT_INNER(a, b)

/// Returns the error of a Result<void> expression; goes on where there is none.
#define ANCHOR_RETURN_IF_ERROR(expression)                                   \
    do {                                                                     \
        if (auto anchor_result = (expression); !anchor_result.has_value()) { \
            return std::move(anchor_result).error();                         \
        }                                                                    \
    } while (false)

/// `ANCHOR_ASSIGN_OR_RETURN(auto x, f());` — the value of f(), or returns its error.
#define ANCHOR_ASSIGN_OR_RETURN(declaration, expression) \
    ANCHOR_ASSIGN_OR_RETURN_INNER(ANCHOR_CONCAT(anchor_result_, __LINE__), declaration, expression)
#define ANCHOR_ASSIGN_OR_RETURN_INNER(result, declaration, expression) \
    auto result = (expression);                                        \
    if (!result.has_value()) return std::move(result).error();         \
    declaration = std::move(result).value()
