// SPDX-License-Identifier: Apache-2.0
#include "exchange.h"

#include <anchor/control/interface.h>
#include <anchor/control/server.h>

#include "connection.h"
#include "message.h"

namespace anchor::control {
namespace {

std::string_view error_of(ErrorKind kind) {
    switch (kind) {
        case ErrorKind::Denied: return kDeniedError;
        case ErrorKind::Rejected: return kRejectedError;
        case ErrorKind::Unavailable:
        case ErrorKind::Stale:
        case ErrorKind::Corrupt: return kUnavailableError;
    }
    return kUnavailableError;
}

}  // namespace

Exchange::~Exchange() {
    if (!over_) fail(unavailable("the agent dropped the call"));
}

void Exchange::next(const Json& parameters) {
    if (form_ != Form::Stream) {
        done(parameters);
        return;
    }
    if (over_) return;
    if (const auto connection = connection_.lock()) connection->send(reply_text(parameters, true));
}

void Exchange::done(const Json& parameters) {
    if (!over_) end(reply_text(parameters, false));
}

void Exchange::fail(std::string_view error, const Json& parameters) {
    if (!over_) end(error_text(error, parameters));
}

void Exchange::fail(const Error& error) { fail(error_of(error.kind), Json{{"reason", error.what}}); }

bool Exchange::waiting() const noexcept {
    const auto connection = connection_.lock();
    return !over_ && connection != nullptr && connection->open();
}

void Exchange::end(std::string text) {
    over_ = true;
    const auto connection = connection_.lock();
    if (connection == nullptr) return;
    if (form_ != Form::Oneway) connection->send(std::move(text));
    connection->call_is_over();
}

void Responder::next(const Json& parameters) const { exchange_->next(parameters); }
void Responder::done(const Json& parameters) const { exchange_->done(parameters); }
void Responder::fail(const Error& error) const { exchange_->fail(error); }
bool Responder::waiting() const noexcept { return exchange_->waiting(); }

}  // namespace anchor::control
