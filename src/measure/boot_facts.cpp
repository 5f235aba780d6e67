// SPDX-License-Identifier: Apache-2.0
#include <anchor/measure/boot_facts.h>

#include <algorithm>

#include <anchor/crypto/hash.h>
#include <anchor/measure/boot_device_path.h>
#include <anchor/measure/boot_variable.h>

#include "boot_firmware_state.h"
#include "boot_text.h"

namespace anchor::measure {
namespace {

constexpr unsigned kFirmwarePcr = 0;
constexpr unsigned kOptionRomPcr = 2;
constexpr unsigned kLoaderPcr = 4;
constexpr unsigned kLoaderConfigPcr = 5;
constexpr unsigned kSecureBootPcr = 7;

MeasuredObject object_of(const EventLog& log, const BootEvent& event, std::string name) {
    MeasuredObject object{event.number, event.pcr, std::move(name), {}};
    for (const HashAlg bank : log.banks()) {
        if (const auto digest = log.digest(event, bank)) object.digests.push_back(*digest);
    }
    return object;
}

/// A db entry begins with its owner; shim logs the certificate alone.
ByteView key_of(const VariableEvent& variable) {
    constexpr std::uint8_t der_sequence = 0x30;
    constexpr std::size_t owner_size = 16;
    const bool has_owner = variable.data.size() > owner_size && variable.data[0] != der_sequence;
    return has_owner ? variable.data.subspan(owner_size) : variable.data;
}

/// Goes through the log once and sorts its events by what they are about.
class Collector {
public:
    Collector(const EventLog& log, BootFacts& facts) : log_(log), facts_(facts) {
        verdicts_.reserve(log.events().size());
        for (const BootEvent& event : log.events()) verdicts_.push_back(check_content(log, event));
    }

    void collect() {
        for (const BootEvent& event : log_.events()) {
            if (event.type == EventType::NoAction) continue;
            if (verdicts_[event.number] == ContentVerdict::Mismatch) facts_.mismatches.push_back(event.number);
            const auto details = event_details(log_, event);
            if (is_code(event)) note_code(event, details ? std::get_if<ImageLoadEvent>(&*details) : nullptr);
            if (event.pcr == kSecureBootPcr) note_authority(event);
            if (details) std::visit([&](const auto& value) { note(event, value); }, *details);
        }
        note_firmware();
        note_end_of_boot_services();
    }

private:
    [[nodiscard]] bool verified(const BootEvent& event) const { return verdicts_[event.number] == ContentVerdict::Verified; }

    void note_firmware() {
        const FirmwareState firmware(log_, verdicts_, kFirmwarePcr);
        facts_.firmware_version = firmware.text(EventType::ScrtmVersion);
        const FirmwareState secure_boot(log_, verdicts_, kSecureBootPcr);
        facts_.secure_boot = secure_boot.flag(kGlobalVariableGuid, "SecureBoot");
        facts_.audit_mode = secure_boot.flag(kGlobalVariableGuid, "AuditMode");
        facts_.deployed_mode = secure_boot.flag(kGlobalVariableGuid, "DeployedMode");
        facts_.debug_mode = secure_boot.action("UEFI Debug Mode");
        facts_.dma_protection_disabled = secure_boot.action("DMA Protection Disabled");
        const Fact<ByteView> platform_key = secure_boot.variable(kGlobalVariableGuid, "PK");
        if (const auto* unknown = std::get_if<Unknown>(&platform_key))
            facts_.setup_mode = *unknown;
        else
            facts_.setup_mode = std::get<ByteView>(platform_key).empty();
    }

    // Two actions: it was tried, and it worked (PFP §3.3.4.6).
    void note_end_of_boot_services() {
        if (log_.form() == EventLogForm::Empty) {
            facts_.exit_boot_services = Unknown{"the event log is empty"};
            return;
        }
        facts_.exit_boot_services = std::ranges::any_of(log_.events(), [this](const BootEvent& event) {
            return event.pcr == kLoaderConfigPcr && event.type == EventType::EfiAction && verified(event) &&
                   utf8_without_nul(event.content) == "Exit Boot Services Returned with Success";
        });
    }

    void note(const BootEvent& event, const SeparatorEvent& separator) {
        if (separator.error) facts_.error_separators.push_back(event.number);
    }

    // Neither type nor content of an image's event is measured: whoever rewrites the log could pass it off as something else. So all
    // counts as code that is not proven to be a text, a separator or a variable.
    [[nodiscard]] bool is_code(const BootEvent& event) const {
        return (event.pcr == kOptionRomPcr || event.pcr == kLoaderPcr) && !verified(event);
    }

    void note_code(const BootEvent& event, const ImageLoadEvent* image) {
        std::string name(event_type_name(event.type));
        if (image != nullptr) {
            const auto path = device_path_text(image->device_path, image->device_path_offset);
            name = path ? *path : std::string();
        }
        (event.pcr == kLoaderPcr ? facts_.images : facts_.option_roms).push_back(object_of(log_, event, std::move(name)));
    }

    // A separator of four octets stands between what Secure Boot is set to and the keys that were used (PFP §3.3.4.8). The event of a key
    // can be given another type but not be hidden: its content is measured, and what nothing proves is listed by its digest.
    void note_authority(const BootEvent& event) {
        constexpr std::size_t separator_size = 4;
        if (!verified(event)) {
            std::optional<Digest> digest = log_.digest(event, HashAlg::Sha256);
            for (const HashAlg bank : log_.banks()) {
                if (!digest) digest = log_.digest(event, bank);
            }
            // Without any digest that we can compute the register does not replay.
            if (digest) facts_.authorities.push_back({event.number, "event " + std::to_string(event.number), {}, *digest});
            return;
        }
        if (event.type == EventType::Separator || event.content.size() == separator_size) keys_follow_ = true;
        if (!keys_follow_ && event.type != EventType::EfiVariableAuthority) return;
        BootEvent as_key = event;
        as_key.type = EventType::EfiVariableAuthority;
        const auto details = event_details(log_, as_key);
        const auto* variable = details ? std::get_if<VariableEvent>(&*details) : nullptr;
        if (variable == nullptr) return;
        const ByteView key = key_of(*variable);
        facts_.authorities.push_back({event.number, variable->name, certificate_subject(key), crypto::hash(HashAlg::Sha256, key)});
    }

    void note(const BootEvent& event, const GptEvent& gpt) {
        if (verified(event) && known(facts_.boot_disk) == nullptr) facts_.boot_disk = gpt.disk;
    }

    void note(const BootEvent& event, const IplEvent& ipl) {
        if (ipl.kind == IplKind::File) facts_.files.push_back(object_of(log_, event, ipl.text));
        if (ipl.kind == IplKind::KernelSection) facts_.kernel_sections.push_back(object_of(log_, event, ipl.text));
        if (ipl.kind != IplKind::KernelCommandLine) return;
        if (verified(event))
            facts_.command_lines.push_back({event.number, event.pcr, ipl.text});
        else
            facts_.load_options.push_back(object_of(log_, event, ipl.text));
    }

    void note(const BootEvent& event, const TaggedEvent& tagged) {
        if (tagged.tag == TaggedEvent::kLinuxLoadOptions) facts_.load_options.push_back(object_of(log_, event, tagged.meaning));
        if (tagged.tag == TaggedEvent::kLinuxInitrd || tagged.tag == TaggedEvent::kSystemdInitrd) {
            facts_.initrds.push_back(object_of(log_, event, tagged.meaning));
        }
    }

    void note(const BootEvent&, const auto&) {}

    const EventLog& log_;
    BootFacts& facts_;
    std::vector<ContentVerdict> verdicts_;
    bool keys_follow_ = false;
};

}  // namespace

BootFacts boot_facts(const EventLog& log) {
    BootFacts facts;
    facts.boot_disk = Unknown{"no partition table was measured"};
    Collector(log, facts).collect();
    return facts;
}

}  // namespace anchor::measure
