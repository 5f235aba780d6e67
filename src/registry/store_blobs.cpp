// SPDX-License-Identifier: Apache-2.0
// Logs of devices, piece by piece. What is sent is bounded per device and in all; the oldest goes first.
#include <anchor/crypto/hash.h>
#include <anchor/registry/store.h>

#include "database.h"

namespace anchor::registry {
namespace {

constexpr std::uint64_t kLargestBlob = 32UL << 20U;
constexpr std::uint64_t kBlobsOfDevice = 48UL << 20U;
constexpr std::uint64_t kAllBlobs = 1UL << 30U;
constexpr std::int64_t kBlobsPerDevice = 8;

// Feeds the pieces in their order, so that a large blob is hashed without being in memory.
template <class Sink>
Result<void> each_piece(Database& database, const DeviceId& device, const Digest& digest, Sink&& sink) {
    Query query =
        database.query("SELECT octets FROM blob_chunks WHERE device=? AND digest=? ORDER BY position", device.text(), digest.view());
    while (true) {
        ANCHOR_ASSIGN_OR_RETURN(const bool found, query.step());
        if (!found) return {};
        sink(query.octets(0));
    }
}

struct Progress {
    std::uint64_t size = 0;
    std::uint64_t have = 0;
};

Result<std::optional<Progress>> progress(Database& database, const DeviceId& device, const Digest& digest) {
    Query query = database.query("SELECT size, have FROM blobs WHERE device=? AND digest=?", device.text(), digest.view());
    ANCHOR_ASSIGN_OR_RETURN(const bool found, query.step());
    if (!found) return std::optional<Progress>();
    return std::optional(Progress{query.number(0), query.number(1)});
}

Result<void> drop(Database& database, const DeviceId& device, const Digest& digest) {
    return database.run("DELETE FROM blobs WHERE device=? AND digest=?", device.text(), digest.view());
}

}  // namespace

// Sizes count as promised, not as sent: otherwise many beginnings would together outgrow the bound.
Result<void> Store::make_room(const DeviceId& device, std::uint64_t size) {
    while (true) {
        ANCHOR_ASSIGN_OR_RETURN(const auto own, database_->number("SELECT sum(size) FROM blobs WHERE device=?", device.text()));
        ANCHOR_ASSIGN_OR_RETURN(const auto count, database_->number("SELECT count(*) FROM blobs WHERE device=?", device.text()));
        if (static_cast<std::uint64_t>(own.value_or(0)) + size <= kBlobsOfDevice && count.value_or(0) < kBlobsPerDevice) break;
        ANCHOR_RETURN_IF_ERROR(database_->run(
            "DELETE FROM blobs WHERE rowid=(SELECT rowid FROM blobs WHERE device=? ORDER BY touched, rowid LIMIT 1)", device.text()));
    }
    while (true) {
        ANCHOR_ASSIGN_OR_RETURN(const auto all, database_->number("SELECT sum(size) FROM blobs"));
        if (static_cast<std::uint64_t>(all.value_or(0)) + size <= kAllBlobs) return {};
        ANCHOR_RETURN_IF_ERROR(database_->run("DELETE FROM blobs WHERE rowid=(SELECT rowid FROM blobs ORDER BY touched, rowid LIMIT 1)"));
    }
}

Result<std::uint64_t> Store::put_blob(const DeviceId& device, const protocol::BlobChunk& chunk, WallTime now) {
    const Digest& digest = chunk.name.sha256;
    if (chunk.name.size == 0 || chunk.name.size > kLargestBlob) {
        return rejected("blob of " + std::to_string(chunk.name.size) + " octets: 1 to " + std::to_string(kLargestBlob) + " are taken");
    }
    ANCHOR_ASSIGN_OR_RETURN(auto known, progress(*database_, device, digest));
    if (known && known->size != chunk.name.size) return rejected("blob: another size than before");
    if (!known) {
        ANCHOR_RETURN_IF_ERROR(make_room(device, chunk.name.size));
        ANCHOR_RETURN_IF_ERROR(database_->run("INSERT INTO blobs (device, digest, size, have, touched) VALUES (?,?,?,0,?)", device.text(),
                                              digest.view(), chunk.name.size, now));
        known = Progress{chunk.name.size, 0};
    }
    if (chunk.offset != known->have || chunk.octets.empty()) return known->have;
    const std::uint64_t have = known->have + chunk.octets.size();
    if (have > known->size) return rejected("blob: the piece goes beyond its end");
    ANCHOR_RETURN_IF_ERROR(database_->run("INSERT INTO blob_chunks (device, digest, position, octets) VALUES (?,?,?,?)", device.text(),
                                          digest.view(), chunk.offset, chunk.octets));
    ANCHOR_RETURN_IF_ERROR(
        database_->run("UPDATE blobs SET have=?, touched=? WHERE device=? AND digest=?", have, now, device.text(), digest.view()));
    if (have < known->size) return have;

    crypto::Hasher hasher(HashAlg::Sha256);
    ANCHOR_RETURN_IF_ERROR(each_piece(*database_, device, digest, [&hasher](const Bytes& piece) { hasher.update(piece); }));
    if (hasher.finish() == digest) return have;
    ANCHOR_RETURN_IF_ERROR(drop(*database_, device, digest));
    return rejected("blob: its octets have another digest than it is named by");
}

Result<std::optional<Bytes>> Store::blob(const DeviceId& device, const protocol::BlobName& name) {
    ANCHOR_ASSIGN_OR_RETURN(const auto known, progress(*database_, device, name.sha256));
    if (!known || known->size != name.size || known->have != known->size) return std::optional<Bytes>();
    Bytes octets;
    octets.reserve(known->size);
    ANCHOR_RETURN_IF_ERROR(each_piece(*database_, device, name.sha256, [&octets](const Bytes& piece) { append(octets, piece); }));
    return std::optional(std::move(octets));
}

Result<bool> Store::read_blob(const DeviceId& device, const protocol::BlobName& name, const std::function<void(const Bytes&)>& sink) {
    ANCHOR_ASSIGN_OR_RETURN(const auto known, progress(*database_, device, name.sha256));
    if (!known || known->size != name.size || known->have != known->size) return false;
    ANCHOR_RETURN_IF_ERROR(each_piece(*database_, device, name.sha256, sink));
    return true;
}

Result<void> Store::drop_blob(const DeviceId& device, const protocol::BlobName& name) { return drop(*database_, device, name.sha256); }

Result<std::optional<std::string>> Store::ima_progress(const DeviceId& device) {
    Query query = database_->query("SELECT progress FROM ima_progress WHERE device=?", device.text());
    ANCHOR_ASSIGN_OR_RETURN(const bool found, query.step());
    if (!found) return std::optional<std::string>();
    return std::optional(query.text(0));
}

Result<void> Store::set_ima_progress(const DeviceId& device, const std::optional<std::string>& progress) {
    if (!progress) return database_->run("DELETE FROM ima_progress WHERE device=?", device.text());
    return database_->run(
        "INSERT INTO ima_progress (device, progress) VALUES (?,?) ON CONFLICT(device) DO UPDATE SET progress=excluded.progress",
        device.text(), *progress);
}

}  // namespace anchor::registry
