// SPDX-License-Identifier: Apache-2.0
#include <anchor/base/encoding.h>
#include <anchor/protocol/enrollment.h>
#include <anchor/protocol/topics.h>

#include "key_set.h"
#include "shapes.h"

namespace anchor::protocol {
namespace {

constexpr std::string_view kFormat = "anchord-claim-bundle-1";
constexpr std::size_t kMaxCertificates = 8;

}  // namespace

SecretBytes encode(const ClaimBundle& bundle) {
    std::string text =
        Json{
            {"format", kFormat},
            {"tenant", bundle.tenant},
            {"claim", bundle.claim},
            {"enroll", {{"host", bundle.host}, {"port", bundle.port}}},
            {"certificates", octet_list(bundle.certificates)},
            {"private_key", as_text(bundle.private_key.view())},
            {"anchors", bundle.anchors},
            {"authority", keys_to_json(bundle.authority)},
        }
            .dump(2);
    SecretBytes secret = SecretBytes::copy_of(as_bytes(text));
    wipe({reinterpret_cast<std::uint8_t*>(text.data()), text.size()});
    return secret;
}

Result<ClaimBundle> claim_bundle_from(std::string_view text) {
    ANCHOR_ASSIGN_OR_RETURN(const Json json, parse_json(text));
    ANCHOR_RETURN_IF_ERROR(
        json_only_keys(json, {"format", "tenant", "claim", "enroll", "certificates", "private_key", "anchors", "authority"}));
    ANCHOR_ASSIGN_OR_RETURN(const std::string format, json_string(json, "format"));
    if (format != kFormat)
        return rejected("not a claim bundle: \"format\" is \"" + format.substr(0, 40) + "\", expected \"" + std::string(kFormat) + "\"");
    ClaimBundle bundle;
    ANCHOR_ASSIGN_OR_RETURN(const std::string tenant, json_string(json, "tenant"));
    ANCHOR_ASSIGN_OR_RETURN(bundle.tenant, check_name("tenant", tenant));
    ANCHOR_ASSIGN_OR_RETURN(const std::string claim, json_string(json, "claim"));
    ANCHOR_ASSIGN_OR_RETURN(bundle.claim, check_name("claim", claim));
    ANCHOR_ASSIGN_OR_RETURN(const Json* enroll, object_of(json, "enroll"));
    ANCHOR_ASSIGN_OR_RETURN(bundle.host, json_string(*enroll, "host"));
    ANCHOR_ASSIGN_OR_RETURN(bundle.port, port_of(*enroll, "port"));
    ANCHOR_ASSIGN_OR_RETURN(bundle.certificates, octet_list_from(json, "certificates", kMaxCertificates));
    ANCHOR_ASSIGN_OR_RETURN(std::string key, json_string(json, "private_key"));
    bundle.private_key = SecretBytes::copy_of(as_bytes(key));
    wipe({reinterpret_cast<std::uint8_t*>(key.data()), key.size()});
    ANCHOR_ASSIGN_OR_RETURN(bundle.anchors, json_string(json, "anchors"));
    ANCHOR_ASSIGN_OR_RETURN(bundle.authority, keys_from(json, "authority"));
    if (bundle.authority.empty()) return rejected("\"authority\" names no key");
    return bundle;
}

}  // namespace anchor::protocol
