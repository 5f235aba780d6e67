// SPDX-License-Identifier: Apache-2.0
#pragma once

// The registry's memory: devices, endorsement keys, enrolments under way, nonces, documents, blobs, answers and the audit log, in
// SQLite. Everything that one request changes is one transaction, and its reply leaves only after the commit, so a restart
// at any moment loses nothing. Several processes may have the same file open. Errors: Unavailable where the disk or
// another writer is in the way, Corrupt where the file is damaged.

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <anchor/base/secret_bytes.h>
#include <anchor/core/standing.h>
#include <anchor/crypto/crl.h>
#include <anchor/protocol/bodies.h>
#include <anchor/protocol/document.h>
#include <anchor/tpmwire/attestation.h>

namespace anchor::registry {

class Database;

struct DeviceRecord {
    DeviceId id;
    bool hardware_bound = true;
    Bytes ek_public;       ///< TPMT_PUBLIC; empty without a TPM
    Bytes key_digest;      ///< SHA-256 of the EK's SubjectPublicKeyInfo, or of the first LDevID's: one key, one device
    Bytes ek_certificate;  ///< DER; empty where there is none
    Bytes ak_public;       ///< TPMT_PUBLIC
    Bytes device_key;      ///< SubjectPublicKeyInfo of the LDevID
    std::vector<Bytes> certificates;
    Bytes next_key;                        ///< as device_key, of a rotation that is under way; empty otherwise
    std::vector<Bytes> next_certificates;  ///< issued for it, and never used yet as far as we know
    std::map<std::string, std::string> labels;
    Standing standing;
    std::string standing_document;   ///< as signed
    std::uint64_t acknowledged = 0;  ///< the newest standing that the device says it has
    std::uint64_t result_version = 0;
    std::string result;  ///< body of the newest attestation result, JSON; empty before the first
    std::optional<WallTime> appraised_at;
    std::optional<tpmwire::Earlier> earlier;  ///< what the AK said last
    WallTime enrolled_at{};
    bool online = false;  ///< its own word, through the broker: for people
};

struct EnrollmentSession {
    Bytes id;
    std::string device;
    std::string claim;
    std::string begin_body;
    Bytes begin_digest;
    Bytes reply_digest;  ///< empty before the reply was made
    SecretBytes secret;
    Bytes nonce;
    WallTime expires{};
};

struct StoredDocument {
    protocol::DocumentKind kind = protocol::DocumentKind::Policy;
    std::string name;
    std::uint64_t version = 0;
    std::string audience;
    std::string text;
    WallTime issued{};
};

struct PendingDevice {
    std::string device;
    std::string labels;
    WallTime asked_at{};
    bool approved = false;
};

struct EndorsementListEntry {
    Bytes digest;
    std::string note;
    std::string list;  ///< its name, for rules which EK may enrol where; may be empty
};

/// What devices are born with, by the name of its claim.
struct BatchRecord {
    std::string name;
    WallTime made_at{};
    std::optional<WallTime> ended_at;
    std::string reason;         ///< why it has ended
    std::uint64_t devices = 0;  ///< that enrolled with it last
};

/// A certificate that this registry has issued to a device.
struct CertificateRecord {
    Bytes issuer;        ///< SHA-256 over the issuing CA's SubjectPublicKeyInfo
    Bytes serial;        ///< big-endian
    std::string device;  ///< its name
    Bytes key_digest;    ///< SHA-256 over its SubjectPublicKeyInfo
    WallTime not_before{};
    WallTime not_after{};
    std::optional<crypto::RevocationEntry> revoked;
};

/// What the owner says about a device, and the number of that change; it grows with each, of all devices.
struct SignedStanding {
    std::uint64_t change = 0;
    DeviceId device;
    std::string document;
};

enum class ListKind : std::uint8_t {
    Full,    ///< what devices begin with
    Delta,   ///< what has changed since the newest full list
    Broker,  ///< the whole as the broker reads it: it takes no deltas
};

struct RevocationListRecord {
    Bytes issuer;  ///< as above
    ListKind kind = ListKind::Full;
    std::uint64_t number = 0;
    std::uint64_t base = 0;    ///< of a delta
    std::uint64_t change = 0;  ///< up to which change of the certificates it tells
    WallTime this_update{};
    WallTime next_update{};
    protocol::BlobName name;
};

/// What applications of a device said, in its own words.
struct TelemetryEntry {
    WallTime came{};
    std::string body;  ///< protocol::telemetry_from() reads it
};

struct AuditEntry {
    std::uint64_t number = 0;
    WallTime at{};
    std::string act;
    std::string device;
    std::string what;
};

/// Of the audit log only what fits all that is said.
struct AuditFilter {
    std::string device;
    std::string act;
    std::optional<WallTime> since;
    std::optional<WallTime> until;
};

class Store {
public:
    /// ":memory:" for a test. Denied: made by a newer program, or not ours to open.
    [[nodiscard]] static Result<std::unique_ptr<Store>> open(const std::string& path);
    ~Store();

    /// All that happens inside is kept or nothing is; the function's own refusals are kept too, only a failing store takes
    /// everything back. One at a time.
    template <class Work>
    [[nodiscard]] auto atomically(Work&& work) -> decltype(work()) {
        ANCHOR_RETURN_IF_ERROR(begin());
        auto done = work();
        ANCHOR_RETURN_IF_ERROR(commit());
        return done;
    }
    /// A number that changes when another process has committed something.
    [[nodiscard]] Result<std::int64_t> foreign_changes();

    // Devices.
    [[nodiscard]] Result<std::optional<DeviceRecord>> device(const DeviceId& id);
    [[nodiscard]] Result<std::vector<DeviceRecord>> devices();
    /// Which device has that key: see DeviceRecord::key_digest.
    [[nodiscard]] Result<std::optional<DeviceId>> device_of_key(ByteView key_digest);
    /// Which device without a TPM has that LDevID (SubjectPublicKeyInfo), or is about to have it.
    [[nodiscard]] Result<std::optional<DeviceRecord>> software_device_with(ByteView device_key);
    [[nodiscard]] Result<void> save(const DeviceRecord& device);
    [[nodiscard]] Result<void> set_online(const DeviceId& id, bool online);
    /// The standings that were given after that change, as signed, the oldest first.
    [[nodiscard]] Result<std::vector<SignedStanding>> standings_after(std::uint64_t change, std::size_t limit);

    /// With which claim a device has enrolled last: its batch.
    [[nodiscard]] Result<void> set_claim(const DeviceId& id, std::string_view claim);
    [[nodiscard]] Result<std::vector<DeviceId>> devices_of_claim(std::string_view claim);

    [[nodiscard]] Result<void> add_batch(std::string_view name, WallTime now);
    /// The oldest first.
    [[nodiscard]] Result<std::vector<BatchRecord>> batches();
    [[nodiscard]] Result<void> end_batch(std::string_view name, std::string_view reason, WallTime now);
    [[nodiscard]] Result<bool> has_ended(std::string_view batch);

    // Who may enrol.
    /// Whoever is listed already goes to that list.
    [[nodiscard]] Result<void> list_endorsement(ByteView digest, std::string_view note, WallTime now, std::string_view list = {});
    /// The name of the list, nothing where it is on none.
    [[nodiscard]] Result<std::optional<std::string>> list_of(ByteView digest);
    [[nodiscard]] Result<std::vector<EndorsementListEntry>> endorsement_list();
    [[nodiscard]] Result<void> add_root(ByteView fingerprint, std::string_view subject, ByteView der, WallTime now);
    [[nodiscard]] Result<std::vector<Bytes>> roots();
    /// Remembers who waits. Rejected: too many do.
    [[nodiscard]] Result<void> ask_approval(const DeviceId& id, std::string_view labels, WallTime now);
    [[nodiscard]] Result<bool> is_approved(const DeviceId& id);
    /// Whether there was anyone of that name.
    [[nodiscard]] Result<bool> approve(const DeviceId& id);
    [[nodiscard]] Result<std::vector<PendingDevice>> pending();

    // Enrolments under way: at most four for a device and a thousand in all; the oldest go first.
    [[nodiscard]] Result<void> open_session(const EnrollmentSession& session, WallTime now);
    [[nodiscard]] Result<void> set_session_reply(ByteView session, const Digest& reply);
    /// The session, which is gone with this: an attempt has one try.
    [[nodiscard]] Result<std::optional<EnrollmentSession>> take_session(ByteView session);

    // Nonces: at most sixteen open ones a device.
    [[nodiscard]] Result<void> open_nonce(const DeviceId& device, ByteView nonce, WallTime expires, WallTime now);
    /// Uses it up. Rejected: unknown, used before, of another device. Stale: expired.
    [[nodiscard]] Result<void> take_nonce(const DeviceId& device, ByteView nonce, WallTime now);

    // Documents. Only the newest of the kinds that the online key signs are kept, all of the others.
    [[nodiscard]] Result<void> save(const StoredDocument& document);
    /// Version 0 is the newest.
    [[nodiscard]] Result<std::optional<StoredDocument>> document(protocol::DocumentKind kind, std::string_view name, std::uint64_t version);
    /// The newest of every kind and name.
    [[nodiscard]] Result<std::vector<StoredDocument>> newest_documents();

    // Blobs: logs of devices, in pieces.
    /// Up to where the blob is there now; a piece that begins elsewhere changes nothing. Complete blobs have the digest they
    /// are named by. Rejected: too large, or not the blob that it says it is: then it begins anew.
    [[nodiscard]] Result<std::uint64_t> put_blob(const DeviceId& device, const protocol::BlobChunk& chunk, WallTime now);
    /// Nothing where it is not there as a whole.
    [[nodiscard]] Result<std::optional<Bytes>> blob(const DeviceId& device, const protocol::BlobName& name);

    /// The same piece by piece, in order and without having it in memory. False where it is not there as a whole: nothing was read then.
    [[nodiscard]] Result<bool> read_blob(const DeviceId& device, const protocol::BlobName& name,
                                         const std::function<void(const Bytes&)>& sink);
    [[nodiscard]] Result<void> drop_blob(const DeviceId& device, const protocol::BlobName& name);

    // How far the IMA list of a device is proven, as text; one for each device.
    [[nodiscard]] Result<std::optional<std::string>> ima_progress(const DeviceId& device);
    /// Nothing: it has to be proven from its beginning.
    [[nodiscard]] Result<void> set_ima_progress(const DeviceId& device, const std::optional<std::string>& progress);

    /// What applications of a device said: its newest 200 words. What is there already is not kept twice: a device that has not heard the
    /// answer says it in another request.
    [[nodiscard]] Result<void> keep_telemetry(const DeviceId& device, std::string_view body, WallTime now);
    /// The newest so many, in the order in which they came.
    [[nodiscard]] Result<std::vector<TelemetryEntry>> telemetry(const DeviceId& device, std::size_t newest);

    // Certificates of devices, and the lists of those that count no longer.
    /// Where it is revoked already, the next lists say so.
    [[nodiscard]] Result<void> record(const CertificateRecord& certificate);
    /// All that the device ever had, the newest first.
    [[nodiscard]] Result<std::vector<CertificateRecord>> certificates(const DeviceId& device);
    /// The document that ended a device's revocation, as signed.
    [[nodiscard]] Result<void> save_reinstatement(const DeviceId& device, std::uint64_t number, std::string_view text);
    /// The newest; empty where there is none.
    [[nodiscard]] Result<std::string> reinstatement(const DeviceId& device);
    /// Whether a certificate was ever issued for this key.
    [[nodiscard]] Result<bool> has_certificate_for(ByteView key_digest);
    /// Whether a certificate for this key was revoked for good.
    [[nodiscard]] Result<bool> is_revoked_key(ByteView key_digest);
    /// Devices whose certificates were revoked or put on hold after that time, and when.
    [[nodiscard]] Result<std::map<std::string, WallTime>> revoked_after(ByteView issuer, WallTime time);
    /// Devices that are suspended or revoked and say that they are connected.
    [[nodiscard]] Result<std::vector<std::string>> online_but_put_aside();
    /// Revokes it, or takes it off the lists. Whether that may be is the caller's business.
    [[nodiscard]] Result<void> set_revocation(const CertificateRecord& certificate, const std::optional<crypto::RevocationEntry>& entry);
    /// The number of the last change; it grows with each.
    [[nodiscard]] Result<std::uint64_t> newest_change(ByteView issuer);
    /// All that is revoked and has not expired before that time.
    [[nodiscard]] Result<std::vector<crypto::RevokedCertificate>> revoked(ByteView issuer, WallTime expired_before);
    /// What has changed after that change, as a delta list says it.
    [[nodiscard]] Result<std::vector<crypto::RevokedCertificate>> revoked_since(ByteView issuer, std::uint64_t change, WallTime now);
    /// The three newest of a kind are kept.
    [[nodiscard]] Result<void> save(const RevocationListRecord& list, ByteView octets);
    [[nodiscard]] Result<std::optional<RevocationListRecord>> newest_list(ByteView issuer, ListKind kind);
    /// A piece of a list; nothing where there is no such list (any longer).
    [[nodiscard]] Result<std::optional<Bytes>> list_piece(const protocol::BlobName& name, std::uint64_t offset, std::size_t size);

    // Answers that were given, so that asking twice is asking once: the last 32 of each device.
    [[nodiscard]] Result<std::optional<std::string>> answer(const Digest& request);
    [[nodiscard]] Result<void> remember_answer(const Digest& request, std::string_view device, std::string_view reply, WallTime now);

    // Ids of requests that would do something each time, for as long as the device has the key that signed them.
    [[nodiscard]] Result<bool> is_carried_out(const DeviceId& device, ByteView request);
    [[nodiscard]] Result<void> remember_carried_out(const DeviceId& device, ByteView request);

    /// The next of a row of numbers: 1, 2, ….
    [[nodiscard]] Result<std::uint64_t> next_number(std::string_view counter);
    /// The next of a row that devices compare: see numbers.h.
    [[nodiscard]] Result<std::uint64_t> next_number(std::string_view counter, WallTime now);
    /// How often standings have changed, in rows by the first letter of the devices: "standing/<letter>". The database counts by itself,
    /// whoever changes them, and not below the seconds since 1970.
    [[nodiscard]] Result<std::map<std::string, std::uint64_t>> standing_changes();

    // The audit log only grows: the database refuses to change or to remove what stands there.
    [[nodiscard]] Result<void> audit(std::string_view act, std::string_view device, std::string_view what, WallTime now);
    /// The newest first.
    [[nodiscard]] Result<std::vector<AuditEntry>> audit_log(std::string_view device, std::size_t limit);
    /// In the order in which it happened, after that number.
    [[nodiscard]] Result<std::vector<AuditEntry>> audit_page(const AuditFilter& filter, std::uint64_t after, std::size_t limit);
    /// After which number the newest so many begin.
    [[nodiscard]] Result<std::uint64_t> audit_before_newest(const AuditFilter& filter, std::uint64_t count);

private:
    explicit Store(std::unique_ptr<Database> database);
    [[nodiscard]] Result<void> begin();
    [[nodiscard]] Result<void> commit();
    [[nodiscard]] Result<void> make_room(const DeviceId& device, std::uint64_t size);

    std::unique_ptr<Database> database_;
};

}  // namespace anchor::registry
