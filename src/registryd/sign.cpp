// SPDX-License-Identifier: Apache-2.0
#include "sign.h"

#include <iostream>

#include <anchor/base/file.h>
#include <anchor/protocol/succession.h>
#include <anchor/trust/gate.h>

#include "folder.h"

namespace anchor::registryd {
namespace {

using protocol::DocumentKind;
using protocol::Draft;

constexpr std::size_t kLargestFile = 256UL * 1024;

Result<std::optional<protocol::AnchorSet>> in_force(const SignOptions& options, const protocol::Document& document) {
    if (!options.anchors.empty()) {
        ANCHOR_ASSIGN_OR_RETURN(protocol::AnchorSet set, read_anchors(options.anchors));
        return std::optional(std::move(set));
    }
    if (document.kind == DocumentKind::Anchors && document.version == 1) return std::optional<protocol::AnchorSet>();
    return denied("--anchors names the trust-anchor set in force: by it this document is judged");
}

// What no device would take is not worth a signature.
Result<void> check_successor(const protocol::Document& document, const protocol::AnchorSet* before) {
    if (document.kind != DocumentKind::Anchors) return {};
    ANCHOR_ASSIGN_OR_RETURN(const auto next, protocol::anchor_set_from(document.version, document.body));
    if (before == nullptr) return {};
    if (document.version != before->version + 1) {
        return rejected("version " + std::to_string(document.version) + " does not follow version " + std::to_string(before->version));
    }
    return protocol::check_overlap(*before, next);
}

Result<void> agree(const SignOptions& options, const std::string& kid) {
    if (options.sure) return {};
    std::cerr << "Sign it with key " << kid << "? Type yes: " << std::flush;
    std::string answer;
    std::getline(std::cin, answer);
    if (answer != "yes") return denied("not signed");
    return {};
}

}  // namespace

Result<Draft> read_draft(const std::string& file) {
    ANCHOR_ASSIGN_OR_RETURN(const std::string text, read_text_file(file, kLargestFile));
    auto draft = protocol::draft_from(text);
    if (!draft) return std::move(draft).error().within(file);
    return draft;
}

Result<protocol::AnchorSet> read_anchors(const std::string& file) {
    ANCHOR_ASSIGN_OR_RETURN(const Draft draft, read_draft(file));
    if (draft.document.kind != DocumentKind::Anchors) return rejected(file + ": is no trust-anchor set");
    ANCHOR_ASSIGN_OR_RETURN(const auto claimed, protocol::anchor_set_from(draft.document.version, draft.document.body));
    ANCHOR_ASSIGN_OR_RETURN(std::string text, read_text_file(file, kLargestFile));
    while (text.ends_with('\n')) text.pop_back();
    // Signatures by keys of the set before it may stand there too: they say nothing here.
    auto set = trust::Gate::first(text, claimed.keys_of(DocumentKind::Anchors), draft.document.tenant);
    if (!set) return rejected(file + ": its own keys don't vouch for it");
    return set;
}

void print_counts(const std::vector<protocol::SignatureCount>& counts) {
    for (const auto& count : counts) {
        std::cout << count.kids.size() << " of " << count.needed << " signatures of " << count.whose << "\n";
        for (const std::string& kid : count.kids) std::cout << "  " << kid << "\n";
    }
}

Result<void> sign(const SignOptions& options) {
    ANCHOR_ASSIGN_OR_RETURN(const Draft draft, read_draft(options.file));
    ANCHOR_ASSIGN_OR_RETURN(const auto set, in_force(options, draft.document));
    const protocol::AnchorSet* before = set ? &*set : nullptr;
    for (const std::string& line : protocol::in_words(draft, before)) std::cout << line << "\n";
    ANCHOR_ASSIGN_OR_RETURN(const auto counts, protocol::count_signatures(draft, before));
    print_counts(counts);
    ANCHOR_RETURN_IF_ERROR(check_successor(draft.document, before));
    if (options.show_only) return {};

    ANCHOR_ASSIGN_OR_RETURN(const auto key, open_signer(options.key));
    ANCHOR_ASSIGN_OR_RETURN(const auto public_key, crypto::PublicKey::from_spki(key->public_key()));
    ANCHOR_RETURN_IF_ERROR(agree(options, public_key.thumbprint()));
    ANCHOR_ASSIGN_OR_RETURN(const std::string text, protocol::add_signature(draft, *key, before));
    ANCHOR_RETURN_IF_ERROR(write_new(options.out, as_bytes(text), 0644));
    ANCHOR_ASSIGN_OR_RETURN(const Draft now, protocol::draft_from(text));
    ANCHOR_ASSIGN_OR_RETURN(const auto after, protocol::count_signatures(now, before));
    std::cout << "\n" << options.out << (protocol::is_complete(after) ? " has all signatures it needs:\n" : " still needs signatures:\n");
    print_counts(after);
    return {};
}

}  // namespace anchor::registryd
