// SPDX-License-Identifier: Apache-2.0
#include "status_view.h"

#include <nlohmann/json.hpp>

#include <anchor/core/level.h>

#include "elapsed.h"

namespace anchor::cli {
namespace {

constexpr std::size_t kLabelWidth = 14;

const Json& member(const Json& object, std::string_view name) {
    static const Json kNothing;
    if (!object.is_object()) return kNothing;
    const auto found = object.find(name);
    return found == object.end() ? kNothing : *found;
}

std::string text(const Json& object, std::string_view name) {
    const Json& value = member(object, name);
    if (value.is_string()) return printable(value.get_ref<const std::string&>());
    if (value.is_number() || value.is_boolean()) return value.dump();
    return "unknown";
}

bool yes(const Json& object, std::string_view name) { return member(object, name) == true; }

std::string moment(const Json& object, std::string_view name, WallTime now) {
    const Json& value = member(object, name);
    return value.is_string() ? moment_with_elapsed(value.get_ref<const std::string&>(), now) : "unknown";
}

Colour colour_of_level(std::string_view name) {
    switch (level_from(name).value_or(Level::Unverified)) {
        case Level::Trusted: return Colour::Good;
        case Level::Restricted:
        case Level::Unverified: return Colour::Warning;
        case Level::Quarantined:
        case Level::Revoked: return Colour::Bad;
    }
    return Colour::Warning;
}

// Lines of "Label         what it is", and lines below that belong to the last one.
struct Sheet {
    const Painter& paint;
    WallTime now;
    std::string out{};

    void line(std::string_view label, std::string_view content) {
        out += paint(Colour::Faint, std::string(label) + std::string(kLabelWidth - label.size(), ' '));
        out += std::string(content) + "\n";
    }
    void below(std::string_view content) { line("", content); }
    void gap() { out += "\n"; }
};

void show_trust(Sheet& sheet, const Json& status) {
    const std::string level = text(status, "level");
    sheet.line("Trust", sheet.paint(colour_of_level(level), level) + ", since " + moment(status, "since", sheet.now));
    sheet.line("Why", text(status, "because"));
    const Json& findings = member(status, "findings");
    if (findings.is_array() && !findings.empty()) sheet.out += "\n" + view_findings(findings, sheet.paint) + "\n";
}

void show_opinions(Sheet& sheet, const Json& status) {
    const Json& registry = member(status, "registry");
    std::string said = "has not judged this device, or its judgement has expired";
    if (registry.is_object()) {
        said = text(registry, "level");
        if (member(registry, "expires").is_string()) said += ", expires " + moment(registry, "expires", sheet.now);
    }
    sheet.line("This device", "judges " + text(status, "local_level"));
    sheet.line("Registry", said);
    const Json& standing = member(status, "standing");
    std::string owner = text(standing, "status") + " (number " + text(standing, "number") + ")";
    if (member(standing, "reason").is_string() && member(standing, "reason") != "") owner += ": " + text(standing, "reason");
    sheet.line("Standing", owner);
}

void show_identity(Sheet& sheet, const Json& identity) {
    sheet.line("Device", text(identity, "device"));
    sheet.line("Tenant", text(identity, "tenant") + (yes(identity, "enrolled") ? "" : ", not enrolled yet"));
    sheet.line("Key", yes(identity, "hardware_bound") ? "in the TPM" : "in software: this identity can be copied");
    const Json& departure = member(identity, "departure");
    if (departure.is_object()) {
        const std::string where = member(departure, "to").is_string() ? "handed over to " + text(departure, "to") : "retired";
        sheet.below(sheet.paint(Colour::Warning, (yes(departure, "done") ? "" : "is being ") + where));
    }
    const Json& certificate = member(identity, "certificate");
    if (!certificate.is_object()) {
        sheet.line("Certificate", "none");
        return;
    }
    sheet.line("Certificate", text(certificate, "subject") + ", serial " + text(certificate, "serial"));
    const auto ends = from_rfc3339(text(certificate, "not_after"));
    const bool expired = ends && *ends < sheet.now;
    const std::string until = (expired ? "expired " : "valid until ") + moment(certificate, "not_after", sheet.now);
    sheet.below(expired ? sheet.paint(Colour::Bad, until) : until);
    const Json& rotation = member(identity, "rotation");
    if (!rotation.is_object()) return;
    if (yes(rotation, "on_trial"))
        sheet.below("the next one is on trial");
    else
        sheet.below((yes(rotation, "due") ? "to be replaced since " : "to be replaced ") + moment(rotation, "at", sheet.now));
    if (member(rotation, "last_error").is_string()) sheet.below(sheet.paint(Colour::Warning, text(rotation, "last_error")));
}

void show_tpm(Sheet& sheet, const Json& tpm) {
    if (!tpm.is_object() || !yes(tpm, "present")) {
        sheet.line("TPM", sheet.paint(Colour::Warning, "none, or it does not answer"));
        return;
    }
    sheet.line("TPM", text(tpm, "manufacturer") + ", firmware " + text(tpm, "firmware"));
    const std::string tries = text(tpm, "lockout_counter") + " failed tries";
    if (yes(tpm, "in_lockout"))
        sheet.below(sheet.paint(Colour::Bad, "in lockout after " + tries));
    else if (member(tpm, "lockout_counter") != 0)
        sheet.below(tries + " on its lockout counter");
}

void show_connection(Sheet& sheet, const Json& connection) {
    const std::string broker = text(connection, "broker");
    const bool dated = member(connection, "since").is_string();
    const std::string since = dated ? " since " + moment(connection, "since", sheet.now) : "";
    if (yes(connection, "connected")) {
        sheet.line("Connection", "to " + broker + since);
        return;
    }
    sheet.line("Connection", sheet.paint(Colour::Warning, "none") + " to " + broker + since);
    const Json& error = member(connection, "last_error");
    if (error.is_string() && error != "") sheet.below(text(connection, "last_error"));
}

void show_attestation(Sheet& sheet, const Json& attestation) {
    if (!attestation.is_object() || !member(attestation, "last").is_string()) {
        sheet.line("Attestation", "none yet");
        return;
    }
    const bool judged = member(attestation, "result").is_string();
    sheet.line("Attestation", moment(attestation, "last", sheet.now) + ": " + (judged ? text(attestation, "result") : "not answered yet"));
}

void show_policies(Sheet& sheet, const Json& policies) {
    std::string names;
    for (const Json& policy : policies.is_array() ? policies : Json::array()) {
        names += (names.empty() ? "" : ", ") + text(policy, "name") + " " + text(policy, "version");
    }
    sheet.line("Policies", names.empty() ? sheet.paint(Colour::Warning, "none: nothing is allowed") : names);
}

void show_waiting(Sheet& sheet, const Json& waiting) {
    for (const Json& document : waiting.is_array() ? waiting : Json::array()) {
        sheet.line("Not in force", text(document, "document") + " " + text(document, "version"));
        sheet.below(text(document, "because"));
    }
}

std::string judgement(const Json& finding) { return yes(finding, "unknown") ? "could not be judged" : text(finding, "tier"); }

}  // namespace

std::string view_findings(const Json& findings, const Painter& paint) {
    std::string out;
    for (const Json& finding : findings.is_array() ? findings : Json::array()) {
        const Colour colour = text(finding, "tier") == "contraindicated" ? Colour::Bad : Colour::Warning;
        out += "  " + paint(colour, text(finding, "because")) + "\n";
        out += "    " + judgement(finding) + " by " + text(finding, "policy") + "/" + text(finding, "rule");
        const Json& inputs = member(finding, "inputs");
        for (const Json& input : inputs.is_array() ? inputs : Json::array()) {
            out += "; " + text(input, "claim") + " = " + text(input, "value");
        }
        out += "\n";
    }
    return out;
}

std::string view_status(const Json& status, WallTime now, const Painter& paint) {
    Sheet sheet{paint, now};
    show_trust(sheet, status);
    show_opinions(sheet, status);
    sheet.gap();
    show_identity(sheet, member(status, "identity"));
    show_tpm(sheet, member(status, "tpm"));
    show_connection(sheet, member(status, "connection"));
    show_attestation(sheet, member(status, "attestation"));
    show_policies(sheet, member(status, "policies"));
    show_waiting(sheet, member(status, "waiting"));
    sheet.line("Version", text(status, "version"));
    return sheet.out;
}

}  // namespace anchor::cli
