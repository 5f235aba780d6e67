// SPDX-License-Identifier: Apache-2.0
#pragma once

// GUIDs as UEFI writes them: the first three groups little-endian (UEFI 2.10 appendix A).

#include <array>
#include <compare>
#include <string>

#include <anchor/base/byte_reader.h>

namespace anchor::measure {

struct Guid {
    std::array<std::uint8_t, 16> octets{};

    friend auto operator<=>(const Guid&, const Guid&) = default;
};

/// "8be4df61-93ca-11d2-aa0d-00e098032b8c".
[[nodiscard]] std::string to_text(const Guid& guid);
/// Rejected where fewer than 16 octets are left.
[[nodiscard]] Result<Guid> read_guid(ByteReader& reader, std::string_view field);
/// Reads what to_text() prints; for constants. Anything else gives zeros.
[[nodiscard]] Guid guid_from(std::string_view text);

/// EFI_GLOBAL_VARIABLE (UEFI §3.3), the owner of SecureBoot, PK, KEK and the boot variables.
inline constexpr std::string_view kGlobalVariableGuid = "8be4df61-93ca-11d2-aa0d-00e098032b8c";
/// EFI_IMAGE_SECURITY_DATABASE_GUID (UEFI §32.6), the owner of db, dbx, dbt and dbr.
inline constexpr std::string_view kSecurityDatabaseGuid = "d719b2cb-3d3a-4596-a3bc-dad00e67656f";
/// The owner of shim's variables.
inline constexpr std::string_view kShimGuid = "605dab50-e046-4300-abb6-3dd810dd8b23";

}  // namespace anchor::measure
