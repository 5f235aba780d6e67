// SPDX-License-Identifier: Apache-2.0
#pragma once

// ImaLists: the IMA lists of devices, judged as they come: in pieces, in constant memory, from where the last Evidence of the same boot was
// proven. What is remembered of a device is a checkpoint and the findings up to it; the list itself is thrown away.

#include <map>
#include <memory>

#include <anchor/core/blob_shelf.h>
#include <anchor/measure/ima_basis.h>
#include <anchor/measure/ima_progress.h>
#include <anchor/protocol/bodies.h>
#include <anchor/protocol/evidence.h>
#include <anchor/registry/store.h>

namespace anchor::registry {

class ImaLists {
public:
    /// `shelf` has the tables; it may be nullptr. All outlive it.
    ImaLists(Store& store, BlobShelf* shelf) : store_(store), shelf_(shelf) {}

    /// What the device may leave out next time; nothing where it has to send all of its list.
    [[nodiscard]] Result<std::optional<protocol::ImaPlace>> place(const DeviceId& device, const measure::ImaReferenceValues& values);

    /// Sets every claim ima.*, and remembers how far the list is proven. `quoted` and the reset count are those of a verified quote.
    /// Errors are those of the store only.
    [[nodiscard]] Result<void> judge(const protocol::Evidence& evidence, const PcrValues& quoted, std::uint32_t reset_count,
                                     const measure::ImaReferenceValues& values, SteadyTime now, Claims& into);

private:
    [[nodiscard]] std::shared_ptr<const measure::ImaBasis> basis_of(const measure::ImaReferenceValues& values);
    [[nodiscard]] Result<std::optional<measure::ImaProgress>> progress_of(const DeviceId& device);

    Store& store_;
    BlobShelf* shelf_;
    std::map<std::string, std::shared_ptr<const measure::ImaBasis>> opened_;  // by the spelling of the values
};

}  // namespace anchor::registry
