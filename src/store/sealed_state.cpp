// SPDX-License-Identifier: Apache-2.0
#include <anchor/store/sealed_state.h>

#include <anchor/base/byte_reader.h>
#include <anchor/crypto/hash.h>

namespace anchor::store {
namespace {

const std::string kName = "state";
const std::string kKeptName = "state.refused";
constexpr std::string_view kMagic = "anchord-state-1\n";
constexpr std::size_t kHeadSize = kMagic.size() + 8 + digest_size(HashAlg::Sha256);

// magic ‖ number (8, big-endian) ‖ SHA-256 over number and document ‖ document
Bytes seal(std::uint64_t number, ByteView document) {
    Bytes head;
    for (int shift = 56; shift >= 0; shift -= 8) head.push_back(static_cast<std::uint8_t>(number >> static_cast<unsigned>(shift)));
    const Digest digest = crypto::hash(HashAlg::Sha256, {head, document});
    Bytes file = to_bytes(kMagic);
    append(file, head);
    append(file, digest.view());
    append(file, document);
    return file;
}

struct Opened {
    std::uint64_t number = 0;
    Bytes document;
};

// What the first save leaves before it makes the counter: nothing has been saved yet.
bool is_first(const Opened& opened) { return opened.number == 0 && opened.document.empty(); }

Result<Opened> unseal(ByteView file) {
    ByteReader reader(file);
    ANCHOR_ASSIGN_OR_RETURN(const ByteView magic, reader.take(kMagic.size(), "magic"));
    if (!equal(magic, as_bytes(kMagic))) return rejected("is not a state file");
    ANCHOR_ASSIGN_OR_RETURN(const ByteView head, reader.take(8, "number"));
    ANCHOR_ASSIGN_OR_RETURN(const ByteView digest, reader.take(digest_size(HashAlg::Sha256), "digest"));
    Opened opened;
    ANCHOR_ASSIGN_OR_RETURN(opened.number, ByteReader(head).u64_be("number"));
    opened.document = to_bytes(reader.rest());
    if (!equal(crypto::hash(HashAlg::Sha256, {head, opened.document}).view(), digest)) return rejected("is damaged: its digest is another");
    return opened;
}

}  // namespace

Result<std::optional<Bytes>> SealedState::load() {
    ANCHOR_ASSIGN_OR_RETURN(const auto file, disk_.read(kName, kMaxDocument + kHeadSize));
    if (!file) {
        ANCHOR_RETURN_IF_ERROR(judge_absence());
        return std::optional<Bytes>();
    }
    auto opened = unseal(*file);
    if (opened && is_first(*opened)) return std::optional<Bytes>();
    auto verdict = opened ? (number_ = opened->number, judge_number()) : Result<void>(corrupt(opened.error().what));
    if (!verdict && verdict.error().kind == ErrorKind::Corrupt) {
        // Kept for whoever has to find out what happened; the next save starts from nothing.
        number_ = 0;
        if (auto kept = disk_.rename(kName, kKeptName); !kept) return std::move(kept).error();
        return std::move(verdict).error().within("state file");
    }
    if (!verdict) return std::move(verdict).error();
    return std::optional(std::move(opened->document));
}

// A counter is made for a state, and the first save leaves a file before it makes one.
Result<void> SealedState::judge_absence() {
    if (counter_ == nullptr) return {};
    ANCHOR_ASSIGN_OR_RETURN(const auto count, counter_->read());
    if (!count) return {};
    return corrupt("state file: there is none although the TPM's counter says " + std::to_string(*count) +
                   ": it was removed, or refused at an earlier start");
}

// Compares the file's number with the counter's, and finishes a save that was cut between the two.
Result<void> SealedState::judge_number() {
    if (counter_ == nullptr) return {};
    ANCHOR_ASSIGN_OR_RETURN(const auto count, counter_->read());
    if (!count) return corrupt("the TPM's counter is gone although there is a state: the TPM was cleared, or someone removed it");
    if (number_ == *count + 1) {
        ANCHOR_RETURN_IF_ERROR(counter_->increment());
    } else if (number_ != *count) {
        return corrupt("is number " + std::to_string(number_) + " while the TPM's counter says " + std::to_string(*count) +
                       (number_ < *count ? ": an old state was brought back" : ": it was not written on this device"));
    }
    settled_ = true;
    return {};
}

// Before the first save, and after one whose counting failed: file and counter have to agree again.
Result<void> SealedState::settle() {
    if (settled_) return {};
    ANCHOR_ASSIGN_OR_RETURN(const auto count, counter_->read());
    if (!count) {
        if (number_ != 0) return corrupt("the TPM's counter is gone although there is a state");
        ANCHOR_RETURN_IF_ERROR(replace(disk_, kName, seal(0, {})));
        ANCHOR_ASSIGN_OR_RETURN(number_, counter_->create());
    } else if (number_ == *count + 1) {
        ANCHOR_RETURN_IF_ERROR(counter_->increment());
    } else {
        number_ = *count;
    }
    settled_ = true;
    return {};
}

Result<void> SealedState::save(ByteView document, SaveKind kind) {
    if (document.size() > kMaxDocument) return rejected("state of " + std::to_string(document.size()) + " octets");
    if (counter_ == nullptr) return replace(disk_, kName, seal(++number_, document));
    ANCHOR_RETURN_IF_ERROR(settle());
    if (kind == SaveKind::Plain) return replace(disk_, kName, seal(number_, document));
    ANCHOR_RETURN_IF_ERROR(replace(disk_, kName, seal(number_ + 1, document)));
    ++number_;
    settled_ = false;
    return settle();
}

}  // namespace anchor::store
