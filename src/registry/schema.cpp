// SPDX-License-Identifier: Apache-2.0
#include <array>

#include "database.h"

namespace anchor::registry {
namespace {

// A step that was once released is never edited: the next one goes below it. Times are milliseconds since 1970.
constexpr std::array<const char*, 11> kSteps = {
    R"sql(
CREATE TABLE devices (
    id TEXT PRIMARY KEY,
    hardware_bound INTEGER NOT NULL,
    ek_public BLOB NOT NULL,
    key_digest BLOB NOT NULL UNIQUE,
    ek_certificate BLOB NOT NULL,
    ak_public BLOB NOT NULL,
    device_key BLOB NOT NULL,
    certificates TEXT NOT NULL,
    labels TEXT NOT NULL,
    group_name TEXT NOT NULL,
    standing_number INTEGER NOT NULL,
    standing TEXT NOT NULL,
    standing_document TEXT NOT NULL,
    acknowledged INTEGER NOT NULL DEFAULT 0,
    result_version INTEGER NOT NULL DEFAULT 0,
    result TEXT NOT NULL DEFAULT '',
    appraised_at INTEGER,
    qualified_signer BLOB,
    clock INTEGER,
    reset_count INTEGER,
    restart_count INTEGER,
    clock_safe INTEGER,
    firmware_version INTEGER,
    enrolled_at INTEGER NOT NULL,
    online INTEGER NOT NULL DEFAULT 0);
CREATE TABLE approvals (device TEXT PRIMARY KEY, labels TEXT NOT NULL, asked_at INTEGER NOT NULL, approved INTEGER NOT NULL);
CREATE TABLE ek_list (digest BLOB PRIMARY KEY, note TEXT NOT NULL, added_at INTEGER NOT NULL);
CREATE TABLE ek_roots (fingerprint BLOB PRIMARY KEY, subject TEXT NOT NULL, certificate BLOB NOT NULL, added_at INTEGER NOT NULL);
CREATE TABLE sessions (
    id BLOB PRIMARY KEY,
    device TEXT NOT NULL,
    claim TEXT NOT NULL,
    begin_body TEXT NOT NULL,
    begin_digest BLOB NOT NULL,
    reply_digest BLOB,
    secret BLOB NOT NULL,
    nonce BLOB NOT NULL,
    expires INTEGER NOT NULL);
CREATE INDEX sessions_by_device ON sessions(device, expires);
CREATE TABLE nonces (
    nonce BLOB PRIMARY KEY,
    device TEXT NOT NULL REFERENCES devices(id),
    expires INTEGER NOT NULL,
    used INTEGER NOT NULL DEFAULT 0);
CREATE INDEX nonces_by_device ON nonces(device, expires);
CREATE TABLE documents (
    kind TEXT NOT NULL,
    name TEXT NOT NULL,
    version INTEGER NOT NULL,
    audience TEXT NOT NULL,
    text TEXT NOT NULL,
    issued INTEGER NOT NULL,
    PRIMARY KEY (kind, name, version));
CREATE TABLE blobs (
    device TEXT NOT NULL REFERENCES devices(id),
    digest BLOB NOT NULL,
    size INTEGER NOT NULL,
    have INTEGER NOT NULL,
    touched INTEGER NOT NULL,
    PRIMARY KEY (device, digest));
CREATE TABLE blob_chunks (
    device TEXT NOT NULL,
    digest BLOB NOT NULL,
    position INTEGER NOT NULL,
    octets BLOB NOT NULL,
    PRIMARY KEY (device, digest, position),
    FOREIGN KEY (device, digest) REFERENCES blobs(device, digest) ON DELETE CASCADE);
CREATE TABLE answers (request BLOB PRIMARY KEY, device TEXT NOT NULL, at INTEGER NOT NULL, reply TEXT NOT NULL);
CREATE INDEX answers_by_device ON answers(device, at);
CREATE TABLE counters (name TEXT PRIMARY KEY, value INTEGER NOT NULL);
CREATE TABLE audit (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    at INTEGER NOT NULL,
    act TEXT NOT NULL,
    device TEXT NOT NULL,
    what TEXT NOT NULL);
CREATE TRIGGER audit_stays BEFORE DELETE ON audit BEGIN SELECT RAISE(ABORT, 'the audit log only grows'); END;
CREATE TRIGGER audit_is_final BEFORE UPDATE ON audit BEGIN SELECT RAISE(ABORT, 'the audit log only grows'); END;
)sql",
    R"sql(
CREATE TABLE ima_progress (device TEXT PRIMARY KEY, progress TEXT NOT NULL);
)sql",
    R"sql(
CREATE TABLE certificates (
    issuer BLOB NOT NULL,
    serial BLOB NOT NULL,
    device TEXT NOT NULL,
    key_digest BLOB NOT NULL,
    not_before INTEGER NOT NULL,
    not_after INTEGER NOT NULL,
    revoked_at INTEGER,
    reason INTEGER,
    changed INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (issuer, serial)) WITHOUT ROWID;
CREATE INDEX certificates_by_device ON certificates(device, not_after);
CREATE INDEX certificates_by_key ON certificates(key_digest);
CREATE INDEX certificates_by_change ON certificates(issuer, changed);
CREATE INDEX certificates_revoked ON certificates(issuer, revoked_at) WHERE revoked_at IS NOT NULL;
CREATE INDEX devices_put_aside ON devices(id) WHERE online=1 AND json_extract(standing,'$.status')<>'active';
CREATE TABLE device_claims (device TEXT PRIMARY KEY, claim TEXT NOT NULL);
CREATE INDEX device_claims_by_claim ON device_claims(claim);
INSERT OR REPLACE INTO device_claims (device, claim)
    SELECT device, substr(what, instr(what, ' with claim ') + 12) FROM audit
    WHERE act='enrolled' AND instr(what, ' with claim ')>0 ORDER BY number;
CREATE TABLE reinstatements (device TEXT NOT NULL, number INTEGER NOT NULL, text TEXT NOT NULL, PRIMARY KEY (device, number));
CREATE TABLE revocation_lists (
    issuer BLOB NOT NULL,
    kind TEXT NOT NULL,
    number INTEGER NOT NULL,
    base INTEGER NOT NULL,
    change INTEGER NOT NULL,
    this_update INTEGER NOT NULL,
    next_update INTEGER NOT NULL,
    digest BLOB NOT NULL,
    size INTEGER NOT NULL,
    octets BLOB NOT NULL,
    PRIMARY KEY (issuer, kind, number));
CREATE INDEX revocation_lists_by_digest ON revocation_lists(digest);
)sql",
    // Which standings are new, whoever gave them, so that nobody has to read all of them to know.
    R"sql(
CREATE TABLE standing_changes (device TEXT PRIMARY KEY, change INTEGER NOT NULL UNIQUE) WITHOUT ROWID;
INSERT INTO standing_changes (device, change) SELECT id, row_number() OVER (ORDER BY id) FROM devices;
CREATE TRIGGER standing_is_first AFTER INSERT ON devices BEGIN
    INSERT INTO standing_changes (device, change) SELECT new.id, coalesce(max(change), 0) + 1 FROM standing_changes WHERE true
        ON CONFLICT (device) DO UPDATE SET change=excluded.change;
END;
CREATE TRIGGER standing_is_new AFTER UPDATE OF standing_document ON devices WHEN new.standing_document <> old.standing_document BEGIN
    INSERT INTO standing_changes (device, change) SELECT new.id, coalesce(max(change), 0) + 1 FROM standing_changes WHERE true
        ON CONFLICT (device) DO UPDATE SET change=excluded.change;
END;
)sql",
    // A rotation under way: the next key and its certificates beside those in use.
    R"sql(
ALTER TABLE devices ADD COLUMN next_key BLOB NOT NULL DEFAULT x'';
ALTER TABLE devices ADD COLUMN next_certificates TEXT NOT NULL DEFAULT '[]';
CREATE INDEX devices_by_software_key ON devices(device_key) WHERE hardware_bound=0;
CREATE INDEX devices_by_next_software_key ON devices(next_key) WHERE hardware_bound=0;
)sql",
    // A row that takes the place of another fires no trigger of deletion.
    R"sql(
CREATE TRIGGER audit_has_no_other_past BEFORE INSERT ON audit WHEN EXISTS (SELECT 1 FROM audit WHERE number=new.number)
    BEGIN SELECT RAISE(ABORT, 'the audit log only grows'); END;
)sql",
    // How often standings have changed, in rows by the first letter of the devices: freshness documents carry these numbers, so that a
    // device sees that its own may be another. Not below the seconds since 1970, so that a restored backup counts on.
    R"sql(
CREATE TRIGGER standings_change AFTER UPDATE OF standing_number ON devices WHEN new.standing_number > old.standing_number BEGIN
    INSERT INTO counters (name, value) VALUES ('standing/' || substr(new.id, 1, 1), CAST(strftime('%s', 'now') AS INTEGER))
        ON CONFLICT (name) DO UPDATE SET value = max(value + 1, excluded.value);
END;
)sql",
    // Requests that count once, by their ids. What an earlier key has signed is refused for its signature.
    R"sql(
CREATE TABLE carried_out (device TEXT NOT NULL, request BLOB NOT NULL, PRIMARY KEY (device, request)) WITHOUT ROWID;
CREATE TRIGGER carried_out_by_another_key AFTER UPDATE OF device_key ON devices WHEN new.device_key <> old.device_key BEGIN
    DELETE FROM carried_out WHERE device=new.id;
END;
)sql",
    // Batches, those included that have enrolled somebody already.
    R"sql(
CREATE TABLE batches (name TEXT PRIMARY KEY, made_at INTEGER NOT NULL, ended_at INTEGER, reason TEXT NOT NULL DEFAULT '');
INSERT INTO batches (name, made_at)
    SELECT c.claim, min(d.enrolled_at) FROM device_claims c JOIN devices d ON d.id=c.device GROUP BY c.claim;
)sql",
    // Which list an endorsement key stands on, for rules which may enrol where.
    R"sql(
ALTER TABLE ek_list ADD COLUMN list TEXT NOT NULL DEFAULT '';
)sql",
    // What applications of devices said, in the words of the device.
    R"sql(
CREATE TABLE telemetry (
    number INTEGER PRIMARY KEY,
    device TEXT NOT NULL REFERENCES devices(id) ON DELETE CASCADE,
    came INTEGER NOT NULL,
    body TEXT NOT NULL);
CREATE INDEX telemetry_by_device ON telemetry(device, number);
)sql",
};

}  // namespace

std::size_t newest_schema() noexcept { return kSteps.size(); }

Result<void> migrate(Database& database, std::size_t schema) {
    ANCHOR_ASSIGN_OR_RETURN(const auto found, database.number("PRAGMA user_version"));
    auto version = static_cast<std::size_t>(found.value_or(0));
    if (version > kSteps.size()) return denied("the registry's database was made by a newer version of this program");
    while (version < schema) {
        ANCHOR_RETURN_IF_ERROR(database.begin());
        // Another process may have taken this step while we waited for the lock.
        ANCHOR_ASSIGN_OR_RETURN(const auto now, database.number("PRAGMA user_version"));
        if (static_cast<std::size_t>(now.value_or(0)) == version) {
            ANCHOR_RETURN_IF_ERROR(database.script(kSteps.at(version)));
            ANCHOR_RETURN_IF_ERROR(database.script("PRAGMA user_version=" + std::to_string(version + 1)));
        }
        ANCHOR_RETURN_IF_ERROR(database.commit());
        ++version;
    }
    return {};
}

}  // namespace anchor::registry
