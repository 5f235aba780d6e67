// SPDX-License-Identifier: Apache-2.0
#pragma once

// KeyRing: the keys of one connection. A TPM has room for three: two in use stay loaded, so that a quote costs one
// command, and one place is left for a parent or an endorsement key, which are put aside (TPM2_ContextSave) after use.

#include <list>
#include <map>
#include <variant>

#include <anchor/tpm/device.h>

#include "key_commands.h"

namespace anchor::tpm {

/// A loaded wrapped key, flushed when the ring and its users have let go of it.
using LoadedKey = std::shared_ptr<const TransientHandle>;

/// A key straight below a hierarchy.
struct Primary {
    std::variant<TransientHandle, PersistentRef> handle;
    tpmwire::PublicArea area;
    [[nodiscard]] ObjectRef ref() const noexcept {
        return std::visit([](const auto& owned) { return owned.ref(); }, handle);
    }
};

class KeyRing {
public:
    /// `pinned` is the Name of the storage root that counts; it is set by the first one where it is empty.
    KeyRing(Channel& channel, KeyAlg storage_root, std::optional<Bytes>& pinned);

    /// The storage root key: the one at 0x81000001 where that is the right one, else made anew (its template gives the same
    /// key every time). Stale: its Name is not the pinned one.
    [[nodiscard]] Result<Primary> storage_root();
    /// The endorsement key of that template.
    [[nodiscard]] Result<Primary> endorsement_key(const tpmwire::PublicArea& model);
    /// The key, loaded; stays so until another one needs its place. Stale: it was made below another storage root.
    [[nodiscard]] Result<LoadedKey> use(const KeyBlob& blob);
    /// A new key below the storage root.
    [[nodiscard]] Result<KeyBlob> make(const tpmwire::PublicArea& model);
    /// A session salted to the storage root.
    [[nodiscard]] Result<Session> salted_session(Encrypt what);
    /// Gives back one key that nobody uses at the moment; false where there is none.
    bool give_back_one();

private:
    struct Shelved {
        TPMS_CONTEXT context;
        tpmwire::PublicArea area;
    };
    [[nodiscard]] Result<Primary> primary(ESYS_TR hierarchy, const tpmwire::PublicArea& model);
    [[nodiscard]] Result<void> check_pin(const tpmwire::PublicArea& area);

    Channel& channel_;
    KeyAlg storage_root_alg_;
    std::optional<Bytes>& pinned_;
    std::map<std::pair<ESYS_TR, Bytes>, Shelved> shelf_;  // by hierarchy and template: a handful
    std::list<std::pair<Bytes, LoadedKey>> loaded_;       // by public area, the latest used first
};

}  // namespace anchor::tpm
