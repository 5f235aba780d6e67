// SPDX-License-Identifier: Apache-2.0
#include "configuration.h"

#include <toml++/toml.h>

#include <algorithm>
#include <array>
#include <functional>
#include <map>
#include <sstream>

#include <anchor/base/encoding.h>
#include <anchor/base/file.h>
#include <anchor/protocol/topics.h>

namespace anchor::registryd {
namespace {

using registry::EnrollmentRule;
using registry::Settings;

constexpr std::size_t kLargestFile = 256UL * 1024;

// One key: how its value is taken over, or which form was expected.
using Setter = std::function<Result<void>(const toml::node&, Settings&)>;

Setter flag(bool Settings::*member) {
    return [member](const toml::node& node, Settings& settings) -> Result<void> {
        const auto value = node.value_exact<bool>();
        if (!value) return rejected("expected true or false");
        settings.*member = *value;
        return {};
    };
}

Setter duration(Seconds Settings::*member) {
    return [member](const toml::node& node, Settings& settings) -> Result<void> {
        const auto text = node.value_exact<std::string>();
        const auto value = text ? parse_duration(*text) : Result<Milliseconds>(rejected(""));
        if (!value || *value < Seconds(1) || *value > std::chrono::days(36500))
            return rejected("expected a duration of at least 1s, as \"90d\" or \"1h30m\"");
        settings.*member = std::chrono::duration_cast<Seconds>(*value);
        return {};
    };
}

Setter name(std::string Settings::*member, std::string what) {
    return [member, what](const toml::node& node, Settings& settings) -> Result<void> {
        const auto text = node.value_exact<std::string>();
        if (!text) return rejected("expected a text");
        ANCHOR_ASSIGN_OR_RETURN(settings.*member, protocol::check_name(what, *text));
        return {};
    };
}

Setter host(std::string Settings::*member) {
    return [member](const toml::node& node, Settings& settings) -> Result<void> {
        const auto text = node.value_exact<std::string>();
        if (!text || text->empty() || text->size() > 255) return rejected("expected a host name or address");
        settings.*member = *text;
        return {};
    };
}

Setter port(std::uint16_t Settings::*member) {
    return [member](const toml::node& node, Settings& settings) -> Result<void> {
        const auto value = node.value_exact<std::int64_t>();
        if (!value || *value < 1 || *value > 65535) return rejected("expected a port, 1 to 65535");
        settings.*member = static_cast<std::uint16_t>(*value);
        return {};
    };
}

Result<void> set_pcrs(const toml::node& node, Settings& settings) {
    const Error expected = rejected("expected a list of registers, as [\"sha256:0-10,14\"], each bank once");
    const auto* list = node.as_array();
    if (list == nullptr || list->empty() || list->size() > 4) return expected;
    settings.pcrs.clear();
    for (const auto& item : *list) {
        const auto text = item.value_exact<std::string>();
        const auto selection = text ? pcr_selection_from(*text) : Result<PcrSelection>(expected);
        if (!selection) return expected;
        const auto same_bank = [&](const PcrSelection& other) { return other.bank == selection->bank; };
        if (std::ranges::any_of(settings.pcrs, same_bank)) return expected;
        settings.pcrs.push_back(*selection);
    }
    return {};
}

// A program and its arguments, run as they stand: no shell reads them.
Result<void> set_reload(const toml::node& node, Settings& settings) {
    const Error expected =
        rejected("expected a list of words, the first an absolute path, as [\"/bin/systemctl\", \"reload\", \"mosquitto\"]");
    const auto* list = node.as_array();
    if (list == nullptr || list->size() > 32) return expected;
    settings.broker_reload.clear();
    for (const auto& item : *list) {
        const auto word = item.value_exact<std::string>();
        if (!word || word->find('\0') != std::string::npos) return expected;
        settings.broker_reload.push_back(*word);
    }
    if (!settings.broker_reload.empty() && !settings.broker_reload.front().starts_with('/')) return expected;
    return {};
}

Result<std::string> text_in(const toml::table& rule, std::string_view key) {
    const auto text = rule[key].value_exact<std::string>();
    if (!text || text->empty()) return rejected(std::string(key) + ": expected a text");
    return *text;
}

// Nothing where there is none; a list with nothing in it would fit nobody and is a mistake.
Result<std::vector<std::string>> texts_in(const toml::table& rule, std::string_view key) {
    std::vector<std::string> texts;
    const auto* node = rule.get(key);
    if (node == nullptr) return texts;
    const Error expected = rejected(std::string(key) + ": expected a list of texts, at least one");
    const auto* list = node->as_array();
    if (list == nullptr || list->empty()) return expected;
    for (const auto& item : *list) {
        const auto text = item.value_exact<std::string>();
        if (!text) return expected;
        texts.push_back(*text);
    }
    return texts;
}

Result<std::vector<std::string>> names_in(const toml::table& rule, std::string_view key, std::string_view what) {
    ANCHOR_ASSIGN_OR_RETURN(auto names, texts_in(rule, key));
    for (const std::string& one : names) ANCHOR_RETURN_IF_ERROR(protocol::check_name(what, one));
    return names;
}

Result<std::vector<Bytes>> fingerprints_in(const toml::table& rule, std::string_view key) {
    ANCHOR_ASSIGN_OR_RETURN(const auto texts, texts_in(rule, key));
    std::vector<Bytes> fingerprints;
    for (const std::string& text : texts) {
        auto octets = from_hex(text);
        if (!octets || octets->size() != 32)
            return rejected(std::string(key) + ": expected SHA-256 in hex, as \"ek roots list\" shows them");
        fingerprints.push_back(std::move(*octets));
    }
    return fingerprints;
}

Result<EnrollmentRule> rule_from(const toml::table& table) {
    static constexpr std::array kKeys = {"name", "group", "batches", "roots", "lists", "issuing"};
    for (const auto& [key, value] : table) {
        if (std::ranges::find(kKeys, key.str()) == kKeys.end()) return rejected(std::string(key.str()) + ": no such key");
    }
    EnrollmentRule rule;
    ANCHOR_ASSIGN_OR_RETURN(rule.name, text_in(table, "name"));
    ANCHOR_RETURN_IF_ERROR(protocol::check_name("name", rule.name));
    ANCHOR_ASSIGN_OR_RETURN(rule.group, text_in(table, "group"));
    ANCHOR_RETURN_IF_ERROR(protocol::check_name("group", rule.group));
    ANCHOR_ASSIGN_OR_RETURN(rule.batches, names_in(table, "batches", "batch"));
    ANCHOR_ASSIGN_OR_RETURN(rule.roots, fingerprints_in(table, "roots"));
    ANCHOR_ASSIGN_OR_RETURN(rule.lists, names_in(table, "lists", "list"));
    if (table.contains("issuing")) {
        ANCHOR_ASSIGN_OR_RETURN(rule.issuing, text_in(table, "issuing"));
    }
    return rule;
}

Result<void> set_rules(const toml::node& node, Settings& settings) {
    const auto* list = node.as_array();
    if (list == nullptr || list->empty() || list->size() > 256) return rejected("expected tables, [[enrollment.rules]]");
    for (const auto& item : *list) {
        const std::string which =
            "rule " + std::to_string(settings.rules.size() + 1) + ", line " + std::to_string(item.source().begin.line);
        const auto* table = item.as_table();
        auto rule = table == nullptr ? Result<EnrollmentRule>(rejected("expected a table")) : rule_from(*table);
        if (!rule) return std::move(rule).error().within(which);
        for (const EnrollmentRule& other : settings.rules) {
            if (other.name == rule->name) return rejected(which + ": there is a rule \"" + rule->name + "\" already");
            if (other.group == rule->group && other.issuing != rule->issuing)
                return rejected(which + ": a group has one issuing CA, and rule \"" + other.name + "\" names another for \"" + rule->group +
                                "\"");
        }
        settings.rules.push_back(std::move(*rule));
    }
    return {};
}

using Section = std::map<std::string, Setter, std::less<>>;

const std::map<std::string, Section, std::less<>>& sections() {
    static const std::map<std::string, Section, std::less<>> all = {
        {"broker",
         {{"host", host(&Settings::broker_host)},
          {"port", port(&Settings::broker_port)},
          {"enroll_host", host(&Settings::enroll_broker_host)},
          {"enroll_port", port(&Settings::enroll_broker_port)},
          {"reload", set_reload},
          {"list_lifetime", duration(&Settings::broker_crl_lifetime)}}},
        {"enrollment",
         {{"claim_host", host(&Settings::claim_host)},
          {"claim_port", port(&Settings::claim_port)},
          {"allow_uncertified_ek", flag(&Settings::allow_uncertified_ek)},
          {"allow_software_keys", flag(&Settings::allow_software_keys)},
          {"require_approval", flag(&Settings::require_approval)},
          {"rules", set_rules},
          {"default_group", name(&Settings::default_group, "group")},
          {"session_lifetime", duration(&Settings::session_lifetime)},
          {"certificate_lifetime", duration(&Settings::certificate_lifetime)}}},
        {"attestation",
         {{"pcrs", set_pcrs},
          {"nonce_lifetime", duration(&Settings::nonce_lifetime)},
          {"result_lifetime", duration(&Settings::result_lifetime)}}},
        {"revocation", {{"list_lifetime", duration(&Settings::crl_lifetime)}}},
        {"freshness", {{"interval", duration(&Settings::fresh_interval)}, {"lifetime", duration(&Settings::fresh_lifetime)}}},
    };
    return all;
}

Error at(const std::string& file, const toml::node& node, const std::string& key, const std::string& why) {
    return rejected(file + ":" + std::to_string(node.source().begin.line) + ": " + key + ": " + why);
}

Result<void> take_section(const std::string& file, const std::string& name, const toml::node& node, Settings& settings) {
    const auto section = sections().find(name);
    if (section == sections().end()) return at(file, node, name, "no such section");
    const auto* table = node.as_table();
    if (table == nullptr) return at(file, node, name, "expected a section, [" + name + "]");
    for (const auto& [key, value] : *table) {
        const std::string full = name + "." + std::string(key.str());
        const auto setter = section->second.find(key.str());
        if (setter == section->second.end()) return at(file, value, full, "no such key");
        if (const auto set = setter->second(value, settings); !set) return at(file, value, full, set.error().what);
    }
    return {};
}

Result<Settings> take_all(const std::string& file, const toml::table& table) {
    Settings settings;
    // Written before there was a key for it: it was the same machine.
    if (const auto broker = table["broker"]["host"].value<std::string>()) settings.claim_host = *broker;
    for (const auto& [key, value] : table) {
        const std::string name(key.str());
        if (name != "tenant") {
            ANCHOR_RETURN_IF_ERROR(take_section(file, name, value, settings));
            continue;
        }
        const auto text = value.value_exact<std::string>();
        const auto tenant = protocol::check_name("tenant", text.value_or(""));
        if (!tenant) return at(file, value, name, text ? tenant.error().what : "expected a text");
        settings.tenant = *tenant;
    }
    if (settings.tenant.empty()) return rejected(file + ": tenant is missing");
    if (settings.fresh_lifetime <= settings.fresh_interval) {
        return rejected(file + ": freshness.lifetime: expected more than freshness.interval, or devices see gaps");
    }
    return settings;
}

}  // namespace

Result<Settings> configuration_from(std::string_view text, const std::string& name) {
    try {
        return take_all(name, toml::parse(text, name));
    } catch (const toml::parse_error& error) {
        return rejected(name + ":" + std::to_string(error.source().begin.line) + ": " + std::string(error.description()));
    }
}

Result<Settings> read_configuration(const std::string& path) {
    ANCHOR_ASSIGN_OR_RETURN(const std::string text, read_text_file(path, kLargestFile));
    return configuration_from(text, path);
}

std::string configuration_text(const Settings& settings) {
    const auto quoted = [](const std::string& word) {
        std::ostringstream text;
        text << toml::value<std::string>(word);
        return text.str();
    };
    const auto yes = [](bool value) { return value ? "true" : "false"; };
    const auto lasting = [](Seconds value) { return "\"" + to_text(value) + "\""; };
    std::string pcrs;
    for (const PcrSelection& one : settings.pcrs) pcrs += (pcrs.empty() ? "\"" : ", \"") + anchor::to_text(one) + "\"";
    std::string words;
    for (const std::string& word : settings.broker_reload) words += (words.empty() ? "" : ", ") + quoted(word);
    std::ostringstream out;
    out << "# Configuration of anchor-registry.\n"
        << "tenant = \"" << settings.tenant << "\"\n\n"
        << "[broker]\n"
        << "# The fleet's broker, where the registry and devices with their own certificate connect.\n"
        << "host = \"" << settings.broker_host << "\"\n"
        << "port = " << settings.broker_port << "\n"
        << "# The broker for enrolment, at the listener for the registry.\n"
        << "enroll_host = \"" << settings.enroll_broker_host << "\"\n"
        << "enroll_port = " << settings.enroll_broker_port << "\n"
        << "# Has the fleet's broker read its revocation list anew: a program and its arguments, as [\"/bin/systemctl\", \"reload\",\n"
        << "# \"mosquitto\"]. Empty where a systemd path unit does that.\n"
        << "reload = [" << words << "]\n"
        << "# The list beside the broker is renewed at half of this. When it expires the broker lets nobody in.\n"
        << "list_lifetime = " << lasting(settings.broker_crl_lifetime) << "\n\n"
        << "[enrollment]\n"
        << "# Where devices with a claim certificate connect: stands in new claim bundles.\n"
        << "claim_host = \"" << settings.claim_host << "\"\n"
        << "claim_port = " << settings.claim_port << "\n"
        << "# A TPM that has no EK certificate at all, and a device that has no TPM: each a risk to be taken knowingly.\n"
        << "allow_uncertified_ek = " << yes(settings.allow_uncertified_ek) << "\n"
        << "allow_software_keys = " << yes(settings.allow_software_keys) << "\n"
        << "# Each new device waits for \"anchor-registry approve ID\".\n"
        << "require_approval = " << yes(settings.require_approval) << "\n"
        << "default_group = \"" << settings.default_group << "\"\n"
        << "session_lifetime = " << lasting(settings.session_lifetime) << "\n"
        << "certificate_lifetime = " << lasting(settings.certificate_lifetime) << "\n"
        << "# Which of those that may enrol begin in which group; the first that fits counts, who fits none does not enrol:\n"
        << "# [[enrollment.rules]]\n"
        << "# name = \"presses\"             # stands in the audit log\n"
        << "# group = \"press\"\n"
        << "# batches = [\"spring\"]         # with these claims; left out: with any\n"
        << "# roots = [\"9f3c…\"]            # the EK certificate leads there (\"ek roots list\"), or\n"
        << "# lists = [\"order-4711\"]       # the EK stands there (\"ek import --list\"); both left out: any device\n"
        << "# issuing = \"1a2b…\"            # serial number of the CA for this group; left out: the one in use\n\n"
        << "[attestation]\n"
        << "# The registers that devices have to quote.\n"
        << "pcrs = [" << pcrs << "]\n"
        << "nonce_lifetime = " << lasting(settings.nonce_lifetime) << "\n"
        << "result_lifetime = " << lasting(settings.result_lifetime) << "\n\n"
        << "[revocation]\n"
        << "# The lists that devices fetch are renewed at half of this.\n"
        << "list_lifetime = " << lasting(settings.crl_lifetime) << "\n\n"
        << "[freshness]\n"
        << "# How often the registry says which documents are the newest, and for how long that counts.\n"
        << "interval = " << lasting(settings.fresh_interval) << "\n"
        << "lifetime = " << lasting(settings.fresh_lifetime) << "\n";
    return out.str();
}

}  // namespace anchor::registryd
