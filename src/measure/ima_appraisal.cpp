// SPDX-License-Identifier: Apache-2.0
#include <anchor/measure/ima_appraisal.h>

#include <anchor/crypto/hash.h>

namespace anchor::measure {
namespace {

// The label and octets of an aggregate, to tell a kexec'd kernel's own from another one's. What is longer than any
// digest of the kernel is kept by nobody.
std::string spelled(const ImaDigest& digest) {
    if (digest.algorithm.size() > 32 || digest.octets.size() > kMaxDigestSize) return {};
    return std::string(digest.algorithm) + ':' + std::string(as_text(digest.octets));
}

bool is_memory(ImaEntryKind kind) noexcept {
    return kind == ImaEntryKind::Key || kind == ImaEntryKind::KexecCommandLine || kind == ImaEntryKind::DeviceMapper ||
           kind == ImaEntryKind::Buffer;
}

}  // namespace

void ImaAppraiser::expect(const ImaEntry& entry) {
    if (reference_.table == nullptr || !entry.digest.alg) return;
    place_ = reference_.table->place_of(entry.path, *entry.digest.alg);
}

void ImaAppraiser::appraise(const ImaEntry& entry, bool true_to_digest) {
    judge(entry, true_to_digest);
    place_.reset();
}

void ImaAppraiser::judge(const ImaEntry& entry, bool true_to_digest) {
    ++findings_.entries;
    const ImaEntryKind kind = entry.kind();
    // What a violation says about itself is not part of any PCR: no rule may excuse it by its path.
    if (entry.violation()) return offend(ImaCause::Violation, entry);
    if (!true_to_digest) return offend(ImaCause::ForgedEntry, entry);
    count_kind(kind);
    if (kind == ImaEntryKind::Unreadable) return offend(ImaCause::Unreadable, entry);
    if (kind == ImaEntryKind::BootAggregate) return appraise_aggregate(entry);
    appraise_content(entry, kind);
}

void ImaAppraiser::count_kind(ImaEntryKind kind) noexcept {
    switch (kind) {
        case ImaEntryKind::File: ++findings_.files; break;
        case ImaEntryKind::Key: ++findings_.keys; break;
        case ImaEntryKind::KexecCommandLine: ++findings_.command_lines; break;
        case ImaEntryKind::DeviceMapper: ++findings_.device_mapper; break;
        case ImaEntryKind::Buffer: ++findings_.buffers; break;
        case ImaEntryKind::BootAggregate:
        case ImaEntryKind::Unreadable: break;
    }
}

// Only the first entry is the kernel's own word; after a kexec the same value comes again. A file of that name, which
// any program can make, has another digest.
void ImaAppraiser::appraise_aggregate(const ImaEntry& entry) {
    if (entry.number == 0) {
        aggregate_ = spelled(entry.digest);
        findings_.boot_aggregate =
            check_boot_aggregate(entry.digest, reference_.registers != nullptr ? *reference_.registers : PcrValues{});
        if (findings_.boot_aggregate.state == ImaBootAggregate::Differs) offend(ImaCause::WrongBootAggregate, entry);
        return;
    }
    if (!aggregate_.empty() && spelled(entry.digest) == aggregate_) {
        ++findings_.restarts;
        return;
    }
    ++findings_.files;
    appraise_content(entry, ImaEntryKind::File);
}

void ImaAppraiser::appraise_content(const ImaEntry& entry, ImaEntryKind kind) {
    const std::optional<Digest> digest = entry.digest.value();
    if (is_memory(kind) && digest && crypto::hash(digest->alg(), entry.field(ImaField::Buf)) != *digest) {
        return offend(ImaCause::WrongBuffer, entry);
    }
    // A digest of fs-verity is no digest of the content: the table does not speak of it.
    ImaTable::Found found;
    if (reference_.table != nullptr && digest && entry.digest.type != "verity") {
        found = place_ ? reference_.table->find(*place_, *digest) : reference_.table->find(entry.path, *digest);
    }
    const bool known = found.lookup == ImaLookup::Known;
    findings_.known += known ? 1U : 0U;

    if (settled_by_signature(entry)) return;
    if (known) return;
    if (reference_.table == nullptr) {
        ++findings_.unjudged;
        return;
    }
    if (reference_.table->excludes(entry.path)) {
        ++findings_.excluded;
        return;
    }
    if (is_memory(kind)) return offend(ImaCause::UnknownBuffer, entry, found.expected);
    offend(found.lookup == ImaLookup::Changed ? ImaCause::ChangedFile : ImaCause::UnknownFile, entry, found.expected);
}

// A good signature of a trusted key is enough, a wrong one is an attack or a damage, whatever the table says. One that
// nobody here can judge leaves the word to the table.
bool ImaAppraiser::settled_by_signature(const ImaEntry& entry) {
    const ByteView signature = entry.field(ImaField::Sig);
    if (signature.empty() || reference_.keys == nullptr) return false;
    const bool alone = reference_.table == nullptr;
    switch (reference_.keys->verify(signature, entry.digest)) {
        case ImaSignatureVerdict::Valid: ++findings_.signed_ok; return true;
        case ImaSignatureVerdict::UnknownKey:
            ++findings_.signed_by_unknown;
            if (alone) offend(ImaCause::UnknownKey, entry);
            return alone;
        case ImaSignatureVerdict::Unsupported:
            if (alone) offend(ImaCause::UnsupportedSignature, entry);
            return alone;
        case ImaSignatureVerdict::Wrong:
        case ImaSignatureVerdict::Malformed: break;
    }
    offend(ImaCause::WrongSignature, entry);
    return true;
}

}  // namespace anchor::measure
