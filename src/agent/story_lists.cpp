// SPDX-License-Identifier: Apache-2.0

// Revocation lists on the device: which there are says a signed document, they come in pieces or by hand, and each is judged by its own
// signature and number. They lie on the shelf, and the stored state says which of them are in use.
#include "story.h"

#include <algorithm>

#include <nlohmann/json.hpp>

#include <anchor/crypto/hash.h>

namespace anchor::agent {
namespace {

using crypto::Crl;

constexpr std::string_view kPemBegin = "-----BEGIN X509 CRL-----";

BlobName name_of(const Crl& list) { return {crypto::hash(HashAlg::Sha256, list.der()), list.der().size()}; }

Result<Crl> open(BlobShelf& shelf, const BlobName& name) {
    ANCHOR_ASSIGN_OR_RETURN(const auto blob, shelf.find(name));
    if (blob == nullptr) return unavailable("it is not there as a whole");
    return Crl::from_octets(SharedOctets(blob, blob->octets()));
}

Result<void> put_whole(BlobShelf& shelf, const BlobName& name, ByteView octets) {
    ANCHOR_ASSIGN_OR_RETURN(const std::uint64_t have, shelf.put(name, 0, {}));
    if (have < name.size) ANCHOR_RETURN_IF_ERROR(shelf.put(name, have, octets.subspan(have)));
    return {};
}

std::vector<std::string_view> pem_blocks(std::string_view text) {
    std::vector<std::string_view> blocks;
    for (auto at = text.find(kPemBegin); at != std::string_view::npos;) {
        const auto next = text.find(kPemBegin, at + 1);
        blocks.push_back(text.substr(at, next == std::string_view::npos ? next : next - at));
        at = next;
    }
    return blocks;
}

}  // namespace

bool Agent::Story::is_list(std::string_view text) { return text.find(kPemBegin) != std::string_view::npos; }

// At the start. A list that was brought back from before is not one that the state names, and below its floor.
void Agent::Story::load_lists() {
    if (parts_.shelf == nullptr) return;
    if (const auto stored = state_.documents.find("revocations"); stored != state_.documents.end() && state_.anchors) {
        trust::Recipient reader = recipient();
        reader.now = WallTime{};
        const auto verified = trust::Gate(*state_.anchors).accept(stored->second, protocol::DocumentKind::Revocations, reader);
        auto manifest = verified ? protocol::revocation_manifest_from(verified->document().body)
                                 : Result<protocol::RevocationManifest>(verified.error());
        if (manifest) manifest_ = std::move(manifest).value();
    }
    on_worker(
        [shelf = parts_.shelf, names = state_.lists] {
            std::vector<NamedList> lists;
            for (const BlobName& name : names) {
                if (auto list = open(*shelf, name)) lists.push_back({name, std::move(*list)});
            }
            return lists;
        },
        [this](const std::vector<NamedList>& lists) {
            if (!stopped_) lists_read(lists);
        });
}

void Agent::Story::lists_read(const std::vector<NamedList>& lists) {
    std::map<std::string, std::vector<NamedList>> issuers;
    for (const NamedList& one : lists) {
        auto& together = issuers[trust::floor_key(one.list)];
        together.insert(one.list.base() ? together.end() : together.begin(), one);
    }
    for (const auto& [issuer, together] : issuers) {
        const auto taken = hold(together, trust::Voucher::State);
        if (!taken) note(Severity::Warning, "a stored revocation list is refused: " + taken.error().what);
    }
    lists_loaded_ = true;
    fetch_lists();
}

std::vector<SharedOctets> Agent::Story::list_octets() const {
    std::vector<SharedOctets> octets;
    for (const Crl& list : revocations_.lists()) octets.push_back(list.octets());
    return octets;
}

Result<void> Agent::Story::take_manifest(const trust::VerifiedDocument& verified) {
    if (parts_.shelf == nullptr) return unavailable("this device has no place for revocation lists");
    const std::string key = trust::floor_key(verified.document());
    ANCHOR_ASSIGN_OR_RETURN(auto manifest, protocol::revocation_manifest_from(verified.document().body));
    const auto known = state_.documents.find(key);
    if (known == state_.documents.end() || known->second != verified.text()) {
        DeviceState before{.floors = state_.floors, .documents = state_.documents};
        state_.floors[key] = verified.document().version;
        state_.documents[key] = verified.text();
        if (auto saved = save(SaveKind::Floor); !saved) {
            state_.floors = std::move(before.floors);
            state_.documents = std::move(before.documents);
            return saved;
        }
        refused_lists_.clear();
    }
    manifest_ = std::move(manifest);
    fetch_lists();
    return {};
}

std::vector<BlobName> Agent::Story::wanted_lists() const {
    std::vector<BlobName> names;
    if (!manifest_) return names;
    for (const protocol::RevocationLists& lists : manifest_->issuers) {
        names.push_back(lists.full);
        if (lists.delta) names.push_back(*lists.delta);
    }
    return names;
}

// Not here, and not refused: what is wrong with a list that the owner named does not come right by fetching it again.
bool Agent::Story::is_missing(const protocol::RevocationLists& issuer) const {
    const auto holds = [&](const BlobName& name) {
        return std::ranges::any_of(list_names_, [&](const auto& one) { return one.second == name; });
    };
    const bool all_here = holds(issuer.full) && (!issuer.delta || holds(*issuer.delta));
    return !all_here && std::ranges::find(refused_lists_, issuer) == refused_lists_.end();
}

bool Agent::Story::lacks_lists() const {
    if (!lists_loaded_) return true;
    return manifest_ && std::ranges::any_of(manifest_->issuers, [this](const auto& issuer) { return is_missing(issuer); });
}

// The first authority whose lists are not all here. Full list and delta are taken together: alone the full list may be too old.
void Agent::Story::fetch_lists() {
    if (!lists_loaded_ || !manifest_ || enrollment_ || is_revoked()) return;
    const auto next = std::ranges::find_if(manifest_->issuers, [this](const auto& issuer) { return is_missing(issuer); });
    if (next != manifest_->issuers.end()) return fetch_lists_of(*next, false);
    if (drop_unnamed_lists()) {
        refused_lists_.clear();  // there may have been no room
        return fetch_lists();
    }
    if (trust::put_list_floors_back(state_.floors)) (void)save(SaveKind::Floor);
}

// Once all that the manifest names is here: what is here on the word of an earlier one alone goes.
bool Agent::Story::drop_unnamed_lists() {
    const auto wanted = wanted_lists();
    const auto is_named = [&](const Crl& list) { return std::ranges::find(wanted, list_names_.at(list.der().data())) != wanted.end(); };
    if (!revocations_.drop_unproven(is_named, state_.floors)) return false;
    (void)hold({}, trust::Voucher::State);  // nothing more: what is left keeps its name
    const auto is_left = [&](const BlobName& name) {
        return std::ranges::any_of(list_names_, [&](const auto& one) { return one.second == name; });
    };
    std::erase_if(state_.lists, [&](const BlobName& name) { return !is_left(name); });
    (void)save(SaveKind::Plain);
    sweep_blobs();
    return true;
}

void Agent::Story::fetch_lists_of(const protocol::RevocationLists& issuer, bool with_delta) {
    fetch(with_delta ? *issuer.delta : issuer.full, [this, issuer, with_delta](const Result<void>& fetched) {
        if (!fetched) return lists_failed(issuer, fetched.error());
        if (issuer.delta && !with_delta) return fetch_lists_of(issuer, true);
        open_lists(issuer);
    });
}

void Agent::Story::open_lists(const protocol::RevocationLists& issuer) {
    const auto read = [shelf = parts_.shelf, issuer]() -> Result<std::vector<NamedList>> {
        ANCHOR_ASSIGN_OR_RETURN(Crl full, open(*shelf, issuer.full));
        std::vector<NamedList> lists = {{issuer.full, std::move(full)}};
        if (issuer.delta) {
            ANCHOR_ASSIGN_OR_RETURN(Crl delta, open(*shelf, *issuer.delta));
            lists.push_back({*issuer.delta, std::move(delta)});
        }
        return lists;
    };
    on_worker(read, [this, issuer](const Result<std::vector<NamedList>>& lists) {
        if (stopped_) return;
        // A manifest of before has no word any more: its keys may have been replaced meanwhile.
        if (!manifest_ || std::ranges::find(manifest_->issuers, issuer) == manifest_->issuers.end()) return fetch_lists();
        const auto taken = lists ? take_lists(*lists, trust::Voucher::Manifest) : Result<void>(lists.error());
        if (!taken) return lists_failed(issuer, taken.error());
        fetch_lists();
    });
}

void Agent::Story::lists_failed(const protocol::RevocationLists& issuer, const Error& why) {
    const bool later = why.kind == ErrorKind::Unavailable || why.kind == ErrorKind::Stale;
    if (later) return fetch_ima_table();  // whose turn it is now: lists that nobody has do not hold it up
    note(Severity::Warning, "a revocation list is refused: " + why.what);
    refused_lists_.push_back(issuer);
    fetch_lists();
}

// In use from now on, and what they take the place of no longer.
Result<void> Agent::Story::hold(const std::vector<NamedList>& lists, trust::Voucher voucher) {
    std::vector<Crl> together;
    for (const NamedList& one : lists) together.push_back(one.list);
    ANCHOR_RETURN_IF_ERROR(revocations_.take(together, known_authorities(), voucher, state_.floors));
    auto names = std::exchange(list_names_, {});
    for (const NamedList& one : lists) names[one.list.der().data()] = one.name;
    for (const Crl& held : revocations_.lists()) list_names_[held.der().data()] = names.at(held.der().data());
    return {};
}

// Counts from now on, also where it cannot be saved: it only takes trust away.
Result<void> Agent::Story::take_lists(const std::vector<NamedList>& lists, trust::Voucher voucher) {
    ANCHOR_RETURN_IF_ERROR(hold(lists, voucher));
    const auto before = std::exchange(state_.lists, {});
    for (const auto& [at, name] : list_names_) state_.lists.push_back(name);
    (void)save(SaveKind::Floor);
    sweep_blobs();
    for (const auto& [name, list] : lists) {
        if (std::ranges::find(before, name) != before.end()) continue;
        audit("revocation-list", {{"issuer", list.issuer()}, {"number", std::to_string(*list.number())}});
        note(Severity::Info, std::string(list.base() ? "changes to the" : "the") + " revocation list of '" + list.issuer() + "', number " +
                                 std::to_string(*list.number()) + ", " + std::to_string(list.size()) + " certificates");
    }
    if (parts_.changed) parts_.changed();
    return {};
}

Result<void> Agent::Story::import_lists(std::string_view text) {
    if (parts_.shelf == nullptr) return unavailable("this device has no place for revocation lists");
    if (!state_.identity) return unavailable("this device has not enrolled yet");
    if (!lists_loaded_) return unavailable("the lists of before are being read");
    std::vector<NamedList> lists;
    for (const std::string_view block : pem_blocks(text)) {
        ANCHOR_ASSIGN_OR_RETURN(Crl list, Crl::from_pem(block));
        const BlobName name = name_of(list);
        lists.push_back({name, std::move(list)});
    }
    ANCHOR_RETURN_IF_ERROR(take_lists(lists, trust::Voucher::Nobody));
    const auto keep = [shelf = parts_.shelf, lists]() -> Result<void> {
        for (const auto& [name, list] : lists) ANCHOR_RETURN_IF_ERROR(put_whole(*shelf, name, list.der()));
        return {};
    };
    on_worker(keep, [this](const Result<void>& kept) {
        if (!kept && !stopped_) note(Severity::Warning, "revocation lists count until the next start only: " + kept.error().what);
    });
    return {};
}

}  // namespace anchor::agent
