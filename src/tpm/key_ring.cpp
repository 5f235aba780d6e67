// SPDX-License-Identifier: Apache-2.0
#include "key_ring.h"

#include <algorithm>

#include <anchor/tpmwire/templates.h>

namespace anchor::tpm {
namespace {

constexpr std::size_t kKeepLoaded = 2;
constexpr TPM2_HANDLE kStorageRootHandle = 0x81000001;  // TCG TPM v2.0 Provisioning Guidance §7.8

// Whether it is what the template makes, its public key aside.
bool made_from(const tpmwire::PublicArea& area, tpmwire::PublicArea model) {
    model.unique = area.unique;
    model.unique_y = area.unique_y;
    return model == area;
}

}  // namespace

KeyRing::KeyRing(Channel& channel, KeyAlg storage_root, std::optional<Bytes>& pinned)
    : channel_(channel), storage_root_alg_(storage_root), pinned_(pinned) {
    channel_.on_no_room([this] { return give_back_one(); });
}

Result<Primary> KeyRing::storage_root() {
    ANCHOR_ASSIGN_OR_RETURN(const auto model, tpmwire::storage_root_template(storage_root_alg_));
    ANCHOR_ASSIGN_OR_RETURN(auto persistent, find_persistent(channel_, kStorageRootHandle));
    if (persistent) {
        const auto area = tpmwire::parse_public_area(persistent->public_area);
        // Foreign keys may live there; one of the same form that is not pinned is no better than no key.
        const bool ours = area && made_from(*area, model) && pinned_ && *pinned_ == tpmwire::name_of(*area);
        if (ours) return Primary{std::move(persistent->handle), *area};
    }
    ANCHOR_ASSIGN_OR_RETURN(Primary root, primary(ESYS_TR_RH_OWNER, model));
    ANCHOR_RETURN_IF_ERROR(check_pin(root.area));
    return root;
}

Result<Primary> KeyRing::endorsement_key(const tpmwire::PublicArea& model) { return primary(ESYS_TR_RH_ENDORSEMENT, model); }

Result<Primary> KeyRing::primary(ESYS_TR hierarchy, const tpmwire::PublicArea& model) {
    while (loaded_.size() >= kKeepLoaded && give_back_one()) continue;
    const std::pair<ESYS_TR, Bytes> place(hierarchy, tpmwire::marshal(model));
    if (const auto found = shelf_.find(place); found != shelf_.end()) {
        auto handle = load_saved(channel_, found->second.context);
        if (handle) return Primary{std::move(handle).value(), found->second.area};
        if (channel_.lost()) return handle.error();
        shelf_.erase(found);  // a saved context does not outlive a reset of the TPM
    }
    ANCHOR_ASSIGN_OR_RETURN(PrimaryKey made, create_primary(channel_, hierarchy, model));
    ANCHOR_ASSIGN_OR_RETURN(tpmwire::PublicArea area, tpmwire::parse_public_area(made.public_area));
    ANCHOR_ASSIGN_OR_RETURN(const TPMS_CONTEXT context, save(channel_, made.handle));
    shelf_.insert_or_assign(place, Shelved{context, area});
    return Primary{std::move(made.handle), std::move(area)};
}

Result<void> KeyRing::check_pin(const tpmwire::PublicArea& area) {
    Bytes name = tpmwire::name_of(area);
    if (!pinned_)
        pinned_ = std::move(name);
    else if (*pinned_ != name)
        return stale("the storage root key is another one: the TPM was cleared or replaced");
    return {};
}

Result<LoadedKey> KeyRing::use(const KeyBlob& blob) {
    const auto found = std::ranges::find(loaded_, blob.public_area, &std::pair<Bytes, LoadedKey>::first);
    if (found != loaded_.end()) {
        loaded_.splice(loaded_.begin(), loaded_, found);
        return found->second;
    }
    while (loaded_.size() >= kKeepLoaded && give_back_one()) continue;
    ANCHOR_ASSIGN_OR_RETURN(const Primary root, storage_root());
    auto handle = load(channel_, root.ref(), blob);
    if (!handle) {
        // TPM2_Load answers an integrity error where the parent is another one: the ports call that stale.
        if (handle.error().kind != ErrorKind::Corrupt) return std::move(handle).error();
        return stale("the key was made by another TPM, or this one was cleared since: " + handle.error().what, handle.error().native);
    }
    loaded_.emplace_front(blob.public_area, std::make_shared<const TransientHandle>(std::move(handle).value()));
    return loaded_.front().second;
}

Result<KeyBlob> KeyRing::make(const tpmwire::PublicArea& model) {
    ANCHOR_ASSIGN_OR_RETURN(const Primary root, storage_root());
    ANCHOR_ASSIGN_OR_RETURN(const Session salted, start_salted(channel_, root.ref(), Encrypt::CommandAndResponse));
    return create(channel_, root.ref(), salted, model);
}

Result<Session> KeyRing::salted_session(Encrypt what) {
    ANCHOR_ASSIGN_OR_RETURN(const Primary root, storage_root());
    return start_salted(channel_, root.ref(), what);
}

bool KeyRing::give_back_one() {
    const auto idle = std::find_if(loaded_.rbegin(), loaded_.rend(), [](const auto& entry) { return entry.second.use_count() == 1; });
    if (idle == loaded_.rend()) return false;
    loaded_.erase(std::next(idle).base());
    return true;
}

}  // namespace anchor::tpm
