// SPDX-License-Identifier: Apache-2.0

// The JSON of boot reference values, read strictly: what we don't understand we don't accept.

#include <charconv>

#include <nlohmann/json.hpp>

#include <anchor/measure/ima_replay.h>
#include <anchor/measure/reference_boot.h>

namespace anchor::measure {
namespace {

Result<unsigned> register_from(std::string_view text) {
    unsigned index = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), index);
    if (error == std::errc() && end == text.data() + text.size() && index < kPcrCount && std::to_string(index) == text) return index;
    return rejected("\"" + std::string(text.substr(0, 32)) + "\" is not a register, expected 0 to " + std::to_string(kPcrCount - 1));
}

Result<Digest> digest_from(const Json& value) {
    if (!value.is_string()) return rejected("a digest is " + std::string(value.type_name()) + ", expected a string");
    ANCHOR_ASSIGN_OR_RETURN(Digest digest, Digest::from_text(value.get_ref<const std::string&>()));
    if (digest.alg() == HashAlg::Sha1) return rejected("SHA-1 digests are no reference values");
    return digest;
}

Result<std::vector<Digest>> digests_from(const Json& list) {
    if (!list.is_array() || list.empty()) return rejected("expected a list of digests");
    std::vector<Digest> digests;
    for (const Json& value : list) {
        ANCHOR_ASSIGN_OR_RETURN(const Digest digest, digest_from(value));
        digests.push_back(digest);
    }
    return digests;
}

Result<Digest> digest_member(const Json& object) {
    const auto found = object.find("digest");
    if (found == object.end()) return rejected("\"digest\" is missing");
    return digest_from(*found);
}

Result<std::string> optional_text(const Json& object, std::string_view key) {
    if (!object.contains(key)) return std::string();
    return json_string(object, key);
}

Result<std::vector<ReferenceEvent>> events_from(const Json& list) {
    if (!list.is_array()) return rejected("expected a list of events");
    std::vector<ReferenceEvent> events;
    for (const Json& value : list) {
        ANCHOR_RETURN_IF_ERROR(json_only_keys(value, {"digest", "type", "what"}));
        ReferenceEvent event;
        ANCHOR_ASSIGN_OR_RETURN(event.digest, digest_member(value));
        ANCHOR_ASSIGN_OR_RETURN(event.type, optional_text(value, "type"));
        ANCHOR_ASSIGN_OR_RETURN(event.what, optional_text(value, "what"));
        if (!events.empty() && events.front().digest.alg() != event.digest.alg()) return rejected("the events are of different banks");
        events.push_back(std::move(event));
    }
    return events;
}

Result<std::vector<ReferenceImage>> images_from(const Json& list) {
    if (!list.is_array()) return rejected("expected a list of images");
    std::vector<ReferenceImage> images;
    for (const Json& value : list) {
        ANCHOR_RETURN_IF_ERROR(json_only_keys(value, {"digest", "name"}));
        ReferenceImage image;
        ANCHOR_ASSIGN_OR_RETURN(image.digest, digest_member(value));
        ANCHOR_ASSIGN_OR_RETURN(image.name, optional_text(value, "name"));
        images.push_back(std::move(image));
    }
    return images;
}

/// Reads an object with registers as keys.
template <class T, class Read>
Result<std::map<unsigned, T>> by_register(const Json& document, std::string_view key, Read read) {
    std::map<unsigned, T> values;
    const auto member = document.find(key);
    if (member == document.end()) return values;
    if (!member->is_object()) return rejected("\"" + std::string(key) + "\" is " + member->type_name() + ", expected an object");
    for (const auto& [name, value] : member->items()) {
        const std::string context = "\"" + std::string(key) + "\": \"" + name.substr(0, 32) + "\"";
        auto index = register_from(name);
        if (!index) return std::move(index).error().within("\"" + std::string(key) + "\"");
        auto one = read(value);
        if (!one) return std::move(one).error().within(context);
        values.emplace(*index, std::move(one).value());
    }
    return values;
}

}  // namespace

Result<BootReference> boot_reference_from(const Json& document) {
    ANCHOR_RETURN_IF_ERROR(json_only_keys(document, {"pcrs", "events", "images", "firmware"}));
    BootReference reference;
    ANCHOR_ASSIGN_OR_RETURN(reference.pcrs, by_register<std::vector<Digest>>(document, "pcrs", digests_from));
    if (reference.pcrs.contains(kImaPcr)) return rejected("\"pcrs\": \"10\" changes while the system runs, expected \"ima\"");
    ANCHOR_ASSIGN_OR_RETURN(reference.events, by_register<std::vector<ReferenceEvent>>(document, "events", events_from));
    if (const auto images = document.find("images"); images != document.end()) {
        auto read = images_from(*images);
        if (!read) return std::move(read).error().within("\"images\"");
        reference.images = std::move(read).value();
    }
    if (const auto firmware = document.find("firmware"); firmware != document.end()) {
        ANCHOR_RETURN_IF_ERROR(json_only_keys(*firmware, {"min_version"}));
        ANCHOR_ASSIGN_OR_RETURN(reference.min_firmware, json_string(*firmware, "min_version"));
    }
    return reference;
}

Json to_json(const BootReference& reference) {
    Json document = Json::object();
    for (const auto& [index, digests] : reference.pcrs) {
        for (const Digest& digest : digests) document["pcrs"][std::to_string(index)].push_back(digest.text());
    }
    for (const auto& [index, events] : reference.events) {
        Json& list = document["events"][std::to_string(index)] = Json::array();
        for (const ReferenceEvent& event : events) {
            list.push_back({{"digest", event.digest.text()}, {"type", event.type}, {"what", event.what}});
        }
    }
    for (const ReferenceImage& image : reference.images)
        document["images"].push_back({{"digest", image.digest.text()}, {"name", image.name}});
    if (!reference.min_firmware.empty()) document["firmware"]["min_version"] = reference.min_firmware;
    return document;
}

}  // namespace anchor::measure
