// SPDX-License-Identifier: Apache-2.0
#pragma once

// ImaEntry: one line of the kernel's IMA measurement list, as views into octets that somebody else owns. Nothing here
// is trusted: an entry is a statement of the list until the replay has proven it (ima_replay.h).
// Formats: Linux, Documentation/security/IMA-templates.rst and security/integrity/ima/.

#include <array>
#include <optional>
#include <string_view>

#include <anchor/base/bytes.h>
#include <anchor/core/digest.h>

namespace anchor::measure {

/// The fields a template is made of, by the kernel's names (see to_string).
enum class ImaField : std::uint8_t {
    D,
    DNg,
    DNgV2,
    DModsig,
    N,
    NNg,
    Sig,
    Modsig,
    Buf,
    EvmSig,
    InodeUid,
    InodeGid,
    InodeMode,
    XattrNames,
    XattrLengths,
    XattrValues
};
[[nodiscard]] std::string_view to_string(ImaField field) noexcept;

/// The kernel's own limit (TEMPLATE_NUM_FIELDS_MAX).
inline constexpr std::size_t kImaMaxFields = 15;

/// Which fields stand in an entry, in which order.
struct ImaTemplate {
    std::array<ImaField, kImaMaxFields> fields{};
    std::size_t count = 0;
    bool legacy = false;  ///< the template "ima": no lengths, and a name hashed as 256 octets

    /// A built-in template by its name, or a custom one by its field list ("d-ng|n-ng|sig"). Nothing where it is neither.
    [[nodiscard]] static std::optional<ImaTemplate> named(std::string_view name) noexcept;
};

/// A digest with its labels, as the list spells it: "verity:sha256:" and the octets.
struct ImaDigest {
    std::string_view type;       ///< "ima" or "verity" in d-ngv2, empty in older templates
    std::string_view algorithm;  ///< the kernel's name; it knows more of them than this project
    std::optional<HashAlg> alg;  ///< where this project speaks the algorithm
    ByteView octets;

    /// Nothing where the algorithm is not one of ours.
    [[nodiscard]] std::optional<Digest> value() const noexcept;
};

/// What was measured.
enum class ImaEntryKind : std::uint8_t {
    File,
    BootAggregate,     ///< the hash over the firmware's PCRs, first in each list and again after each kexec
    Key,               ///< a key was added to a keyring; the name is the keyring's
    KexecCommandLine,  ///< the command line of the next kernel
    DeviceMapper,      ///< a device-mapper table or state change
    Buffer,            ///< any other measured memory: kernel version, SELinux state, revoked hashes
    Unreadable,        ///< a template that this project does not know: replayable, but it says nothing
};
[[nodiscard]] std::string_view to_string(ImaEntryKind kind) noexcept;

/// Valid until the next call on the reader that made it.
struct ImaEntry {
    std::uint64_t number = 0;  ///< counted from 0 at the start of the list
    std::uint64_t offset = 0;  ///< of its first octet in the list
    std::uint64_t size = 0;    ///< octets it takes in the list
    std::uint32_t pcr = 0;
    bool big_endian = false;  ///< how lengths and numbers are written
    ByteView template_digest;
    std::string_view template_name;
    ByteView template_data;                      ///< the fields with their lengths, in the form of the binary list
    const ImaTemplate* layout = nullptr;         ///< nullptr where the template is not known
    std::array<ByteView, kImaMaxFields> fields;  ///< layout->count of them
    std::string_view path;                       ///< without its ending NUL; spaces are written as '_' by the kernel
    ImaDigest digest;

    /// The kernel saw the file change while it measured. The digest is zero and the PCR got 0xff…ff, so that
    /// not even the path of such an entry is proven.
    [[nodiscard]] bool violation() const noexcept;
    /// Empty where the template has no such field.
    [[nodiscard]] ByteView field(ImaField wanted) const noexcept;
    /// A field of 1, 2, 4 or 8 octets as a number; nothing where it has another size or is not there.
    [[nodiscard]] std::optional<std::uint64_t> number_of(ImaField wanted) const noexcept;
    [[nodiscard]] ImaEntryKind kind() const noexcept;
};

/// What the kernel hashes for this entry in a bank: the fields with their lengths, or for the template "ima" the
/// digest and the name in 256 octets.
[[nodiscard]] Digest ima_template_hash(HashAlg alg, const ImaEntry& entry);

}  // namespace anchor::measure
