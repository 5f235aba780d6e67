// SPDX-License-Identifier: Apache-2.0
#include <anchor/protocol/succession.h>

#include <algorithm>

#include <anchor/base/encoding.h>
#include <anchor/crypto/certificate.h>
#include <anchor/crypto/chain.h>
#include <anchor/crypto/hash.h>

namespace anchor::protocol {
namespace {

bool contains(const std::vector<Bytes>& list, const Bytes& item) { return std::ranges::find(list, item) != list.end(); }

bool share_one(const std::vector<Bytes>& before, const std::vector<Bytes>& after) {
    return std::ranges::any_of(before, [&](const Bytes& one) { return contains(after, one); });
}

Result<std::vector<crypto::Certificate>> read_all(const std::vector<Bytes>& ders) {
    std::vector<crypto::Certificate> certificates;
    for (const Bytes& der : ders) {
        ANCHOR_ASSIGN_OR_RETURN(auto certificate, crypto::Certificate::from_der(der));
        certificates.push_back(std::move(certificate));
    }
    return certificates;
}

std::string name_of(const Bytes& der) {
    const auto certificate = crypto::Certificate::from_der(der);
    const std::string print = to_hex(crypto::hash(HashAlg::Sha256, der).view()).substr(0, 16);
    return (certificate ? "\"" + certificate->subject() + "\"" : "an unreadable certificate") + " (" + print + "...)";
}

std::string about(const AnchorSet& set, const std::string& kid) {
    std::string roles;
    for (const auto& [kind, role] : set.roles) {
        if (std::ranges::find(role.kids, kid) != role.kids.end()) roles += (roles.empty() ? "" : ", ") + std::string(to_string(kind));
    }
    return "key " + kid + " (" + (roles.empty() ? "no role" : roles) + ")";
}

void compare_keys(const AnchorSet& before, const AnchorSet& after, std::vector<std::string>& lines) {
    for (const auto& [kid, key] : before.keys) {
        if (!after.keys.contains(kid)) lines.push_back("goes:  " + about(before, kid));
    }
    for (const auto& [kid, key] : after.keys) {
        if (!before.keys.contains(kid)) lines.push_back("comes: " + about(after, kid));
    }
}

std::string size_of(const std::map<DocumentKind, Role>& roles, DocumentKind kind) {
    const auto role = roles.find(kind);
    if (role == roles.end()) return "nobody";
    return std::to_string(role->second.threshold) + " of " + std::to_string(role->second.kids.size());
}

void compare_roles(const AnchorSet& before, const AnchorSet& after, std::vector<std::string>& lines) {
    for (std::size_t i = 0; i < kDocumentKindCount; ++i) {
        const auto kind = static_cast<DocumentKind>(i);
        const auto old = before.roles.find(kind);
        const auto now = after.roles.find(kind);
        const bool same = old == before.roles.end() ? now == after.roles.end() : now != after.roles.end() && old->second == now->second;
        if (!same)
            lines.push_back("role:  " + std::string(to_string(kind)) + ": " + size_of(before.roles, kind) + " -> " +
                            size_of(after.roles, kind));
    }
}

void compare_roots(const char* whose, const std::vector<Bytes>& before, const std::vector<Bytes>& after, std::vector<std::string>& lines) {
    for (const Bytes& der : before) {
        if (!contains(after, der)) lines.push_back("goes:  " + std::string(whose) + " " + name_of(der));
    }
    for (const Bytes& der : after) {
        if (!contains(before, der)) lines.push_back("comes: " + std::string(whose) + " " + name_of(der));
    }
}

}  // namespace

Result<void> check_overlap(const AnchorSet& before, const AnchorSet& after) {
    if (!share_one(before.broker_anchors, after.broker_anchors)) {
        return rejected("no broker anchor is also in version " + std::to_string(before.version) +
                        ": devices would lose every broker they know");
    }
    if (!before.device_anchors.empty() && !share_one(before.device_anchors, after.device_anchors)) {
        return rejected("no device anchor is also in version " + std::to_string(before.version) +
                        ": every certificate in the field would end");
    }
    return {};
}

Result<void> check_leads_to(const std::string& whose, const std::vector<Bytes>& chain, const std::vector<Bytes>& anchors) {
    if (chain.empty()) return rejected(whose + ": no certificate");
    ANCHOR_ASSIGN_OR_RETURN(const auto certificates, read_all(chain));
    ANCHOR_ASSIGN_OR_RETURN(const auto roots, read_all(anchors));
    const crypto::Certificate& leaf = certificates.front();
    const std::vector<crypto::Certificate> above(certificates.begin() + 1, certificates.end());
    const crypto::ChainOptions options{.at = leaf.not_before(), .purpose = crypto::ForAnything{}, .tolerate_not_yet_valid = true};
    if (const auto path = crypto::verify_chain(leaf, above, roots, {}, options); !path) {
        return rejected(whose + " leads to none of the anchors: " + path.error().what);
    }
    return {};
}

std::vector<std::string> changes(const AnchorSet& before, const AnchorSet& after) {
    std::vector<std::string> lines;
    compare_keys(before, after, lines);
    compare_roles(before, after, lines);
    compare_roots("broker anchor", before.broker_anchors, after.broker_anchors, lines);
    compare_roots("device anchor", before.device_anchors, after.device_anchors, lines);
    return lines;
}

}  // namespace anchor::protocol
