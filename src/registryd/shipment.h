// SPDX-License-Identifier: Apache-2.0
#pragma once

// A shipment list: what a manufacturer says he has delivered, one device a line, as CSV (RFC 4180). It comes from outside, by mail or on a
// stick: all of it is taken or nothing is, and a mistake is told with its line and column.

#include <string>
#include <string_view>
#include <vector>

#include <anchor/base/bytes.h>
#include <anchor/base/result.h>

namespace anchor::registryd {

struct ShippedKey {
    Bytes digest;      ///< SHA-256 of the EK's public area (TPMT_PUBLIC), or of its certificate
    std::string note;  ///< what the other columns say, for people
};

/// The first line names the columns: `ek_sha256` (hex) or `ek_certificate` (base64 of the DER) has to be among them; of the others the note
/// is made. Rejected, as "line 7, column 12: …": another number of fields, not the form of the column, neither of the two in a line, the
/// same key twice, a column named twice, more than 64 columns or 1,000,000 devices.
[[nodiscard]] Result<std::vector<ShippedKey>> shipment_from(std::string_view csv);

}  // namespace anchor::registryd
