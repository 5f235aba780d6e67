// SPDX-License-Identifier: Apache-2.0
#include "judgement.h"

#include <anchor/base/plain_text.h>
#include <anchor/registry/numbers.h>

namespace anchor::registry {
namespace {

constexpr std::size_t kLongestInput = 2000;
constexpr std::size_t kMostFindings = 32;

// What findings quote comes from logs: paths of any octets, and lists longer than a message.
void make_plain(std::string& text) { text = plain_text(text, kLongestInput); }

protocol::AttestationResult result_of(const Appraisal& appraisal) {
    protocol::AttestationResult result = appraisal.result();
    if (result.findings.size() > kMostFindings) result.findings.resize(kMostFindings);  // the worst come first
    for (Finding& finding : result.findings) {
        make_plain(finding.because);
        for (FindingInput& input : finding.inputs) {
            make_plain(input.claim);
            make_plain(input.value);
        }
    }
    return result;
}

}  // namespace

Result<std::string> record_judgement(DeviceRecord& device, const Appraisal& appraisal, Authority& authority, WallTime now) {
    const protocol::AttestationResult result = result_of(appraisal);
    device.result_version = number_after(device.result_version, now);
    device.result = canonical_json(protocol::to_json(result));
    device.appraised_at = now;
    if (appraisal.circumstances) device.earlier = appraisal.circumstances->as_earlier();
    return authority.result(result, device.id, device.result_version);
}

}  // namespace anchor::registry
