// SPDX-License-Identifier: Apache-2.0
#pragma once

// Reference values of a measured boot, and the difference between them and a boot in words: which event in which
// register, what was expected, what was found. The values come from a signed document; the signature is not checked here.
//
// The JSON of this part, all members optional, unknown ones refused:
//   { "pcrs":   { "7": ["sha256:…", …] },                     a register holds one of these, for each bank named
//     "events": { "4": [ { "digest": "sha256:…", "type": "EV_EFI_ACTION", "what": "…" }, … ] },
//                                                             the events of a register, in their order and in one bank
//     "images": [ { "digest": "sha256:…", "name": "…" }, … ], every boot loader and kernel is one of these
//     "firmware": { "min_version": "1.12.0" } }               compared as text and numbers: 1.9 is older than 1.12
// PCR 10 has no reference value: IMA extends it all the time, and its list says what it stands for.

#include <map>

#include <anchor/base/json.h>
#include <anchor/measure/event_log_replay.h>

namespace anchor::measure {

struct ReferenceEvent {
    Digest digest{HashAlg::Sha256};
    std::string type;  ///< "EV_EFI_ACTION"; for people
    std::string what;  ///< for people
};

struct ReferenceImage {
    Digest digest{HashAlg::Sha256};
    std::string name;
};

struct BootReference {
    std::map<unsigned, std::vector<Digest>> pcrs;
    std::map<unsigned, std::vector<ReferenceEvent>> events;
    std::vector<ReferenceImage> images;
    std::string min_firmware;  ///< empty: any
};

/// Reads the JSON. Rejected, naming the member, for anything but the form above; SHA-1 digests are refused, since they
/// prove nothing alone.
[[nodiscard]] Result<BootReference> boot_reference_from(const Json& document);
[[nodiscard]] Json to_json(const BootReference& reference);

/// The reference values that this boot itself fulfils: its events and values in these registers, its images.
[[nodiscard]] BootReference make_boot_reference(const EventLog& log, const PcrSelection& registers);

enum class BootDifferenceKind : std::uint8_t {
    Register,    ///< a register holds no accepted value
    Changed,     ///< another event stands where one was expected
    Missing,     ///< an expected event is not there
    Unexpected,  ///< an event is there that was not expected
    Image,       ///< an image that is not accepted
    Firmware,    ///< too old, or nothing to compare
};

struct BootDifference {
    BootDifferenceKind kind = BootDifferenceKind::Register;
    unsigned pcr = 0;
    std::optional<std::uint32_t> event;  ///< number in the log
    std::string text;                    ///< "PCR 9 event 42: expected …, found …"
};

/// What differs, in the order of the registers; empty where the boot is as the reference says. `found` are quoted registers;
/// where one holds an accepted value its events are not looked at. The log must replay to them, which is not checked here.
/// Differences of texts are found exactly up to 1,000 events that differ a register, beyond that in their order.
[[nodiscard]] std::vector<BootDifference> compare_boot(const BootReference& reference, const EventLog& log, const PcrValues& found);

/// -1, 0 or 1: runs of digits as numbers, all else as text. Nothing where they differ in their letters before a number.
[[nodiscard]] std::optional<int> compare_versions(std::string_view a, std::string_view b);

}  // namespace anchor::measure
