// SPDX-License-Identifier: Apache-2.0
#include "judgement.h"

namespace anchor::registry {

Result<std::string> record_judgement(DeviceRecord& device, const Appraisal& appraisal, Authority& authority, WallTime now) {
    const protocol::AttestationResult result = appraisal.result();
    device.result_version += 1;
    device.result = canonical_json(protocol::to_json(result));
    device.appraised_at = now;
    if (appraisal.circumstances) device.earlier = appraisal.circumstances->as_earlier();
    return authority.result(result, device.id, device.result_version);
}

}  // namespace anchor::registry
