// SPDX-License-Identifier: Apache-2.0
#pragma once

// What the contents of events say, as types. These are claims of whoever wrote the log: check_content() tells which of
// them were measured. Everything that is a ByteView borrows from the log.

#include <variant>

#include <anchor/measure/boot_guid.h>
#include <anchor/measure/event_log.h>

namespace anchor::measure {

/// EV_NO_ACTION "StartupLocality", PFP §10.4.5.3.
struct StartupLocalityEvent {
    std::uint8_t locality = 0;
};

/// Any other EV_NO_ACTION; the signature is its first 16 octets.
struct NoActionEvent {
    std::string signature;
};

struct SeparatorEvent {
    bool error = false;  ///< the digest is that of an error: firmware gave up measuring this register
};

/// EV_ACTION, EV_EFI_ACTION, EV_POST_CODE, EV_S_CRTM_VERSION and the like. A version that is a GUID is printed as one.
struct TextEvent {
    std::string text;
};

/// UEFI_VARIABLE_DATA, PFP §10.2.6. boot_variable.h reads the data of those that we know.
struct VariableEvent {
    Guid vendor;
    std::string name;
    std::uint64_t name_length = 0;  ///< in UTF-16 units
    std::uint64_t data_length = 0;  ///< as declared; equal to data.size()
    std::uint64_t data_offset = 0;
    ByteView data;
};

/// UEFI_IMAGE_LOAD_EVENT, PFP §10.2.3. Its digest is the Authenticode one of the image.
struct ImageLoadEvent {
    std::uint64_t location = 0;
    std::uint64_t length = 0;
    std::uint64_t link_time_address = 0;
    std::uint64_t device_path_length = 0;  ///< as declared; some loaders write 0 and something else behind it
    ByteView device_path;                  ///< of the declared length
    ByteView rest;                         ///< device path and whatever is behind it
    std::uint64_t device_path_offset = 0;
};

/// UEFI_GPT_DATA, PFP §10.2; UEFI 2.10 §5.3.
struct GptEvent {
    struct Partition {
        Guid type;
        Guid id;
        std::uint64_t first_lba = 0;
        std::uint64_t last_lba = 0;
        std::uint64_t attributes = 0;
        std::string name;
    };
    ByteView signature;
    std::uint32_t revision = 0;
    std::uint32_t header_size = 0;
    std::uint32_t header_crc32 = 0;
    std::uint64_t my_lba = 0;
    std::uint64_t alternate_lba = 0;
    std::uint64_t first_usable_lba = 0;
    std::uint64_t last_usable_lba = 0;
    Guid disk;
    std::uint64_t entry_lba = 0;
    std::uint32_t entry_count = 0;
    std::uint32_t entry_size = 0;
    std::uint32_t entry_array_crc32 = 0;
    std::uint64_t partition_count = 0;
    std::vector<Partition> partitions;
};

/// UEFI_PLATFORM_FIRMWARE_BLOB and …BLOB2, PFP §10.2.5.
struct FirmwareBlobEvent {
    std::optional<ByteView> description;  ///< of the second form
    std::uint64_t base = 0;
    std::uint64_t length = 0;
};

enum class IplKind : std::uint8_t {
    LoaderCommand,      ///< a command that GRUB ran
    KernelCommandLine,  ///< of GRUB, systemd-boot or systemd-stub
    ModuleCommandLine,
    File,             ///< the path of a file that GRUB has read; the digest is of the file
    KernelSection,    ///< the name of a section of a unified kernel image; the digest is of the section
    SystemExtension,  ///< systemd-stub: initrds made of system extensions
    ShimList,         ///< MokList, MokListX, MokListTrusted: the digest is of the list
    Text,
    Opaque,
};

/// EV_IPL. Labels ("grub_cmd: ") are not in the text. They are not measured: GRUB's digest is of the text alone, so
/// that whoever rewrites a log can pass off a command as a command line.
struct IplEvent {
    IplKind kind = IplKind::Opaque;
    std::string text;
};

/// TCG_PCClientTaggedEvent, PFP §10.2: Linux' EFI stub and systemd.
struct TaggedEvent {
    static constexpr std::uint32_t kLinuxInitrd = 0x8F3B22EC;
    static constexpr std::uint32_t kLinuxLoadOptions = 0x8F3B22ED;
    static constexpr std::uint32_t kSystemdInitrd = 0x49DFFE0F;
    std::uint32_t tag = 0;
    ByteView data;
    std::string meaning;  ///< "Linux initrd"; empty for a tag that we don't know
};

/// Contents without a structure that we know, among them none at all.
struct OpaqueEvent {};

using EventDetails = std::variant<OpaqueEvent, StartupLocalityEvent, NoActionEvent, SeparatorEvent, TextEvent, VariableEvent,
                                  ImageLoadEvent, GptEvent, FirmwareBlobEvent, IplEvent, TaggedEvent>;

/// Rejected where the content is not what its type demands; names event, offset and field.
[[nodiscard]] Result<EventDetails> event_details(const EventLog& log, const BootEvent& event);

}  // namespace anchor::measure
