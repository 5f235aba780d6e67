// SPDX-License-Identifier: Apache-2.0
#include "config_keys.h"

#include <algorithm>
#include <array>

#include <anchor/tpmwire/templates.h>

namespace anchor::daemon {
namespace {

using std::chrono::hours;
using std::chrono::minutes;

constexpr std::size_t kMaxText = 128;
constexpr std::size_t kMaxPath = 4095;

bool is_printable(std::string_view text) {
    return std::ranges::all_of(text, [](char c) { return static_cast<unsigned char>(c) >= 0x20 && c != 0x7F; });
}

std::optional<std::string> text_of(const toml::node& value, std::size_t limit) {
    const auto text = value.value_exact<std::string>();
    if (!text || text->size() > limit || !is_printable(*text)) return std::nullopt;
    return text;
}

bool path(const toml::node& value, std::string& to) {
    auto text = text_of(value, kMaxPath);
    if (!text || text->empty() || text->front() != '/') return false;
    to = std::move(*text);
    return true;
}

bool text(const toml::node& value, std::string& to) {
    auto found = text_of(value, kMaxText);
    if (!found) return false;
    to = std::move(*found);
    return true;
}

template <class Duration>
bool duration(const toml::node& value, Milliseconds least, Milliseconds most, Duration& to) {
    const auto text = text_of(value, kMaxText);
    if (!text) return false;
    const auto parsed = parse_duration(*text);
    if (!parsed || *parsed < least || *parsed > most) return false;
    to = std::chrono::duration_cast<Duration>(*parsed);
    return true;
}

template <class Duration>
bool duration_or_never(const toml::node& value, Milliseconds least, Milliseconds most, std::optional<Duration>& to) {
    if (value.value_exact<std::string>() != "never") return duration(value, least, most, to.emplace());
    to.reset();
    return true;
}

bool key_alg(const toml::node& value, KeyAlg& to) {
    const auto name = text_of(value, kMaxText);
    const auto alg = name ? key_alg_from(*name) : std::nullopt;
    if (!alg || *alg == KeyAlg::Rsa3072 || *alg == KeyAlg::Rsa4096) return false;
    to = *alg;
    return true;
}

bool mode(const toml::node& value, mode_t& to) {
    const auto text = text_of(value, kMaxText);
    const bool octal = text && (text->size() == 3 || (text->size() == 4 && text->front() == '0')) &&
                       std::ranges::all_of(*text, [](char c) { return c >= '0' && c <= '7'; });
    if (!octal) return false;
    to = 0;
    for (const char digit : *text) to = to * 8 + static_cast<mode_t>(digit - '0');
    return true;
}

bool log_level(const toml::node& value, LogLevel& to) {
    static constexpr std::array<std::pair<std::string_view, LogLevel>, 4> kLevels{
        {{"debug", LogLevel::Debug}, {"info", LogLevel::Info}, {"warning", LogLevel::Warning}, {"error", LogLevel::Error}}};
    const auto name = text_of(value, kMaxText);
    for (const auto& [known, level] : kLevels) {
        if (name != known) continue;
        to = level;
        return true;
    }
    return false;
}

bool flag(const toml::node& value, bool& to) {
    const auto found = value.value_exact<bool>();
    if (found) to = *found;
    return found.has_value();
}

// "none", or a TCTI with its configuration: "device:/dev/tpmrm0".
bool tcti(const toml::node& value, std::string& to) {
    auto found = text_of(value, kMaxPath);
    if (!found || found->empty()) return false;
    to = std::move(*found);
    return true;
}

bool ek_profile(const toml::node& value, std::string& to) {
    const auto name = text_of(value, kMaxText);
    if (!name) return false;
    const bool known =
        *name == "auto" || std::ranges::any_of(tpmwire::endorsement_profiles(), [&](const auto& p) { return p.name == *name; });
    if (known) to = *name;
    return known;
}

// TCG Registry of Reserved Handles §2.2.2: where the owner may define NV indices.
bool counter_index(const toml::node& value, std::uint32_t& to) {
    const auto number = value.value_exact<std::int64_t>();
    if (!number || *number < 0x01800000 || *number > 0x01BFFFFF) return false;
    to = static_cast<std::uint32_t>(*number);
    return true;
}

bool pcrs(const toml::node& value, std::vector<PcrSelection>& to) {
    const toml::array* const list = value.as_array();
    if (list == nullptr || list->empty()) return false;
    std::vector<PcrSelection> selections;
    for (const toml::node& entry : *list) {
        const auto text = text_of(entry, kMaxText);
        if (!text) return false;
        const auto selection = pcr_selection_from(*text);
        if (!selection || selection->mask == 0) return false;
        if (std::ranges::find(selections, selection->bank, &PcrSelection::bank) != selections.end()) return false;
        selections.push_back(*selection);
    }
    to = std::move(selections);
    return true;
}

constexpr std::string_view kPath = "an absolute path";
constexpr std::string_view kGroup = "the name of a group, or \"\"";
constexpr std::string_view kKeyAlg = R"("ec-p256", "ec-p384" or "rsa-2048")";

using N = toml::node;
using C = DaemonConfig;
constexpr std::array<ConfigKey, 25> kKeys{{
    {"", "state_dir", kPath, [](const N& v, C& c) { return path(v, c.state_dir); }},
    {"", "runtime_dir", kPath, [](const N& v, C& c) { return path(v, c.runtime_dir); }},
    {"", "policy_dir", kPath, [](const N& v, C& c) { return path(v, c.policy_dir); }},
    {"", "claim_bundle", kPath, [](const N& v, C& c) { return path(v, c.claim_bundle.emplace()); }},
    {"", "log_level", R"("debug", "info", "warning" or "error")", [](const N& v, C& c) { return log_level(v, c.log_level); }},
    {"socket", "path", kPath, [](const N& v, C& c) { return path(v, c.socket.path); }},
    {"socket", "mode", R"(octal digits as text, such as "0660")", [](const N& v, C& c) { return mode(v, c.socket.mode); }},
    {"socket", "group", kGroup, [](const N& v, C& c) { return text(v, c.socket.group); }},
    {"socket", "operators", kGroup, [](const N& v, C& c) { return text(v, c.socket.operators); }},
    {"tpm", "tcti", R"("device:/dev/tpmrm0", another TCTI, or "none")", [](const N& v, C& c) { return tcti(v, c.tpm.tcti); }},
    {"tpm", "key_alg", kKeyAlg, [](const N& v, C& c) { return key_alg(v, c.tpm.key_alg); }},
    {"tpm", "rotate_key", "true or false", [](const N& v, C& c) { return flag(v, c.tpm.rotate_key); }},
    {"tpm", "ak_alg", kKeyAlg, [](const N& v, C& c) { return key_alg(v, c.tpm.ak_alg); }},
    {"tpm", "ek_profile", R"("auto", "L-1", "L-2", "H-1", "H-2", "H-3", "H-6" or "H-7")",
     [](const N& v, C& c) { return ek_profile(v, c.tpm.ek_profile); }},
    {"tpm", "counter_index", "a number from 0x01800000 to 0x01BFFFFF",
     [](const N& v, C& c) { return counter_index(v, c.tpm.counter_index); }},
    {"attest", "interval", R"(a duration from "1s" to "1d", such as "30s")",
     [](const N& v, C& c) { return duration(v, Seconds(1), hours(24), c.attest.interval); }},
    {"attest", "remote_every", R"(a duration from "10s" to "30d", such as "1h")",
     [](const N& v, C& c) { return duration(v, Seconds(10), hours(24 * 30), c.attest.remote_every); }},
    {"attest", "telemetry_every", R"("never", or a duration from "5m" to "30d", such as "1h")",
     [](const N& v, C& c) { return duration_or_never(v, minutes(5), hours(24 * 30), c.attest.telemetry_every); }},
    {"attest", "pcrs", R"(a list of selections, one a bank, such as ["sha256:0-10"])",
     [](const N& v, C& c) { return pcrs(v, c.attest.pcrs); }},
    {"attest", "event_log", kPath, [](const N& v, C& c) { return path(v, c.attest.event_log); }},
    {"attest", "ima_list", kPath, [](const N& v, C& c) { return path(v, c.attest.ima_list); }},
    {"attest", "ima_table", kPath, [](const N& v, C& c) { return path(v, c.attest.ima_table.emplace()); }},
    {"link", "keep_alive", R"(a duration from "5s" to "1h", such as "60s")",
     [](const N& v, C& c) { return duration(v, Seconds(5), hours(1), c.link.keep_alive); }},
    {"link", "backoff_first", R"(a duration from "100ms" to "1m", such as "1s")",
     [](const N& v, C& c) { return duration(v, Milliseconds(100), minutes(1), c.link.backoff_first); }},
    {"link", "backoff_longest", R"(a duration from "1s" to "1d", such as "5m")",
     [](const N& v, C& c) { return duration(v, Seconds(1), hours(24), c.link.backoff_longest); }},
}};

}  // namespace

std::span<const ConfigKey> config_keys() { return kKeys; }

bool read_label(std::string_view name, const toml::node& value, DaemonConfig& config) {
    auto found = text_of(value, kMaxText);
    if (!found) return false;
    config.labels.insert_or_assign(std::string(name), std::move(*found));
    return true;
}

}  // namespace anchor::daemon
