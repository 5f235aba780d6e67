// SPDX-License-Identifier: Apache-2.0
#include "config.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>
#include <filesystem>

#include <anchor/base/file.h>
#include <anchor/control/interface.h>

#include "config_keys.h"
#include "nearest_name.h"

namespace anchor::daemon {
namespace {

constexpr std::size_t kMaxFile = 256UL * 1024;
constexpr std::size_t kMaxFiles = 100;

// Reads files into one configuration, and remembers where each key was last set.
class Reader {
public:
    Result<void> read(std::string_view text, std::string_view name) {
        name_ = name;
        try {
            return read_table("", toml::parse(text, name));
        } catch (const toml::parse_error& problem) {
            return complaint(problem.source(), std::string(problem.description()));
        }
    }

    Result<DaemonConfig> finish() && {
        if (config_.link.backoff_first > config_.link.backoff_longest) {
            return denied(places_["link.backoff_first"] + "\"backoff_first\" is longer than \"backoff_longest\" (" +
                          to_text(config_.link.backoff_longest) + ")");
        }
        return std::move(config_);
    }

    [[nodiscard]] const DaemonConfig& config() const noexcept { return config_; }
    [[nodiscard]] const std::string& place_of(const std::string& key) { return places_[key]; }

private:
    [[nodiscard]] std::string place(const toml::source_region& at) const {
        return name_ + ":" + std::to_string(at.begin.line) + ":" + std::to_string(at.begin.column) + ": ";
    }
    [[nodiscard]] Error complaint(const toml::source_region& at, std::string what) const { return denied(place(at) + std::move(what)); }

    Result<void> read_table(std::string_view section, const toml::table& table) {
        for (const auto& [key, value] : table) ANCHOR_RETURN_IF_ERROR(read_entry(section, key, value));
        return {};
    }

    Result<void> read_entry(std::string_view section, const toml::key& key, const toml::node& value) {
        if (section == kLabelsSection) return read_one_label(key, value);
        for (const ConfigKey& known : config_keys()) {
            if (known.section == section && known.name == key.str()) return read_value(known, value);
        }
        if (section.empty() && is_section(key.str())) {
            if (value.is_table()) return read_table(key.str(), *value.as_table());
            return complaint(value.source(), "expected a section, written [" + std::string(key.str()) + "]");
        }
        return unknown(section, key);
    }

    Result<void> read_value(const ConfigKey& key, const toml::node& value) {
        if (!key.read(value, config_)) {
            return complaint(value.source(), "\"" + std::string(key.name) + "\": expected " + std::string(key.expected));
        }
        const std::string full = key.section.empty() ? std::string(key.name) : std::string(key.section) + "." + std::string(key.name);
        places_[full] = place(value.source());
        return {};
    }

    Result<void> read_one_label(const toml::key& key, const toml::node& value) {
        if (!read_label(key.str(), value, config_)) {
            return complaint(value.source(), "label \"" + std::string(key.str()) + "\": expected " + std::string(kLabelExpected));
        }
        if (config_.labels.size() > kMaxLabels) return complaint(key.source(), "more than " + std::to_string(kMaxLabels) + " labels");
        return {};
    }

    static bool is_section(std::string_view name) {
        return name == kLabelsSection ||
               (!name.empty() && std::ranges::any_of(config_keys(), [&](const ConfigKey& k) { return k.section == name; }));
    }

    [[nodiscard]] Error unknown(std::string_view section, const toml::key& key) const {
        std::vector<std::string_view> names;
        for (const ConfigKey& known : config_keys()) {
            if (known.section == section) names.push_back(known.name);
            if (section.empty() && !known.section.empty()) names.push_back(known.section);
        }
        if (section.empty()) names.push_back(kLabelsSection);
        const auto meant = nearest_name(key.str(), names);
        const std::string where = section.empty() ? "" : " in [" + std::string(section) + "]";
        const std::string hint = meant.empty() ? "" : "; did you mean \"" + std::string(meant) + "\"?";
        return complaint(key.source(), "unknown key \"" + std::string(key.str().substr(0, 64)) + "\"" + where + hint);
    }

    DaemonConfig config_;
    std::string name_;
    std::map<std::string, std::string> places_;
};

Result<struct stat> status_of(const std::string& path) {
    struct stat found {};
    if (::stat(path.c_str(), &found) != 0) return from_errno(path, errno);
    return found;
}

Result<void> read_one_file(Reader& reader, const std::string& path) {
    ANCHOR_ASSIGN_OR_RETURN(const struct stat found, status_of(path));
    if ((found.st_mode & S_IWOTH) != 0) return denied(path + ": every local user may write it; chmod o-w");
    ANCHOR_ASSIGN_OR_RETURN(const std::string text, read_text_file(path, kMaxFile));
    return reader.read(text, path);
}

// Without the folder there is nothing in it.
Result<std::vector<std::string>> files_in(const std::string& folder) {
    std::vector<std::string> files;
    std::error_code error;
    auto entry = std::filesystem::directory_iterator(folder, error);
    if (error == std::errc::no_such_file_or_directory) return files;
    for (; !error && entry != std::filesystem::directory_iterator(); entry.increment(error)) {
        const std::string name = entry->path().filename().string();
        if (name.ends_with(".toml") && name.front() != '.') files.push_back(entry->path().string());
    }
    if (error) return from_errno(folder, error.value());
    if (files.size() > kMaxFiles) return denied(folder + ": more than " + std::to_string(kMaxFiles) + " files");
    std::ranges::sort(files);
    return files;
}

// It holds a private key that enrolls as this device.
Result<void> check_claim_bundle(const std::string& path, const std::string& place) {
    struct stat found {};
    if (::stat(path.c_str(), &found) != 0) return {};  // it may go after enrolment
    if (!S_ISREG(found.st_mode)) return denied(place + "claim bundle " + path + ": expected a file");
    if ((found.st_mode & S_IRWXO) != 0) {
        return denied(place + "claim bundle " + path + ": other users may read or change it; chmod o-rwx");
    }
    return {};
}

// Whoever knows the groups may not answer yet: then the start tries again, and says so.
Result<void> check_group(const std::string& name, const std::string& key, const std::string& place) {
    if (place.empty()) return {};  // the default, which is installed with the daemon
    const auto found = control::group_named(name);
    if (found || found.error().kind != ErrorKind::Denied) return {};
    return denied(place + "\"" + key + "\": " + found.error().what);
}

}  // namespace

Result<DaemonConfig> parse_config(std::string_view text, std::string_view name) {
    Reader reader;
    ANCHOR_RETURN_IF_ERROR(reader.read(text, name));
    return std::move(reader).finish();
}

Result<DaemonConfig> load_config(const std::string& file) {
    Reader reader;
    ANCHOR_RETURN_IF_ERROR(read_one_file(reader, file));
    const auto folder = std::filesystem::path(file).parent_path() / "conf.d";
    ANCHOR_ASSIGN_OR_RETURN(const auto more, files_in(folder.string()));
    for (const std::string& path : more) ANCHOR_RETURN_IF_ERROR(read_one_file(reader, path));
    if (const auto& bundle = reader.config().claim_bundle) {
        ANCHOR_RETURN_IF_ERROR(check_claim_bundle(*bundle, reader.place_of("claim_bundle")));
    }
    ANCHOR_RETURN_IF_ERROR(check_group(reader.config().socket.group, "group", reader.place_of("socket.group")));
    ANCHOR_RETURN_IF_ERROR(check_group(reader.config().socket.operators, "operators", reader.place_of("socket.operators")));
    return std::move(reader).finish();
}

}  // namespace anchor::daemon
