// SPDX-License-Identifier: Apache-2.0
#include "device_files.h"

#include <anchor/base/encoding.h>
#include <anchor/base/file.h>

namespace anchor::cli {
namespace {

constexpr std::size_t kMaxRegisterText = 4096;

// Nothing where this TPM has no such register or bank.
Result<std::optional<Digest>> register_in(const std::string& file, HashAlg bank) {
    auto text = read_text_file(file, kMaxRegisterText);
    if (!text && text.error().kind == ErrorKind::Unavailable) return std::optional<Digest>();
    if (!text) return unavailable(text.error().what);
    while (text->ends_with('\n')) text->pop_back();
    const auto octets = from_hex(*text);
    if (!octets) return octets.error().within(file);
    const auto value = Digest::from(bank, *octets);
    if (!value) return value.error().within(file);
    return std::optional(*value);
}

}  // namespace

Result<PcrValues> registers_of_device(const std::string& tpm) {
    PcrValues values;
    for (const HashAlg bank : {HashAlg::Sha1, HashAlg::Sha256, HashAlg::Sha384, HashAlg::Sha512}) {
        for (unsigned index = 0; index < kPcrCount; ++index) {
            const std::string file = tpm + "/pcr-" + std::string(to_string(bank)) + "/" + std::to_string(index);
            ANCHOR_ASSIGN_OR_RETURN(const auto value, register_in(file, bank));
            if (value) values.set(index, *value);
        }
    }
    if (values.empty()) return unavailable(tpm + ": no registers there; give them by --pcrs, as tpm2_pcrread prints them");
    return values;
}

}  // namespace anchor::cli
