// SPDX-License-Identifier: Apache-2.0
#include "anchors.h"

#include <algorithm>
#include <filesystem>
#include <iostream>

#include <anchor/base/encoding.h>
#include <anchor/base/file.h>
#include <anchor/crypto/hash.h>
#include <anchor/protocol/enrollment.h>
#include <anchor/protocol/signing.h>
#include <anchor/protocol/succession.h>
#include <anchor/registry/broker_config.h>
#include <anchor/registry/succession.h>
#include <anchor/trust/gate.h>

#include "broker_guard.h"
#include "operations.h"
#include "sign.h"

namespace anchor::registryd {
namespace {

using protocol::AnchorSet;
using protocol::DocumentKind;
using protocol::Role;

constexpr std::size_t kLargestFile = 256UL * 1024;

Result<registry::AnchorsInForce> in_force(RegistryFiles& files) {
    ANCHOR_ASSIGN_OR_RETURN(const auto pinned, read_public_keys(files.folder().authority_public_keys()));
    return registry::anchors_in_force(files.store(), pinned, files.settings().tenant);
}

Result<std::vector<Bytes>> chain_in(const std::string& path) {
    ANCHOR_ASSIGN_OR_RETURN(const auto certificates, read_certificates(path));
    std::vector<Bytes> chain;
    for (const auto& one : certificates) chain.push_back(to_bytes(one.der()));
    return chain;
}

bool exists(const std::string& path) {
    std::error_code ignored;
    return std::filesystem::exists(path, ignored);
}

// Of brokers elsewhere nothing is known here: only those whose certificates lie in the folder are looked at.
Result<registry::OwnTies> own_ties(const Folder& folder) {
    registry::OwnTies ties;
    for (const auto& [whose, path] :
         {std::pair{"the fleet's broker", folder.broker()}, {"the broker for enrolment", folder.enroll_broker()}}) {
        const std::string file = path + "/" + registry::broker_file::kCertificate;
        if (!exists(file)) continue;
        ANCHOR_ASSIGN_OR_RETURN(auto chain, chain_in(file));
        ties.broker_chains.emplace_back(whose, std::move(chain));
    }
    ANCHOR_ASSIGN_OR_RETURN(ties.issuing_chain, chain_in(folder.issuing_certificate()));
    ANCHOR_ASSIGN_OR_RETURN(const auto online, read_key(folder.online_key()));
    ties.online_kids.push_back(online.public_value().thumbprint());
    return ties;
}

void remove(Role& role, const std::string& kid) { std::erase(role.kids, kid); }

// A key that is in no role is of no use and goes out of the set.
void drop_unused(AnchorSet& set) {
    std::erase_if(set.keys, [&](const auto& key) {
        return std::ranges::none_of(
            set.roles, [&](const auto& role) { return std::ranges::find(role.second.kids, key.first) != role.second.kids.end(); });
    });
}

Result<void> add_keys(AnchorSet& set, const std::vector<std::string>& paths, bool offline) {
    for (const std::string& path : paths) {
        ANCHOR_ASSIGN_OR_RETURN(const auto keys, read_public_keys(path));
        for (const auto& [kid, key] : keys) {
            if (!set.keys.emplace(kid, key).second) return rejected(path + ": key " + kid + " is in the set already");
            for (auto& [kind, role] : set.roles) {
                if (protocol::is_offline(kind) == offline) role.kids.push_back(kid);
            }
        }
    }
    return {};
}

Result<void> remove_keys(AnchorSet& set, const std::vector<std::string>& kids, bool offline) {
    for (const std::string& kid : kids) {
        if (!set.keys.contains(kid)) return rejected("the set has no key " + kid);
        for (auto& [kind, role] : set.roles) {
            if (protocol::is_offline(kind) == offline) remove(role, kid);
        }
    }
    return {};
}

Result<void> change_roots(AnchorSet& set, const AnchorChanges& changes) {
    for (const std::string& path : changes.add_roots) {
        ANCHOR_ASSIGN_OR_RETURN(const auto roots, chain_in(path));
        for (const Bytes& root : roots) {
            set.broker_anchors.push_back(root);
            set.device_anchors.push_back(root);
        }
    }
    for (const std::string& path : changes.remove_roots) {
        ANCHOR_ASSIGN_OR_RETURN(const auto roots, chain_in(path));
        for (const Bytes& root : roots) {
            if (std::erase(set.broker_anchors, root) + std::erase(set.device_anchors, root) == 0)
                return rejected(path + ": the set has no such root");
        }
    }
    return {};
}

Result<AnchorSet> changed(AnchorSet set, const AnchorChanges& changes) {
    set.version += 1;
    ANCHOR_RETURN_IF_ERROR(add_keys(set, changes.add_keys, true));
    ANCHOR_RETURN_IF_ERROR(add_keys(set, changes.add_online, false));
    ANCHOR_RETURN_IF_ERROR(remove_keys(set, changes.remove_keys, true));
    ANCHOR_RETURN_IF_ERROR(remove_keys(set, changes.remove_online, false));
    ANCHOR_RETURN_IF_ERROR(change_roots(set, changes));
    for (auto& [kind, role] : set.roles) {
        if (changes.threshold != 0 && protocol::is_offline(kind)) role.threshold = changes.threshold;
    }
    drop_unused(set);
    return protocol::anchor_set_from(set.version, protocol::to_json(set));
}

Json in_json(const AnchorSet& set) {
    Json roles = Json::object();
    for (const auto& [kind, role] : set.roles) roles[std::string(to_string(kind))] = {{"kids", role.kids}, {"threshold", role.threshold}};
    Json keys = Json::object();
    for (const auto& [kid, key] : set.keys) keys[kid] = to_string(key.algorithm());
    const auto prints = [](const std::vector<Bytes>& ders) {
        Json list = Json::array();
        for (const Bytes& der : ders) list.push_back(to_hex(crypto::hash(HashAlg::Sha256, der).view()));
        return list;
    };
    return {{"version", set.version},
            {"keys", keys},
            {"roles", roles},
            {"broker_anchors", prints(set.broker_anchors)},
            {"device_anchors", prints(set.device_anchors)}};
}

// Claim bundles that wait for the first trust-anchor set get it, and are fit for devices then.
Result<void> complete_bundles(const Folder& folder, const std::string& anchors) {
    constexpr std::string_view kDraft = ".draft";
    std::error_code error;
    for (const auto& entry : std::filesystem::directory_iterator(folder.path(), error)) {
        const std::string path = entry.path().string();
        if (!entry.path().filename().string().starts_with("claim-") || !path.ends_with(kDraft)) continue;
        ANCHOR_ASSIGN_OR_RETURN(Bytes octets, read_file(path, kLargestFile));
        const SecretBytes draft(std::move(octets));
        ANCHOR_ASSIGN_OR_RETURN(Json json, parse_json(as_text(draft.view())));
        json["anchors"] = anchors;
        const SecretBytes whole(to_bytes(json.dump(2) + "\n"));
        ANCHOR_RETURN_IF_ERROR(write_new(path.substr(0, path.size() - kDraft.size()), whole.view(), 0600));
        std::filesystem::remove(path, error);
    }
    return {};
}

Result<void> publish_first(RegistryFiles& files, const protocol::Draft& draft, const std::string& text) {
    ANCHOR_ASSIGN_OR_RETURN(const auto pinned, read_public_keys(files.folder().authority_public_keys()));
    ANCHOR_ASSIGN_OR_RETURN(const auto set, trust::Gate::first(text, pinned, files.settings().tenant));
    ANCHOR_ASSIGN_OR_RETURN(const auto ties, own_ties(files.folder()));
    ANCHOR_RETURN_IF_ERROR(registry::check_own_ties(set, ties));
    const WallTime now = files.clock().wall();
    auto kept = files.store().atomically([&]() -> Result<void> {
        ANCHOR_RETURN_IF_ERROR(files.store().save({DocumentKind::Anchors, "", set.version, draft.document.audience, text, now}));
        return files.store().audit("anchors", "", "the first set, version " + std::to_string(set.version), now);
    });
    if (!kept) return kept;
    ANCHOR_RETURN_IF_ERROR(renew_broker_list(files));
    return complete_bundles(files.folder(), text);
}

// Whom the set would cut off is counted before it is in force, not after.
Result<void> check_followers(RegistryFiles& files, const AnchorSet& next, bool leave_behind) {
    ANCHOR_ASSIGN_OR_RETURN(const auto lines, registry::left_behind(files.store(), next));
    constexpr std::size_t kShown = 10;
    for (std::size_t i = 0; i < std::min(lines.size(), kShown); ++i) std::cerr << "left behind: " << lines[i] << "\n";
    if (lines.size() > kShown) std::cerr << "and " << lines.size() - kShown << " more\n";
    if (lines.empty() || leave_behind) return {};
    return denied(std::to_string(lines.size()) +
                  " would be left behind: let them rotate or sign anew first; --leave-behind says that it is meant");
}

Result<void> publish_successor(RegistryFiles& files, const protocol::Draft& draft, const std::string& text, bool leave_behind) {
    ANCHOR_ASSIGN_OR_RETURN(const auto now_in_force, in_force(files));
    ANCHOR_ASSIGN_OR_RETURN(const auto next, trust::Gate(now_in_force.set).succeed(text, files.settings().tenant));
    ANCHOR_RETURN_IF_ERROR(protocol::check_overlap(now_in_force.set, next));
    ANCHOR_ASSIGN_OR_RETURN(const auto ties, own_ties(files.folder()));
    ANCHOR_RETURN_IF_ERROR(registry::check_own_ties(next, ties));
    ANCHOR_RETURN_IF_ERROR(check_followers(files, next, leave_behind));
    ANCHOR_ASSIGN_OR_RETURN(registry::Authority * authority, files.authority());
    registry::Store& store = files.store();
    return store.atomically([&]() -> Result<void> {
        ANCHOR_RETURN_IF_ERROR(store.save({DocumentKind::Anchors, "", next.version, draft.document.audience, text, files.clock().wall()}));
        ANCHOR_RETURN_IF_ERROR(authority->refresh());
        std::string what = "version " + std::to_string(next.version);
        for (const std::string& change : protocol::changes(now_in_force.set, next)) what += "; " + change;
        std::cout << "trust-anchor set " << what << "\n";
        return store.audit("anchors", "", what, files.clock().wall());
    });
}

Result<void> publish_of_group(RegistryFiles& files, const protocol::Draft& draft, const std::string& text, const std::string& file) {
    ANCHOR_ASSIGN_OR_RETURN(registry::Authority * authority, files.authority());
    const protocol::Document& document = draft.document;
    ANCHOR_RETURN_IF_ERROR(check_body(files, document.kind, canonical_json(document.body), file));
    registry::Store& store = files.store();
    return store.atomically([&]() -> Result<void> {
        ANCHOR_ASSIGN_OR_RETURN(const auto newest, store.document(document.kind, document.name, 0));
        trust::Floors floors;
        if (newest) floors[trust::floor_key(document)] = newest->version + 1;
        const auto accepted =
            trust::Gate(authority->anchors())
                .accept(text, document.kind, {files.settings().tenant, document.name, nullptr, floors, files.clock().wall()});
        if (!accepted) return denied("devices would refuse it: " + accepted.error().what);
        ANCHOR_RETURN_IF_ERROR(store.save({document.kind, document.name, document.version, document.audience, text, document.issued}));
        const std::string what =
            std::string(to_string(document.kind)) + " of group " + document.name + ", version " + std::to_string(document.version);
        std::cout << what << "\n";
        return store.audit("document", "", what, files.clock().wall());
    });
}

}  // namespace

Result<void> show_anchors(RegistryFiles& files, bool json) {
    ANCHOR_ASSIGN_OR_RETURN(const auto now, in_force(files));
    if (json) {
        std::cout << in_json(now.set).dump(2) << "\n";
        return {};
    }
    std::cout << "trust-anchor set version " << now.set.version << "\n";
    for (const std::string& line : protocol::changes(AnchorSet{}, now.set)) std::cout << "  " << line.substr(line.find(' ') + 1) << "\n";
    return {};
}

Result<void> propose_anchors(RegistryFiles& files, const AnchorChanges& changes) {
    ANCHOR_ASSIGN_OR_RETURN(const auto now, in_force(files));
    ANCHOR_ASSIGN_OR_RETURN(const AnchorSet next, changed(now.set, changes));
    const auto lines = protocol::changes(now.set, next);
    if (lines.empty()) return rejected("nothing would change");
    ANCHOR_RETURN_IF_ERROR(protocol::check_overlap(now.set, next));
    ANCHOR_ASSIGN_OR_RETURN(const auto ties, own_ties(files.folder()));
    ANCHOR_RETURN_IF_ERROR(registry::check_own_ties(next, ties));
    const protocol::Document document{
        DocumentKind::Anchors, files.settings().tenant, protocol::audience_fleet(), "", next.version, files.clock().wall(),
        std::nullopt,          protocol::to_json(next)};
    ANCHOR_RETURN_IF_ERROR(write_new(changes.out, as_bytes(protocol::draft_text(document)), 0644));
    ANCHOR_RETURN_IF_ERROR(write_new(changes.out + ".before", as_bytes(now.document), 0644));
    for (const std::string& line : lines) std::cout << line << "\n";
    std::cout << "Take " << changes.out << " and " << changes.out << ".before to the keys:\n"
              << "  anchor-registry sign " << changes.out << " --anchors " << changes.out << ".before --key KEY --out SIGNED\n";
    return {};
}

Result<void> publish(RegistryFiles& files, const std::string& file, bool leave_behind) {
    ANCHOR_ASSIGN_OR_RETURN(const protocol::Draft draft, read_draft(file));
    ANCHOR_ASSIGN_OR_RETURN(std::string text, read_text_file(file, kLargestFile));
    while (!text.empty() && text.back() == '\n') text.pop_back();
    if (!draft.signatures) return denied(file + ": nobody has signed it");
    switch (draft.document.kind) {
        case DocumentKind::Policy:
        case DocumentKind::Reference: return publish_of_group(files, draft, text, file);
        case DocumentKind::Anchors: break;
        default: return denied(std::string(to_string(draft.document.kind)) + " documents are not published like this");
    }
    ANCHOR_ASSIGN_OR_RETURN(const auto newest, files.store().document(DocumentKind::Anchors, "", 0));
    return newest ? publish_successor(files, draft, text, leave_behind) : publish_first(files, draft, text);
}

}  // namespace anchor::registryd
