// SPDX-License-Identifier: Apache-2.0
#pragma once

// StateStore: keeps the device's one state document through power loss and refuses an old one. What stands in the
// document is not its business.

#include <optional>

#include <anchor/base/bytes.h>
#include <anchor/base/result.h>

namespace anchor {

/// Whether a rollback to before this save must be noticed. Floors cost a write of the TPM's NV memory, which wears out.
enum class SaveKind : std::uint8_t {
    Plain,  ///< newer, but nobody gains by bringing back the one before
    Floor,  ///< standing, anchors, policy, CRL or time floor moved: the one before must never come back
};

class StateStore {
public:
    virtual ~StateStore() = default;

    /// The document last saved; nothing on a device that never saved one.
    /// Corrupt: damaged, older than the counter says, or the counter is gone. The damaged file stays for inspection.
    [[nodiscard]] virtual Result<std::optional<Bytes>> load() = 0;
    /// Returns after the document would survive power loss. After an error the one before is still there.
    /// Unavailable: disk full, TPM busy. Denied: read-only.
    [[nodiscard]] virtual Result<void> save(ByteView document, SaveKind kind) = 0;
};

}  // namespace anchor
