// SPDX-License-Identifier: Apache-2.0
#pragma once

// What an order to depart is about, as the registry sees it.

#include <anchor/registry/store.h>

namespace anchor::registry {

/// By what an order names this enrolment: SHA-256 over the attestation key's TPMT_PUBLIC; empty without a TPM.
[[nodiscard]] Bytes enrolment_of(const DeviceRecord& device);

}  // namespace anchor::registry
