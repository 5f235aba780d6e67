// SPDX-License-Identifier: Apache-2.0
#pragma once

// Exchange: one call in progress and its answers. The connection goes on to the next call when it is over.

#include <memory>
#include <string_view>

#include <anchor/base/json.h>
#include <anchor/base/result.h>

namespace anchor::control {

class Connection;

class Exchange {
public:
    enum class Form : unsigned char { Single, Stream, Oneway };

    Exchange(std::weak_ptr<Connection> connection, Form form) noexcept : connection_(std::move(connection)), form_(form) {}
    Exchange(const Exchange&) = delete;
    Exchange& operator=(const Exchange&) = delete;
    /// Whoever dropped the call without an answer did not answer: the caller hears of it.
    ~Exchange();

    void next(const Json& parameters);
    void done(const Json& parameters);
    void fail(std::string_view error, const Json& parameters);
    void fail(const Error& error);
    [[nodiscard]] bool waiting() const noexcept;

private:
    void end(std::string text);

    std::weak_ptr<Connection> connection_;
    Form form_;
    bool over_ = false;
};

}  // namespace anchor::control
