// SPDX-License-Identifier: Apache-2.0
#include "event_log_ipl.h"

#include <algorithm>
#include <array>

#include "boot_text.h"

namespace anchor::measure {
namespace {

struct Label {
    std::string_view text;
    IplKind kind;
};

// GRUB 2.04 and later, and the names that distributions gave them before.
constexpr std::array<Label, 6> kLabels{{
    {"grub_cmd: ", IplKind::LoaderCommand},
    {"grub_cmd ", IplKind::LoaderCommand},
    {"kernel_cmdline: ", IplKind::KernelCommandLine},
    {"grub_kernel_cmdline ", IplKind::KernelCommandLine},
    {"module_cmdline: ", IplKind::ModuleCommandLine},
    {"grub_module_cmdline ", IplKind::ModuleCommandLine},
}};

const Label* label_of(ByteView content) {
    const auto found = std::ranges::find_if(kLabels, [&](const Label& label) { return as_text(content).starts_with(label.text); });
    return found == kLabels.end() ? nullptr : &*found;
}

IplKind kind_of_wide_text(std::uint32_t pcr) {
    switch (pcr) {
        case 8:
        case 12: return IplKind::KernelCommandLine;  // systemd-boot before 251, and after
        case 11: return IplKind::KernelSection;      // systemd-stub: the sections of a unified kernel image
        case 13: return IplKind::SystemExtension;
        default: return IplKind::Text;
    }
}

IplKind kind_of_text(std::uint32_t pcr) {
    switch (pcr) {
        case 9: return IplKind::File;
        case 11: return IplKind::KernelSection;
        case 14: return IplKind::ShimList;
        default: return IplKind::Text;
    }
}

}  // namespace

std::vector<ByteView> measured_parts(ByteView content) {
    std::vector<ByteView> parts;
    const auto add = [&parts](ByteView part) {
        if (!part.empty() && part.back() == 0) parts.push_back(part.first(part.size() - 1));
    };
    add(content);
    if (const Label* label = label_of(content)) {
        const ByteView text = content.subspan(label->text.size());
        add(text);
        parts.push_back(text);
    }
    return parts;
}

bool is_command(ByteView content) { return label_of(content) != nullptr; }

IplEvent read_ipl(const BootEvent& event) {
    if (const Label* label = label_of(event.content)) {
        return {label->kind, utf8_without_nul(event.content.subspan(label->text.size()))};
    }
    if (looks_like_utf16(event.content)) return {kind_of_wide_text(event.pcr), utf8_until_nul(event.content)};
    const auto end = std::ranges::find(event.content, std::uint8_t{0});
    const ByteView text = event.content.first(static_cast<std::size_t>(end - event.content.begin()));
    if (is_printable(text)) return {kind_of_text(event.pcr), utf8_without_nul(text)};
    return {IplKind::Opaque, {}};
}

}  // namespace anchor::measure
