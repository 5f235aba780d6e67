// SPDX-License-Identifier: Apache-2.0
#include "measured_device.h"

#include <filesystem>
#include <fstream>
#include <set>
#include <thread>

#include <unistd.h>

#include <nlohmann/json.hpp>

#include <anchor/base/encoding.h>
#include <anchor/control/client.h>
#include <anchor/measure/event_log_replay.h>
#include <parts/mosquitto.h>
#include <unit/measure/ima_list.h>

namespace anchor::ima {
namespace {

constexpr std::size_t kSpecsAtOnce = 100;
constexpr auto kPatience = std::chrono::seconds(60);

std::string mosquitto() { return parts::on_path("mosquitto") ? "mosquitto" : "/usr/sbin/mosquitto"; }

std::string without_space(std::string text) {
    std::erase_if(text, [](char c) { return c == ' ' || c == '\n'; });
    return text;
}

std::string spec(unsigned pcr, const Digest& sha1, const Digest& sha256) {
    return std::to_string(pcr) + ":sha1=" + to_hex(sha1.view()) + ",sha256=" + to_hex(sha256.view());
}

template <class Look>
std::string wait(Look look) {
    const auto deadline = std::chrono::steady_clock::now() + kPatience;
    while (true) {
        const std::string missing = look();
        if (missing.empty() || std::chrono::steady_clock::now() > deadline) return missing;
        std::this_thread::sleep_for(std::chrono::milliseconds(200));
    }
}

}  // namespace

bool MeasuredDevice::available() { return parts::Swtpm::available() && parts::Mosquitto::available(); }

Result<void> MeasuredDevice::boot() {
    parts::SwtpmOptions options;
    options.certificate = parts::SwtpmOptions::Certificate::Rsa2048;
    options.pcr_banks = "sha1,sha256";
    ANCHOR_ASSIGN_OR_RETURN(tpm_, parts::Swtpm::start(options));
    const Bytes octets = measure::boot_vector("debian12-ovmf.eventlog.bin");
    files_.write("event_log", octets);
    const auto log = measure::parse_event_log(octets);
    std::vector<std::string> specs;
    for (const auto& event : log.events()) {
        const auto sha1 = log.digest(event, HashAlg::Sha1);
        const auto sha256 = log.digest(event, HashAlg::Sha256);
        if (event.type != measure::EventType::NoAction && sha1 && sha256) specs.push_back(spec(event.pcr, *sha1, *sha256));
    }
    const auto replayed = measure::replay(log);
    for (unsigned i = 0; i < 10; ++i) {
        const Digest* value = replayed.values.find(HashAlg::Sha256, i);
        registers_ +=
            (i == 0 ? "{\"" : ",\"") + std::to_string(i) + "\":[\"" + (value == nullptr ? Digest(HashAlg::Sha256) : *value).text() + "\"]";
    }
    registers_ += "}";
    write_list({});
    return extend_all(std::move(specs));
}

Result<void> MeasuredDevice::extend_all(std::vector<std::string> specs) const {
    while (!specs.empty()) {
        const std::size_t count = std::min(specs.size(), kSpecsAtOnce);
        std::string words = "tpm2_pcrextend";
        for (std::size_t i = 0; i < count; ++i) words += " " + specs[i];
        const auto done = tpm_->tool(words);
        if (!done.ok()) return unavailable(done.output);
        specs.erase(specs.begin(), specs.begin() + static_cast<std::ptrdiff_t>(count));
    }
    return {};
}

void MeasuredDevice::write_list(ByteView list) const { files_.write("ima_list", list); }

Result<void> MeasuredDevice::extend(const Bytes& entries) const {
    std::vector<std::string> specs;
    ANCHOR_RETURN_IF_ERROR(measure::read_list(entries, {}, [&](const measure::ImaEntry& entry) {
        Digest sha1(HashAlg::Sha1);
        Digest sha256(HashAlg::Sha256);
        std::ranges::fill(sha1.writable(), std::uint8_t{0xFF});
        std::ranges::fill(sha256.writable(), std::uint8_t{0xFF});
        if (!entry.violation()) {
            sha1 = ima_template_hash(HashAlg::Sha1, entry);
            sha256 = ima_template_hash(HashAlg::Sha256, entry);
        }
        specs.push_back(spec(entry.pcr, sha1, sha256));
    }));
    return extend_all(std::move(specs));
}

Result<void> MeasuredDevice::measure(const Bytes& entries) {
    append(list_, entries);
    std::ofstream(files_.path("ima_list"), std::ios::binary | std::ios::app)
        .write(reinterpret_cast<const char*>(entries.data()), static_cast<std::streamsize>(entries.size()));
    return extend(entries);
}

parts::CommandResult MeasuredDevice::registry(std::vector<std::string> words) const {
    words.insert(words.begin(), {REGISTRY_PROGRAM, "--dir", files_.path("registry")});
    return parts::run(words);
}

Result<void> MeasuredDevice::run_registry(const std::vector<std::string>& words) const {
    const auto done = registry(words);
    return done.ok() ? Result<void>() : Result<void>(unavailable(words.front() + ": " + done.output));
}

Result<void> MeasuredDevice::start_registry(const std::string& policy, const std::string& reference, ByteView table) {
    std::set<std::uint16_t> ports;
    while (ports.size() < 3) ports.insert(parts::Mosquitto::free_port());
    const auto port = [&](std::ptrdiff_t index) { return std::to_string(*std::next(ports.begin(), index)); };
    // Started by root the broker becomes another user, who could not enter this folder.
    const std::string user = ::geteuid() == 0 ? "root" : "nobody";
    ANCHOR_RETURN_IF_ERROR(run_registry({"init", "--tenant", "acme", "--host", "localhost", "--fleet-port", port(0), "--enroll-port",
                                         port(1), "--enroll-registry-port", port(2), "--broker-user", user, "--batch", "line-1"}));
    ANCHOR_RETURN_IF_ERROR(run_registry({"ek", "roots", "add", tpm_->root_certificate()}));
    ANCHOR_RETURN_IF_ERROR(run_registry({"ek", "roots", "add", tpm_->issuer_certificate()}));
    files_.write("table", table);
    ANCHOR_RETURN_IF_ERROR(run_registry({"policy", "set", files_.write("policy.json", std::string_view(policy))}));
    ANCHOR_RETURN_IF_ERROR(
        run_registry({"reference", "set", files_.write("reference.json", std::string_view(reference)), "--table", files_.path("table")}));
    const std::string folder = files_.path("registry");
    ANCHOR_ASSIGN_OR_RETURN(fleet_broker_,
                            parts::Process::start({mosquitto(), "-c", folder + "/broker/mosquitto.conf"}, files_.path("fleet-broker.log")));
    ANCHOR_ASSIGN_OR_RETURN(enroll_broker_, parts::Process::start({mosquitto(), "-c", folder + "/enroll-broker/mosquitto.conf"},
                                                                  files_.path("enroll-broker.log")));
    return serve();
}

Result<void> MeasuredDevice::serve() {
    ANCHOR_ASSIGN_OR_RETURN(
        registry_, parts::Process::start({REGISTRY_PROGRAM, "--dir", files_.path("registry"), "serve"}, files_.path("registry.log")));
    return {};
}

Result<void> MeasuredDevice::accept_what_was_measured() const {
    const auto registers = tpm_->tool("tpm2_pcrread");
    if (!registers.ok()) return unavailable(registers.output);
    const std::string pcrs = files_.write("pcrs", std::string_view(registers.output));
    const auto made = parts::run({ANCHORCTL_PROGRAM, "reference", "make", "--out", files_.path("golden"), "--log", files_.path("event_log"),
                                  "--pcrs", pcrs, "--ima", files_.path("ima_list")});
    if (!made.ok()) return unavailable("reference make: " + made.output);
    return run_registry({"reference", "set", files_.path("golden/reference.json")});
}

std::vector<std::string> MeasuredDevice::files_in(const std::string& folder) const {
    std::vector<std::string> names;
    for (const auto& file : std::filesystem::directory_iterator(files_.path(folder))) names.push_back(file.path().filename().string());
    std::ranges::sort(names);
    return names;
}

std::string MeasuredDevice::wait_for_tables(std::size_t count) const {
    return wait([&] { return published().size() == count ? std::string() : std::to_string(published().size()) + " tables"; });
}

Result<void> MeasuredDevice::let_the_registry_age() {
    registry_.terminate();
    for (const auto& file : std::filesystem::directory_iterator(files_.path("registry/blobs"))) {
        std::filesystem::last_write_time(file, std::filesystem::last_write_time(file) - std::chrono::days(60));
    }
    return serve();
}

Result<void> MeasuredDevice::start_device() {
    const std::string configuration = files_.write(
        "anchord.toml",
        std::string_view("state_dir = \"" + files_.path("state") + "\"\nruntime_dir = \"" + files_.path() + "\"\npolicy_dir = \"" +
                         files_.path("policy.d") + "\"\nclaim_bundle = \"" + files_.path("registry/claim-line-1.json") +
                         "\"\n[socket]\npath = \"" + files_.path("anchord.sock") + "\"\ngroup = \"\"\n[tpm]\ntcti = \"" + tpm_->tcti() +
                         "\"\n[attest]\ninterval = \"1s\"\nremote_every = \"10s\"\nevent_log = \"" + files_.path("event_log") +
                         "\"\nima_list = \"" + files_.path("ima_list") + "\"\n[link]\nbackoff_first = \"200ms\"\n"));
    ANCHOR_ASSIGN_OR_RETURN(device_, parts::Process::start({ANCHORD_PROGRAM, "--config", configuration}, files_.path("anchord.log")));
    return {};
}

std::string MeasuredDevice::wait_for(const std::vector<std::string>& texts) const {
    return wait([&]() -> std::string {
        auto client = control::Client::connect(files_.path("anchord.sock"));
        const auto answer = client ? client->call("GetStatus", Json::object()) : Result<Json>(client.error());
        const std::string status = answer ? answer->dump(-1, ' ', true, Json::error_handler_t::replace) : answer.error().what;
        const bool all = std::ranges::all_of(texts, [&](const std::string& text) { return status.find(text) != std::string::npos; });
        return all ? std::string() : "status: " + status;
    });
}

std::string MeasuredDevice::wait_for_registry(const std::string& text) const {
    return wait([&]() -> std::string {
        const std::string output = without_space(registry({"devices", "--json"}).output);
        return output.find(text) != std::string::npos ? std::string() : "devices: " + output;
    });
}

std::string MeasuredDevice::logs() const {
    std::string all;
    for (const char* name : {"anchord.log", "registry.log"}) {
        if (std::filesystem::exists(files_.path(name))) all += "\n" + std::string(name) + ":\n" + std::string(as_text(files_.read(name)));
    }
    return all;
}

}  // namespace anchor::ima
