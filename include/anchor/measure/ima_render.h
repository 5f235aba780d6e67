// SPDX-License-Identifier: Apache-2.0
#pragma once

// IMA entries for people and scripts. Names come from the list and may hold anything: none of the forms lets a control
// character through.

#include <string>

#include <anchor/measure/ima_entry.h>

namespace anchor::measure {

/// The line of the kernel's ASCII list, with its newline. It differs from the kernel's in names with control characters,
/// invalid UTF-8 or backslashes, which are escaped.
void append_ima_ascii(std::string& to, const ImaEntry& entry);
/// One JSON object and a newline: number, offset, pcr, template, template_digest, kind, violation, path, digest, and what
/// else the template has, octets as hexadecimal.
void append_ima_json(std::string& to, const ImaEntry& entry);
/// The head of the table, and a row of it: number, register, kind, the digest's beginning, path.
void append_ima_table_head(std::string& to);
void append_ima_table_row(std::string& to, const ImaEntry& entry);

}  // namespace anchor::measure
