// SPDX-License-Identifier: Apache-2.0

// Templates by name: the kernel's built-in ones, and field lists (ima_template_fmt=).

#include <algorithm>
#include <utility>

#include <anchor/measure/ima_entry.h>

namespace anchor::measure {
namespace {

using Name = std::pair<std::string_view, ImaField>;
constexpr std::array<Name, 16> kFields{{
    {"d", ImaField::D},
    {"d-ng", ImaField::DNg},
    {"d-ngv2", ImaField::DNgV2},
    {"d-modsig", ImaField::DModsig},
    {"n", ImaField::N},
    {"n-ng", ImaField::NNg},
    {"sig", ImaField::Sig},
    {"modsig", ImaField::Modsig},
    {"buf", ImaField::Buf},
    {"evmsig", ImaField::EvmSig},
    {"iuid", ImaField::InodeUid},
    {"igid", ImaField::InodeGid},
    {"imode", ImaField::InodeMode},
    {"xattrnames", ImaField::XattrNames},
    {"xattrlengths", ImaField::XattrLengths},
    {"xattrvalues", ImaField::XattrValues},
}};

// security/integrity/ima/ima_template.c, builtin_templates
constexpr std::array<std::pair<std::string_view, std::string_view>, 8> kBuiltIn{{
    {"ima", "d|n"},
    {"ima-ng", "d-ng|n-ng"},
    {"ima-ngv2", "d-ngv2|n-ng"},
    {"ima-sig", "d-ng|n-ng|sig"},
    {"ima-sigv2", "d-ngv2|n-ng|sig"},
    {"ima-modsig", "d-ng|n-ng|sig|d-modsig|modsig"},
    {"ima-buf", "d-ng|n-ng|buf"},
    {"evm-sig", "d-ng|n-ng|evmsig|xattrnames|xattrlengths|xattrvalues|iuid|igid|imode"},
}};

std::optional<ImaTemplate> from_field_list(std::string_view list) noexcept {
    ImaTemplate layout;
    for (bool more = true; more;) {
        const std::size_t bar = list.find('|');
        const auto* known = std::ranges::find(kFields, list.substr(0, bar), &Name::first);
        if (known == kFields.end() || layout.count == kImaMaxFields) return std::nullopt;
        layout.fields[layout.count++] = known->second;
        more = bar != std::string_view::npos;
        if (more) list.remove_prefix(bar + 1);
    }
    return layout;
}

}  // namespace

std::string_view to_string(ImaField field) noexcept {
    const auto* known = std::ranges::find(kFields, field, &Name::second);
    return known == kFields.end() ? std::string_view{} : known->first;
}

std::optional<ImaTemplate> ImaTemplate::named(std::string_view name) noexcept {
    const auto* built_in = std::ranges::find(kBuiltIn, name, [](const auto& entry) { return entry.first; });
    std::optional<ImaTemplate> layout = from_field_list(built_in == kBuiltIn.end() ? name : built_in->second);
    if (layout) layout->legacy = name == "ima";
    return layout;
}

}  // namespace anchor::measure
