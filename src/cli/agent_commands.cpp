// SPDX-License-Identifier: Apache-2.0
#include "agent_commands.h"

#include <unistd.h>

#include <array>
#include <ostream>

#include <nlohmann/json.hpp>

#include <anchor/base/encoding.h>
#include <anchor/base/file.h>
#include <anchor/control/interface.h>
#include <anchor/crypto/certificate.h>
#include <anchor/crypto/crl.h>

#include "agent_call.h"
#include "exit_code.h"
#include "output_file.h"
#include "status_view.h"

namespace anchor::cli {
namespace {

constexpr std::size_t kMaxDocument = 512UL * 1024;
constexpr std::size_t kMaxNonce = 64;
constexpr Milliseconds kForever = std::chrono::hours(24 * 365);
constexpr std::string_view kClearScreen = "\033[H\033[2J";

WallTime now() { return std::chrono::time_point_cast<Milliseconds>(std::chrono::system_clock::now()); }

std::string json_text(const Json& value, int indent) { return value.dump(indent, ' ', false, Json::error_handler_t::replace); }

Result<Json> status_in(const Json& answer) {
    const auto status = answer.find("status");
    if (status == answer.end() || !status->is_object()) return rejected("the daemon's answer has no status");
    return Json(*status);
}

std::string level_in(const Json& object) { return json_string(object, "level").value_or("unknown"); }

void print_status(const Json& status, const StatusOptions& options, std::ostream& out, const Painter& paint) {
    if (options.json)
        out << json_text(status, options.watch ? -1 : 2) << '\n';
    else
        out << view_status(status, now(), paint);
    out << std::flush;
}

Result<int> watch_status(control::Client& client, const StatusOptions& options, std::ostream& out, const Painter& paint) {
    const bool clear = !options.json && ::isatty(STDOUT_FILENO) != 0;
    bool first = true;
    const auto receiver = [&](const Json& answer) {
        const auto status = status_in(answer);
        if (!status) return false;
        if (clear) out << kClearScreen;
        if (!clear && !first && !options.json) out << '\n';
        first = false;
        print_status(*status, options, out, paint);
        return out.good();
    };
    ANCHOR_RETURN_IF_ERROR(client.stream("Subscribe", Json::object(), receiver, kForever));
    return exit_code::kDone;
}

// A failure of our own disk is no failure of the way to the daemon, which an errno would make it.
Error of_this_side(Error error) {
    error.native = 0;
    error.kind = ErrorKind::Unavailable;
    return error;
}

Result<void> write_octets(const Json& answer, std::string_view member, const std::string& path) {
    ANCHOR_ASSIGN_OR_RETURN(const std::string text, json_string(answer, member));
    auto octets = from_base64(text);
    if (!octets) return std::move(octets).error().within(member);
    return write_file(path, *octets);
}

// For what waits for the registry: a daemon that still does is not out of reach.
AgentAccess patient(AgentAccess agent) {
    agent.patience = control::kLongestCall;
    return agent;
}

Json telemetry_value(const std::string& value) {
    auto json = parse_json(value);
    if (json && (json->is_number() || json->is_boolean())) return std::move(*json);
    return value;
}

}  // namespace

Result<int> show_status(const AgentAccess& agent, const StatusOptions& options, std::ostream& out, const Painter& paint) {
    ANCHOR_ASSIGN_OR_RETURN(control::Client client, connect_to(agent));
    if (options.watch) return watch_status(client, options, out, paint);
    ANCHOR_ASSIGN_OR_RETURN(const Json answer, client.call("GetStatus", Json::object(), agent.patience));
    ANCHOR_ASSIGN_OR_RETURN(const Json status, status_in(answer));
    print_status(status, options, out, paint);
    return options.exit_code ? exit_code_of_level(level_in(status)) : exit_code::kDone;
}

std::string complaint_about_nonce(const std::string& nonce) {
    const auto octets = from_hex(nonce);
    if (octets && !octets->empty() && octets->size() <= kMaxNonce) return {};
    return "expected 1 to 64 octets in hexadecimal";
}

Result<int> fetch_evidence(const AgentAccess& agent, const std::string& nonce, const std::string& folder, std::ostream& out) {
    ANCHOR_ASSIGN_OR_RETURN(const Json answer, call_agent(agent, "GetEvidence", {{"nonce", nonce}}));
    ANCHOR_RETURN_IF_ERROR(make_folder(folder));
    static constexpr std::array<std::pair<std::string_view, std::string_view>, 4> kFiles{
        {{"quote", "quote.msg"}, {"signature", "quote.sig"}, {"pcrs", "quote.pcrs"}, {"ak", "ak.pub"}}};
    for (const auto& [member, file] : kFiles) ANCHOR_RETURN_IF_ERROR(write_octets(answer, member, folder + "/" + std::string(file)));
    out << "To check it:\n  cd " << folder << " && tpm2_checkquote -u ak.pub -m quote.msg -s quote.sig -f quote.pcrs -q " << nonce << '\n';
    return exit_code::kDone;
}

Result<int> attest_now(const AgentAccess& agent, bool json, std::ostream& out, const Painter& paint) {
    ANCHOR_ASSIGN_OR_RETURN(const Json answer, call_agent(patient(agent), "Attest", Json::object()));
    const Json result = answer.value("result", Json::object());
    const std::string level = level_in(result);
    if (json)
        out << json_text(result, 2) << '\n';
    else
        out << "The registry judges: " << printable(level) << '\n' << view_findings(result.value("findings", Json::array()), paint);
    return level_from(level) == Level::Trusted ? exit_code::kDone : exit_code::kRefused;
}

Result<int> rotate_now(const AgentAccess& agent, std::ostream& out) {
    ANCHOR_ASSIGN_OR_RETURN(const Json answer, call_agent(patient(agent), "Rotate", Json::object()));
    out << "rotated: certificate " << printable(json_string(answer, "serial").value_or("without a number")) << " is in use\n";
    return exit_code::kDone;
}

Result<int> reset_device(const AgentAccess& agent, bool yes, std::ostream& out) {
    if (!yes) return of_this_side(denied("the device would forget its owner, its keys and its policies: say --yes"));
    ANCHOR_RETURN_IF_ERROR(call_agent(agent, "Reset", Json::object()));
    out << "reset: this device has no owner and has not enrolled\n";
    return exit_code::kDone;
}

Result<int> import_document(const AgentAccess& agent, const std::string& file, std::ostream& out) {
    auto document = read_text_file(file, kMaxDocument);
    if (!document) return of_this_side(std::move(document).error());
    if (const auto list = crypto::Crl::from_der(as_bytes(*document))) document = list->pem();
    ANCHOR_ASSIGN_OR_RETURN(const Json answer, call_agent(agent, "Import", {{"document", *document}}));
    out << "accepted: " << printable(json_string(answer, "accepted").value_or(file)) << '\n';
    return exit_code::kDone;
}

Result<int> verify_peer(const AgentAccess& agent, const std::string& file, bool current, std::ostream& out) {
    auto octets = read_file(file, kMaxDocument);
    if (!octets) return of_this_side(std::move(octets).error());
    std::string pem(as_text(*octets));
    if (pem.find("-----BEGIN") == std::string::npos) {
        auto certificate = crypto::Certificate::from_der(*octets);
        if (!certificate) return of_this_side(std::move(certificate).error().within(file));
        pem = certificate->pem();
    }
    ANCHOR_ASSIGN_OR_RETURN(const Json answer, call_agent(agent, "VerifyPeer", {{"certificate", pem}, {"current", current}}));
    out << "trusted: device " << printable(json_string(answer, "device").value_or("?")) << ", until "
        << printable(json_string(answer, "not_after").value_or("?")) << '\n';
    return exit_code::kDone;
}

Result<int> put_telemetry(const AgentAccess& agent, const std::string& name, const std::string& value) {
    ANCHOR_RETURN_IF_ERROR(call_agent(agent, "PutTelemetry", {{"name", name}, {"value", telemetry_value(value)}}));
    return exit_code::kDone;
}

Result<int> check_access(const AgentAccess& agent, const std::string& name, std::ostream& out) {
    ANCHOR_ASSIGN_OR_RETURN(const Json answer, call_agent(agent, "CheckAccess", {{"name", name}}));
    ANCHOR_ASSIGN_OR_RETURN(const bool allowed, json_bool(answer, "allowed"));
    out << (allowed ? "allowed" : "denied") << " (this device is " << printable(level_in(answer)) << ")\n";
    return allowed ? exit_code::kDone : exit_code::kRefused;
}

}  // namespace anchor::cli
