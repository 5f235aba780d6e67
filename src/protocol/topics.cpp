// SPDX-License-Identifier: Apache-2.0
#include <anchor/protocol/topics.h>

#include <algorithm>
#include <array>
#include <vector>

namespace anchor::protocol {
namespace {

constexpr std::string_view kPrefix = "anchor/1/";
constexpr std::size_t kMaxVerb = 32;

std::vector<std::string_view> split(std::string_view topic) {
    std::vector<std::string_view> levels;
    while (true) {
        const auto slash = topic.find('/');
        levels.push_back(topic.substr(0, slash));
        if (slash == std::string_view::npos) return levels;
        topic.remove_prefix(slash + 1);
    }
}

bool is_verb(std::string_view verb) {
    return !verb.empty() && verb.size() <= kMaxVerb && std::ranges::all_of(verb, [](char c) { return (c >= 'a' && c <= 'z') || c == '.'; });
}

}  // namespace

Result<std::string> check_name(std::string_view what, std::string_view name) {
    const auto allowed = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-'; };
    if (name.empty() || name.size() > 63 || name.front() == '-' || name.back() == '-' || !std::ranges::all_of(name, allowed)) {
        return rejected(std::string(what) + " \"" + std::string(name.substr(0, 70)) + "\" is not 1 to 63 of a-z, 0-9 and inner \"-\"");
    }
    return std::string(name);
}

Topics::Topics(std::string tenant) : tenant_(std::move(tenant)), root_(std::string(kPrefix) + tenant_ + "/") {}

Result<Topics> Topics::of(std::string_view tenant) {
    ANCHOR_ASSIGN_OR_RETURN(std::string name, check_name("tenant", tenant));
    return Topics(std::move(name));
}

std::string Topics::request(const DeviceId& device, std::string_view verb) const {
    return root_ + "device/" + device.text() + "/request/" + std::string(verb);
}
std::string Topics::reply(const DeviceId& device) const { return root_ + "device/" + device.text() + "/reply"; }
std::string Topics::standing(const DeviceId& device) const { return root_ + "device/" + device.text() + "/standing"; }
std::string Topics::presence(const DeviceId& device) const { return root_ + "device/" + device.text() + "/presence"; }

std::string Topics::enroll_request(std::string_view claim, const DeviceId& device, std::string_view verb) const {
    return root_ + "enroll/" + std::string(claim) + "/" + device.text() + "/request/" + std::string(verb);
}
std::string Topics::enroll_reply(std::string_view claim, const DeviceId& device) const {
    return root_ + "enroll/" + std::string(claim) + "/" + device.text() + "/reply";
}

std::string Topics::fleet(std::string_view kind) const { return root_ + "fleet/" + std::string(kind); }
std::string Topics::fleet(std::string_view kind, std::string_view group) const { return fleet(kind) + "/" + std::string(group); }

std::string Topics::all_requests() const { return root_ + "device/+/request/+"; }
std::string Topics::all_enroll_requests() const { return root_ + "enroll/+/+/request/+"; }
std::string Topics::all_presence() const { return root_ + "device/+/presence"; }

Result<RequestTopic> parse_request_topic(const Topics& topics, std::string_view topic) {
    const auto levels = split(topic);
    const bool ours = levels.size() >= 4 && levels[0] == "anchor" && levels[1] == "1" && levels[2] == topics.tenant();
    if (ours && levels.size() == 7 && levels[3] == "device" && levels[5] == "request" && is_verb(levels[6])) {
        ANCHOR_ASSIGN_OR_RETURN(DeviceId device, DeviceId::parse(levels[4]));
        return RequestTopic{std::move(device), std::string(levels[6]), {}};
    }
    if (ours && levels.size() == 8 && levels[3] == "enroll" && levels[6] == "request" && is_verb(levels[7])) {
        ANCHOR_ASSIGN_OR_RETURN(std::string claim, check_name("claim", levels[4]));
        ANCHOR_ASSIGN_OR_RETURN(DeviceId device, DeviceId::parse(levels[5]));
        return RequestTopic{std::move(device), std::string(levels[7]), std::move(claim)};
    }
    return rejected("topic \"" + std::string(topic.substr(0, 120)) + "\" is no request of tenant \"" + topics.tenant() + "\"");
}

}  // namespace anchor::protocol
