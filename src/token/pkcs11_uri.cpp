// SPDX-License-Identifier: Apache-2.0
#include <anchor/token/pkcs11_uri.h>

#include <map>

#include <anchor/base/encoding.h>

namespace anchor::token {
namespace {

constexpr std::string_view kScheme = "pkcs11:";
constexpr std::size_t kLongest = 4096;

using Attributes = std::map<std::string, std::string, std::less<>>;

// RFC 3986 §2.1.
Result<std::string> percent_decoded(std::string_view text) {
    std::string decoded;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] != '%') {
            decoded += text[i];
            continue;
        }
        if (i + 2 >= text.size()) return rejected("an incomplete %");
        ANCHOR_ASSIGN_OR_RETURN(const Bytes octet, from_hex(text.substr(i + 1, 2)));
        decoded += static_cast<char>(octet.front());
        i += 2;
    }
    return decoded;
}

Result<void> take(std::string_view text, char separator, Attributes& into) {
    while (!text.empty()) {
        const std::string_view one = text.substr(0, text.find(separator));
        text.remove_prefix(std::min(text.size(), one.size() + 1));
        const auto equals = one.find('=');
        if (equals == std::string_view::npos) return rejected("\"" + std::string(one) + "\" has no value");
        ANCHOR_ASSIGN_OR_RETURN(std::string value, percent_decoded(one.substr(equals + 1)));
        if (!into.emplace(one.substr(0, equals), std::move(value)).second)
            return rejected("\"" + std::string(one.substr(0, equals)) + "\" stands twice");
    }
    return {};
}

std::string take_out(Attributes& attributes, std::string_view name) {
    const auto found = attributes.find(name);
    if (found == attributes.end()) return {};
    std::string value = std::move(found->second);
    attributes.erase(found);
    return value;
}

Result<Pkcs11Uri> read(std::string_view text) {
    if (text.size() > kLongest) return rejected("longer than " + std::to_string(kLongest) + " characters");
    text.remove_prefix(kScheme.size());
    const auto question = text.find('?');
    Attributes path;
    Attributes query;
    ANCHOR_RETURN_IF_ERROR(take(text.substr(0, question), ';', path));
    if (question != std::string_view::npos) ANCHOR_RETURN_IF_ERROR(take(text.substr(question + 1), '&', query));
    if (query.contains("pin-value")) return rejected("a PIN does not belong here, where others can read it: pin-source names a file");

    Pkcs11Uri uri;
    uri.token = take_out(path, "token");
    uri.serial = take_out(path, "serial");
    uri.object = take_out(path, "object");
    uri.id = to_bytes(take_out(path, "id"));
    const std::string type = take_out(path, "type");
    if (!type.empty() && type != "private") return rejected("type \"" + type + "\" is no private key");
    for (const auto* described : {"manufacturer", "model", "library-manufacturer", "library-description"}) take_out(path, described);
    if (!path.empty()) return rejected("\"" + path.begin()->first + "\" is not known here");
    uri.module = take_out(query, "module-path");
    uri.pin_source = take_out(query, "pin-source");
    if (uri.pin_source.starts_with("file:")) uri.pin_source.erase(0, 5);
    if (uri.object.empty() && uri.id.empty()) return rejected("names neither object nor id");
    if (uri.module.empty()) return rejected("module-path is missing: the library of the token");
    return uri;
}

}  // namespace

bool is_pkcs11_uri(std::string_view text) noexcept { return text.starts_with(kScheme); }

Result<Pkcs11Uri> pkcs11_uri_from(std::string_view text) {
    if (!is_pkcs11_uri(text)) return rejected("not a PKCS#11 URI");
    auto uri = read(text);
    if (!uri) return std::move(uri).error().within("PKCS#11 URI");
    return uri;
}

}  // namespace anchor::token
