// SPDX-License-Identifier: Apache-2.0
#pragma once

// The data of UEFI variables that are measured: the keys and hashes of Secure Boot, and what the machine is set to boot.
// Views borrow from the data.

#include <optional>
#include <vector>

#include <anchor/base/result.h>
#include <anchor/measure/boot_guid.h>

namespace anchor::measure {

/// What the entries of a list are, UEFI 2.10 §32.4.1.
enum class SignatureKind : std::uint8_t { Sha256, X509, X509Sha256, Rsa2048, Other };

/// EFI_SIGNATURE_DATA: a certificate (DER), a hash, …, and who put it there.
struct SignatureEntry {
    Guid owner;
    ByteView data;
};

/// EFI_SIGNATURE_LIST.
struct SignatureList {
    Guid type;
    SignatureKind kind = SignatureKind::Other;
    std::uint32_t list_size = 0;
    std::uint32_t header_size = 0;
    std::uint32_t signature_size = 0;
    std::vector<SignatureEntry> entries;
};

/// Lists of one variable, as far as they could be read.
struct SignatureLists {
    std::vector<SignatureList> lists;
    std::optional<Error> problem;  ///< names offset and field; the lists before it are there
};

/// PK, KEK, db, dbx, dbt, dbr and MOK lists. No data is no list.
[[nodiscard]] SignatureLists read_signature_lists(ByteView data, std::uint64_t origin);

/// One EFI_SIGNATURE_DATA alone, as EV_EFI_VARIABLE_AUTHORITY events hold it. Rejected where it is shorter than its owner.
[[nodiscard]] Result<SignatureEntry> read_signature_entry(ByteView data, std::uint64_t origin);

/// The subject of a certificate, "C=US, O=…"; empty where it is none.
[[nodiscard]] std::string certificate_subject(ByteView der);

/// BootOrder: numbers of Boot#### variables. Rejected where the size is odd.
[[nodiscard]] Result<std::vector<std::uint16_t>> read_boot_order(ByteView data, std::uint64_t origin);

/// EFI_LOAD_OPTION, UEFI §3.1.3.
struct LoadOption {
    std::uint32_t attributes = 0;
    std::uint16_t path_length = 0;
    std::string description;
    ByteView device_path;    ///< of the declared length
    ByteView path_and_data;  ///< device path and optional data
    std::uint64_t path_offset = 0;

    [[nodiscard]] bool active() const noexcept { return (attributes & 1U) != 0; }
};

/// Boot####. Rejected where the description has no end or the path is longer than the data.
[[nodiscard]] Result<LoadOption> read_load_option(ByteView data, std::uint64_t origin);

/// "Boot0001", "Boot00AF": the name of a load option.
[[nodiscard]] bool is_load_option_name(std::string_view name) noexcept;

}  // namespace anchor::measure
