// SPDX-License-Identifier: Apache-2.0
#include "dispatch.h"

namespace anchor::control {
namespace {

constexpr std::string_view kInterfaceNotFound = "org.varlink.service.InterfaceNotFound";
constexpr std::string_view kMethodNotFound = "org.varlink.service.MethodNotFound";
constexpr std::string_view kInvalidParameter = "org.varlink.service.InvalidParameter";
constexpr std::string_view kExpectedMore = "org.varlink.service.ExpectedMore";

std::string who_may(const Method& method) {
    if (method.least == Role::Member) return "members of the socket's group";
    return "operators: root, the agent's own user and members of the operators' group";
}

void describe_interface(const Request& request, Exchange& exchange) {
    const auto interface = json_string(request.parameters, "interface");
    if (!interface || request.parameters.size() != 1) {
        exchange.fail(kInvalidParameter, {{"parameter", "interface"}});
    } else if (*interface == kAgentInterface) {
        exchange.done({{"description", agent_description()}});
    } else if (*interface == kServiceInterface) {
        exchange.done({{"description", service_description()}});
    } else {
        exchange.fail(kInterfaceNotFound, {{"interface", *interface}});
    }
}

}  // namespace

void Dispatch::operator()(Request request, const Peer& peer, const std::shared_ptr<Exchange>& exchange) const {
    if (request.upgrade)
        exchange->fail(kInvalidParameter, {{"parameter", "upgrade"}});
    else if (request.interface == kServiceInterface)
        describe(request, *exchange);
    else if (request.interface == kAgentInterface)
        call_agent(std::move(request), peer, exchange);
    else
        exchange->fail(kInterfaceNotFound, {{"interface", request.interface}});
}

void Dispatch::describe(const Request& request, Exchange& exchange) const {
    if (request.method == "GetInfo") {
        exchange.done({{"vendor", "anchord"},
                       {"product", "anchord"},
                       {"version", version_},
                       {"url", "https://varlink.org"},
                       {"interfaces", {kServiceInterface, kAgentInterface}}});
    } else if (request.method == "GetInterfaceDescription") {
        describe_interface(request, exchange);
    } else {
        exchange.fail(kMethodNotFound, {{"method", request.full_name()}});
    }
}

void Dispatch::call_agent(Request request, const Peer& peer, const std::shared_ptr<Exchange>& exchange) const {
    const Method* const method = find_method(request.method);
    if (method == nullptr) {
        exchange->fail(kMethodNotFound, {{"method", request.full_name()}});
        return;
    }
    const Role role = role_of(peer);
    if (role < method->least) {
        exchange->fail(denied(request.method + " is for " + who_may(*method) + ", not for user " + std::to_string(peer.uid)));
        return;
    }
    if (method->stream && !request.more) {
        exchange->fail(kExpectedMore, Json::object());
        return;
    }
    handler_(Call{std::move(request.method), std::move(request.parameters), peer, role}, Responder(exchange));
}

}  // namespace anchor::control
