// SPDX-License-Identifier: Apache-2.0
#include "local_policies.h"

#include <sys/stat.h>

#include <algorithm>
#include <filesystem>
#include <nlohmann/json.hpp>

#include <anchor/base/file.h>
#include <anchor/crypto/jws.h>
#include <anchor/policy/policy.h>
#include <anchor/protocol/document.h>

namespace anchor::daemon {
namespace {

constexpr std::size_t kMaxFiles = 64;
constexpr const char* kNeverSaid = "local.policies_readable";
constexpr const char* kNobody = "app:4294967295";         // (uid_t)-1 is no user
constexpr std::size_t kMaxFile = policy::kMaxOctets + 1;  // what is larger its reader shall say

bool is_policy_file(const std::filesystem::path& path) {
    const std::string name = path.filename().string();
    return !name.starts_with('.') && (path.extension() == ".json" || path.extension() == ".jws");
}

// An editor replaces a file, a script writes over it: inode and time tell the one, size and time the other.
std::string state_of(const std::string& file) {
    struct stat found {};
    if (::stat(file.c_str(), &found) != 0) return "gone";
    return std::to_string(found.st_ino) + " " + std::to_string(found.st_size) + " " + std::to_string(found.st_mtim.tv_sec) + "." +
           std::to_string(found.st_mtim.tv_nsec);
}

std::string placed(const std::string& file, const policy::Mistake& mistake) {
    return file + ":" + std::to_string(mistake.line) + ":" + std::to_string(mistake.column) + ": " + mistake.message;
}

// It asks for a claim that nobody can make. Three names are enough for a reason.
std::string stand_in_for(const std::vector<std::string>& files) {
    std::string names;
    for (std::size_t i = 0; i < std::min<std::size_t>(files.size(), 3); ++i)
        names += (i == 0 ? "" : ", ") + std::filesystem::path(files[i]).filename().string();
    const Json rule{{"id", "readable"},
                    {"about", "configuration"},
                    {"require", kNeverSaid},
                    {"otherwise", "warning"},
                    {"because", "A policy of this device cannot be used (" + names + "): nobody knows what it would close."}};
    const Json policy{{"policy", "unreadable-policy-file"},
                      {"version", 1},
                      {"claims", {{kNeverSaid, {{"type", "bool"}, {"from", kNobody}}}}},
                      {"rules", Json::array({rule})}};
    return policy.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace

LocalPolicies::Listing LocalPolicies::list() const {
    Listing listing;
    std::error_code error;
    for (std::filesystem::directory_iterator entry(folder_, error), end; !error && entry != end; entry.increment(error)) {
        if (!is_policy_file(entry->path())) continue;
        if (listing.files.size() == kMaxFiles) {
            listing.complaint = folder_ + ": more than " + std::to_string(kMaxFiles) + " policies";
            return listing;
        }
        listing.files.emplace(entry->path().string(), state_of(entry->path().string()));
    }
    if (error && error != std::errc::no_such_file_or_directory) listing.complaint = folder_ + ": " + error.message();
    return listing;
}

bool LocalPolicies::changed() const {
    const Listing now = list();
    return now.files != seen_.files || now.complaint != seen_.complaint;
}

std::vector<std::string> LocalPolicies::read() {
    seen_ = list();
    if (!seen_.complaint.empty()) {  // nothing is left out because a folder can't be read
        if (!was_read_) unknown_ = {folder_};
        return {seen_.complaint};
    }
    was_read_ = true;
    std::vector<std::string> complaints;
    std::map<std::string, Unsigned> unsigned_files;
    signed_.clear();
    unknown_.clear();
    for (const auto& [file, state] : seen_.files) read_file(file, unsigned_files, complaints);
    unsigned_ = std::move(unsigned_files);
    return complaints;
}

void LocalPolicies::read_file(const std::string& file, std::map<std::string, Unsigned>& unsigned_files,
                              std::vector<std::string>& complaints) {
    auto text = read_text_file(file, kMaxFile);
    if (!text) {
        complaints.push_back(text.error().what);
        return keep(file, unsigned_files);
    }
    if (const auto jws = crypto::UnverifiedJws::parse(*text)) {
        if (jws->typ() == protocol::typ_of(protocol::DocumentKind::Policy))
            signed_.push_back({file, std::move(*text)});
        else
            complaints.push_back(file + ": a signed document, but none of a policy");
        return;
    }
    std::vector<policy::Mistake> mistakes;
    const auto policy = policy::parse_policy(*text, &mistakes);
    for (const policy::Mistake& mistake : mistakes) complaints.push_back(placed(file, mistake));
    if (!policy) return keep(file, unsigned_files);
    const auto before = unsigned_.find(file);
    if (before != unsigned_.end() && before->second.name == policy->name && before->second.version > policy->version) {
        complaints.push_back(file + ": version " + std::to_string(policy->version) + " is older than version " +
                             std::to_string(before->second.version) + ", which stays in force");
        return keep(file, unsigned_files);
    }
    unsigned_files[file] = {std::move(*text), policy->name, policy->version};
}

void LocalPolicies::keep(const std::string& file, std::map<std::string, Unsigned>& unsigned_files) {
    if (const auto before = unsigned_.find(file); before != unsigned_.end())
        unsigned_files.insert(*before);
    else
        unknown_.push_back(file);
}

std::vector<std::string> LocalPolicies::unsigned_texts() const {
    std::vector<std::string> texts;
    for (const auto& [file, policy] : unsigned_) texts.push_back(policy.text);
    if (!unknown_.empty()) texts.push_back(stand_in_for(unknown_));
    return texts;
}

}  // namespace anchor::daemon
