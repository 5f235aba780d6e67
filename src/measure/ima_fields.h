// SPDX-License-Identifier: Apache-2.0
#pragma once

// The fields inside a template, from and to octets: shared by the binary and the ASCII form of the list.

#include <anchor/base/result.h>
#include <anchor/measure/ima_entry.h>

namespace anchor::measure {

/// Cuts entry.template_data into entry.fields by entry.layout and reads name and digest. Rejected, with field and
/// offset (counted from `origin`), where lengths don't fit or a digest or name is malformed.
[[nodiscard]] Result<void> cut_ima_fields(ImaEntry& entry, std::uint64_t origin);

/// Appends the octets of a field as the kernel prints it in the ASCII list ("sha256:…", a name, hexadecimal, a
/// number), without their length. Rejected where the text is not of that form.
[[nodiscard]] Result<void> append_ima_field(Bytes& to, ImaField field, std::string_view text, bool big_endian);

/// The kernel's spelling of the field in the ASCII list.
void print_ima_field(std::string& to, const ImaEntry& entry, std::size_t index);

}  // namespace anchor::measure
