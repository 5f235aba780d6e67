// SPDX-License-Identifier: Apache-2.0
#include "reference_make.h"

#include <ostream>

#include <nlohmann/json.hpp>

#include <anchor/base/file.h>
#include <anchor/crypto/certificate.h>

#include "device_files.h"
#include "device_log.h"
#include "exit_code.h"
#include "golden_boot.h"
#include "golden_list.h"
#include "golden_packages.h"
#include "golden_tree.h"
#include "measured_file.h"
#include "output_file.h"
#include "reference_file.h"

namespace anchor::cli {
namespace {

constexpr std::size_t kLargestChecksums = 256UL << 20U;
constexpr std::size_t kLargestKey = 64UL << 10U;
constexpr std::size_t kLargestMessage = 80UL << 10U;  // what the registry signs into one message

std::string count_of(std::size_t count, const std::string& what) { return std::to_string(count) + " " + what + (count == 1 ? "" : "s"); }

measure::ImaKeyId key_id_of(const crypto::Certificate& certificate) {
    const ByteView id = certificate.subject_key_id();
    if (id.size() < 4) return measure::ima_key_id_of(certificate.public_key());
    measure::ImaKeyId value = 0;
    for (const std::uint8_t octet : id.last(4)) value = (value << 8U) | octet;
    return value;
}

measure::ImaSigner signer_of(const crypto::Certificate& certificate) {
    return {key_id_of(certificate), certificate.public_key(), certificate.subject(), false};
}
measure::ImaSigner signer_of(crypto::PublicKey key) {
    const measure::ImaKeyId id = measure::ima_key_id_of(key);
    return {id, std::move(key), {}, false};
}

// A certificate or a public key, in PEM or DER.
Result<measure::ImaSigner> read_signer(const std::string& file) {
    ANCHOR_ASSIGN_OR_RETURN(const Bytes octets, of_a_file(read_file(file, kLargestKey)));
    const std::string_view text = as_text(octets);
    const bool pem = text.find("-----BEGIN ") != std::string_view::npos;
    if (pem && text.find("-----BEGIN PUBLIC KEY-----") != std::string_view::npos) {
        auto key = crypto::PublicKey::from_pem(text);
        if (!key) return std::move(key).error().within(file);
        return signer_of(std::move(key).value());
    }
    auto certificate = pem ? crypto::Certificate::from_pem(text) : crypto::Certificate::from_der(octets);
    if (certificate) return signer_of(*certificate);
    auto key = crypto::PublicKey::from_spki(octets);
    if (key) return signer_of(std::move(key).value());
    return std::move(certificate).error().within(file + ": neither a certificate nor a public key that signs files");
}

/// Everything that the order names, put together piece by piece.
class Maker {
public:
    Maker(const MakeReference& order, std::ostream& out, std::ostream& notes)
        : order_(order), out_(out), notes_(notes), left_out_(notes), files_(order.files, left_out_) {}

    Result<int> make() {
        ANCHOR_RETURN_IF_ERROR(read_golden_registers());
        ANCHOR_RETURN_IF_ERROR(take_boot());
        ANCHOR_RETURN_IF_ERROR(take_lists());
        ANCHOR_RETURN_IF_ERROR(take_files());
        ANCHOR_RETURN_IF_ERROR(take_keys());
        ANCHOR_RETURN_IF_ERROR(make_folder(order_.folder));
        ANCHOR_RETURN_IF_ERROR(write_table());
        ANCHOR_RETURN_IF_ERROR(write_document());
        if (left_out_.count() != 0) notes_ << left_out_.count() << " left out in all\n";
        return exit_code::kDone;
    }

private:
    // Before the logs: what is measured meanwhile then stands behind what the registers confirm.
    Result<void> read_golden_registers() {
        if (!order_.pcrs.empty()) {
            ANCHOR_ASSIGN_OR_RETURN(registers_, read_registers(order_.pcrs));
        } else if (order_.this_device) {
            ANCHOR_ASSIGN_OR_RETURN(registers_, registers_of_device());
        }
        return {};
    }

    Result<void> take_boot() {
        const bool own = order_.log.empty() && order_.this_device;
        const std::string file = own ? kDeviceBootLog : order_.log;
        if (file.empty()) return {};
        DeviceLog device;
        if (own) {
            ANCHOR_ASSIGN_OR_RETURN(device, open_own(kDeviceBootLog, "boot"));
        }
        ANCHOR_ASSIGN_OR_RETURN(MeasuredFile opened, MeasuredFile::open(own ? device.file() : file));
        ANCHOR_ASSIGN_OR_RETURN(const Bytes log, opened.boot_log());
        auto boot = boot_reference_of(log, {registers_, order_.registers, order_.events, order_.min_firmware}, notes_);
        if (!boot) return std::move(boot).error().within(file);
        values_.boot = std::move(boot).value();
        return {};
    }

    Result<void> take_lists() {
        for (const std::string& file : order_.ima_lists) ANCHOR_RETURN_IF_ERROR(take_list(file, file));
        if (!order_.ima_lists.empty() || !order_.this_device) return {};
        ANCHOR_ASSIGN_OR_RETURN(const DeviceLog list, open_own(kDeviceImaList, "ima"));
        return take_list(list.file(), kDeviceImaList);
    }

    Result<void> take_list(const std::string& file, const std::string& name) {
        ANCHOR_ASSIGN_OR_RETURN(const std::size_t added, add_ima_list(builder_, file, registers_, left_out_));
        out_ << name << ": " << count_of(added, "measured file") << '\n';
        return {};
    }

    Result<DeviceLog> open_own(const std::string& path, const std::string& name) {
        ANCHOR_ASSIGN_OR_RETURN(DeviceLog log, DeviceLog::open(path, name, order_.agent));
        if (log.by_daemon()) notes_ << path << ": only root may open it; the daemon has read it\n";
        return log;
    }

    Result<void> take_files() {
        for (const std::string& folder : order_.trees) {
            ANCHOR_ASSIGN_OR_RETURN(const std::size_t added, add_tree(builder_, folder, files_));
            out_ << folder << ": " << count_of(added, "file") << '\n';
        }
        if (!order_.packages.empty()) {
            ANCHOR_ASSIGN_OR_RETURN(const PackagesAdded added, add_packages(builder_, order_.packages, files_));
            out_ << order_.packages << ": " << count_of(added.files, "file") << " of " << count_of(added.packages, "package") << ", "
                 << added.unchecked << " of them without a checksum there\n";
        }
        for (const std::string& file : order_.checksums) {
            ANCHOR_ASSIGN_OR_RETURN(const std::string text, of_a_file(read_text_file(file, kLargestChecksums)));
            if (auto added = builder_.add_checksums(text); !added) return std::move(added).error().within(file);
        }
        for (const std::string& path : order_.exclude) ANCHOR_RETURN_IF_ERROR(builder_.exclude(measure::ImaRule::ExcludePath, path));
        for (const std::string& path : order_.exclude_below) {
            const std::string below = path.ends_with('/') ? path : path + "/";
            ANCHOR_RETURN_IF_ERROR(builder_.exclude(measure::ImaRule::ExcludePrefix, below));
        }
        return {};
    }

    Result<void> take_keys() {
        for (const std::string& file : order_.keys) {
            ANCHOR_ASSIGN_OR_RETURN(measure::ImaSigner signer, read_signer(file));
            out_ << file << ": key " << measure::ima_key_id_text(signer.id) << '\n';
            signer.sha1 = order_.sha1_signatures;
            values_.ima.signers.push_back(std::move(signer));
        }
        return {};
    }

    Result<void> write_table() {
        if (builder_.size() == 0) {
            if (order_.exclude.empty() && order_.exclude_below.empty()) return {};
            return rejected("exclusions, and nothing that they are excluded from");
        }
        ANCHOR_ASSIGN_OR_RETURN(const Bytes table, builder_.build());
        values_.ima.table = measure::name_of_table(table);
        const std::string file = order_.folder + "/" + std::string(kTableFile);
        ANCHOR_ASSIGN_OR_RETURN(const measure::ImaTable opened, measure::ImaTable::open(table));
        out_ << file << ": " << opened.size() << " digests, " << table.size() << " octets\n";
        return write_file(file, table);
    }

    Result<void> write_document() {
        const Json document = to_json(values_);
        const std::string text = document.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
        const std::string file = order_.folder + "/" + std::string(kReferenceFile);
        ANCHOR_RETURN_IF_ERROR(write_file(file, as_bytes(text)));
        // What was written is read again: nothing goes to the authority's keys that devices would refuse.
        ANCHOR_RETURN_IF_ERROR(read_reference(file));
        std::size_t events = 0;
        for (const auto& [index, list] : values_.boot.events) events += list.size();
        out_ << file << ": " << count_of(values_.boot.pcrs.size(), "register") << ", " << count_of(events, "event") << ", "
             << count_of(values_.boot.images.size(), "image") << ", " << count_of(values_.ima.signers.size(), "key") << '\n';
        if (canonical_json(document).size() > kLargestMessage) {
            notes_ << file << ": too large for one message; name fewer registers, or leave out the events (--no-events)\n";
        }
        return {};
    }

    const MakeReference& order_;
    std::ostream& out_;
    std::ostream& notes_;
    LeftOut left_out_;
    GoldenFiles files_;
    std::optional<PcrValues> registers_;
    measure::ImaTableBuilder builder_;
    measure::ReferenceValues values_;
};

}  // namespace

std::string complaint_about(const MakeReference& order) {
    const bool measured = order.this_device || !order.log.empty() || !order.ima_lists.empty();
    const bool filed = !order.trees.empty() || !order.packages.empty() || !order.checksums.empty() || !order.keys.empty();
    if (!measured && !filed) return "nothing to make reference values from: --this-device, --log, --ima, --tree, --dpkg, --list or --key";
    const bool boot = order.this_device || !order.log.empty();
    if (!boot && (!order.registers.empty() || !order.min_firmware.empty())) return "--registers and --firmware need a boot log";
    return {};
}

Result<int> make_reference(const MakeReference& order, std::ostream& out, std::ostream& notes) { return Maker(order, out, notes).make(); }

}  // namespace anchor::cli
