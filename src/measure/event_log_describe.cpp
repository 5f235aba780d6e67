// SPDX-License-Identifier: Apache-2.0

// What an event says, in one line for people.

#include <anchor/measure/boot_device_path.h>
#include <anchor/measure/boot_variable.h>
#include <anchor/measure/event_log_details.h>
#include <anchor/measure/event_log_render.h>

#include "boot_text.h"
#include "event_log_line.h"

namespace anchor::measure {
namespace {

constexpr std::size_t kLongest = 160;

std::string count_of(std::size_t count, std::string_view what) {
    return std::to_string(count) + ' ' + std::string(what) + (count == 1 ? "" : "s");
}

std::string lists_text(const VariableEvent& variable) {
    std::size_t certificates = 0, hashes = 0, others = 0;
    std::string subjects;
    const SignatureLists read = read_signature_lists(variable.data, variable.data_offset);
    for (const SignatureList& list : read.lists) {
        (list.kind == SignatureKind::X509 ? certificates : list.kind == SignatureKind::Other ? others : hashes) += list.entries.size();
        if (list.kind != SignatureKind::X509) continue;
        for (const SignatureEntry& entry : list.entries) {
            const std::string subject = certificate_subject(entry.data);
            if (!subject.empty()) subjects += (subjects.empty() ? " (" : "; ") + subject;
        }
    }
    if (!subjects.empty()) subjects += ')';
    std::string text = variable.name + ": ";
    if (certificates > 0) text += count_of(certificates, "certificate") + subjects;
    if (hashes > 0) text += (certificates > 0 ? ", " : "") + std::to_string(hashes) + (hashes == 1 ? " hash" : " hashes");
    if (others > 0) text += (certificates + hashes > 0 ? ", " : "") + std::to_string(others) + " of another kind";
    if (read.lists.empty()) text += "empty";
    return read.problem ? text + ", then " + read.problem->what : text;
}

std::string order_text(const VariableEvent& variable) {
    const auto order = read_boot_order(variable.data, variable.data_offset);
    std::string text = variable.name + ':';
    if (!order) return text + ' ' + order.error().what;
    for (const std::uint16_t number : *order) text += ' ' + hex_number(0x10000U + number).substr(3);
    return text;
}

std::string option_text(const VariableEvent& variable) {
    const auto option = read_load_option(variable.data, variable.data_offset);
    if (!option) return variable.name + ": " + option.error().what;
    const auto path = device_path_text(option->device_path, option->path_offset);
    return variable.name + (option->active() ? ": " : " (inactive): ") + option->description + ", " + (path ? *path : path.error().what);
}

std::string authority_text(const VariableEvent& variable) {
    constexpr std::size_t owner_size = 16;
    std::string subject = certificate_subject(variable.data);
    if (subject.empty() && variable.data.size() > owner_size) subject = certificate_subject(variable.data.subspan(owner_size));
    return "authorised by " + variable.name + (subject.empty() ? "" : ": " + subject);
}

std::string variable_text(EventType type, const VariableEvent& variable) {
    const std::string& name = variable.name;
    if (type == EventType::EfiVariableAuthority) return authority_text(variable);
    if (type == EventType::EfiVariableDriverConfig) {
        if (name == "PK" || name == "KEK" || name == "db" || name == "dbx" || name == "dbt" || name == "dbr") return lists_text(variable);
        if (variable.data.empty()) return name + " = off";
        if (variable.data.size() == 1 && variable.data[0] <= 1) return name + (variable.data[0] == 1 ? " = on" : " = off");
    } else {
        if (name == "BootOrder") return order_text(variable);
        if (is_load_option_name(name)) return option_text(variable);
    }
    return name + ", " + count_of(variable.data.size(), "octet");
}

std::string_view words_of(IplKind kind) {
    switch (kind) {
        case IplKind::LoaderCommand: return "command: ";
        case IplKind::KernelCommandLine: return "kernel command line: ";
        case IplKind::ModuleCommandLine: return "module command line: ";
        case IplKind::File: return "file: ";
        case IplKind::KernelSection: return "kernel section: ";
        case IplKind::SystemExtension: return "system extension: ";
        case IplKind::ShimList: return "shim: ";
        case IplKind::Text: return "text: ";
        case IplKind::Opaque: return "";
    }
    return {};
}

struct Words {
    const BootEvent& event;

    std::string operator()(const StartupLocalityEvent& startup) const {
        return "TPM started from locality " + std::to_string(startup.locality);
    }
    std::string operator()(const NoActionEvent& other) const { return other.signature; }
    std::string operator()(const SeparatorEvent& separator) const { return separator.error ? "error separator" : "separator"; }
    std::string operator()(const TextEvent& text) const { return text.text; }
    std::string operator()(const VariableEvent& variable) const { return variable_text(event.type, variable); }
    std::string operator()(const ImageLoadEvent& image) const {
        const auto path = device_path_text(image.device_path, image.device_path_offset);
        if (!path) return "image, " + path.error().what;
        return path->empty() ? "image without a path" : *path;
    }
    std::string operator()(const GptEvent& gpt) const {
        return "disk " + to_text(gpt.disk) + ", " + count_of(gpt.partitions.size(), "partition");
    }
    std::string operator()(const FirmwareBlobEvent& blob) const {
        const std::string name = blob.description ? utf8_without_nul(*blob.description) + ", " : std::string();
        return "firmware " + name + hex_number(blob.length) + " octets at " + hex_number(blob.base);
    }
    std::string operator()(const IplEvent& ipl) const {
        return ipl.kind == IplKind::Opaque ? count_of(event.content.size(), "octet") : std::string(words_of(ipl.kind)) + ipl.text;
    }
    std::string operator()(const TaggedEvent& tagged) const {
        return tagged.meaning.empty() ? "tag " + hex_number(tagged.tag) + ", " + count_of(tagged.data.size(), "octet") : tagged.meaning;
    }
    std::string operator()(const OpaqueEvent&) const { return count_of(event.content.size(), "octet"); }
};

}  // namespace

std::string describe_event(const EventLog& log, const BootEvent& event) {
    const auto details = event_details(log, event);
    return one_line(details ? std::visit(Words{event}, *details) : details.error().what, kLongest);
}

}  // namespace anchor::measure
