// SPDX-License-Identifier: Apache-2.0
#pragma once

// What is remembered of an appraisal, the same way whether it came with an enrolment or later.

#include <anchor/registry/authority.h>
#include <anchor/registry/verifier.h>

namespace anchor::registry {

/// Writes result, its number and what the AK said into the record (which the caller saves), and gives the signed result.
[[nodiscard]] Result<std::string> record_judgement(DeviceRecord& device, const Appraisal& appraisal, Authority& authority, WallTime now);

}  // namespace anchor::registry
