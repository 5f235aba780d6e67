// SPDX-License-Identifier: Apache-2.0
#pragma once

// Story: the inside of the agent. Its chapters are one file each: story.cpp (waking, looking, judging, consequences), story_keys.cpp
// (keys and connection), story_enroll.cpp, story_rotate.cpp, story_departure.cpp, story_time.cpp, story_attest.cpp, story_documents.cpp,
// story_anchors.cpp, story_blobs.cpp, story_fresh.cpp, story_revocations.cpp, story_lists.cpp, story_outbox.cpp, story_status.cpp. One
// object owns all of the state, because every chapter turns on it; they only call each other through the functions below.

#include <memory>

#include <anchor/agent/agent.h>
#include <anchor/agent/device_state.h>
#include <anchor/identity/enrollment.h>
#include <anchor/identity/rotation.h>
#include <anchor/policy/evaluator.h>
#include <anchor/protocol/bodies.h>
#include <anchor/protocol/revocations.h>
#include <anchor/trust/revocation_set.h>
#include <anchor/trust/step.h>

#include "appraiser.h"
#include "conversation.h"

namespace anchor::agent {

/// All that a device has in hand for one owner, besides what it remembers. It ends with him, in one assignment: a member that stands
/// here cannot be forgotten then.
struct Tenure {
    // Judging.
    std::optional<tpmwire::Earlier> earlier_;
    Claims claims_;
    Decision decision_;
    bool looking_ = false;
    SteadyTime looking_since_{};
    int preparing_ = 0;         // jobs that make what is judged by: until they are done nothing is looked at
    bool look_again_ = false;   // somebody asked for a look while one was under way: it may have been too early
    std::string last_failure_;  // the same failure is told once

    // Keys: shared with jobs on the worker.
    std::shared_ptr<Keyring> keyring_;
    std::shared_ptr<DeviceKey> device_key_;
    bool opening_ = false;

    // The IMA list, and what is judged by.
    ImaMemory ima_memory_;
    measure::ImaReferenceValues ima_values_;
    bool ima_table_missing_ = false;
    SteadyTime ima_save_at_{};
    bool trying_ = false;  // whether what waits is here
    SteadyTime try_at_{};
    std::string tried_;        // by key: everyone in turn
    std::string waiting_why_;  // the same failure is told once
    bool fetching_ = false;
    SteadyTime fetch_at_{};

    // The connection.
    bool connected_ = false;
    std::optional<WallTime> connected_since_;
    std::string connection_error_;

    // Enrolment.
    std::shared_ptr<identity::Enrollment> enrollment_;
    std::optional<protocol::AnchorSet> first_anchors_;
    std::shared_ptr<DeviceKey> claim_key_;
    SteadyTime enroll_at_{};
    bool refused_as_revoked_ = false;  // by the broker, since the last connection
    int claim_failures_ = 0;           // of this attempt
    bool renewing_ = false;            // there is an identity, and it does not open the door any more
    int refusals_ = 0;                 // by the broker, of our certificate, in a row

    // The lists of those that the owner has revoked.
    trust::RevocationSet revocations_;
    std::map<const std::uint8_t*, BlobName> list_names_;  // by where its octets lie: to hash a large list takes long
    std::optional<protocol::RevocationManifest> manifest_;
    std::vector<protocol::RevocationLists> refused_lists_;  // until another manifest comes
    bool lists_loaded_ = false;

    std::string owners_reason_;  // what the standing in force says to people

    // Rotation.
    std::optional<identity::RotationOrder> order_;
    bool on_next_ = false;      // the next slot is the one in use, on trial
    bool next_proven_ = false;  // and the registry has answered it
    bool rotating_ = false;     // the next certificate is being asked for
    bool rotate_now_ = false;   // somebody wants it at once
    bool current_refused_ = false;
    bool next_refused_ = false;
    int next_failures_ = 0;
    SteadyTime trial_ends_{};
    SteadyTime rotate_again_{};
    Milliseconds rotation_patience_{};
    std::string rotation_error_;
    std::vector<std::function<void(Result<std::string>)>> waiting_for_rotation_;

    // Departure.
    bool parting_ = false;  // the last message is on its way
    std::optional<SteadyTime> leave_at_;

    // Attestation.
    bool attesting_ = false;
    std::vector<std::function<void(Result<Level>)>> waiting_for_attestation_;
    std::vector<std::function<void(Result<Level>)>> being_attested_;  // those who asked before the one under way began
    bool attest_soon_ = false;
    SteadyTime attest_at_{};
    std::optional<WallTime> last_attested_;
    std::string attestation_outcome_;

    // The outbox.
    bool sending_ = false;
    SteadyTime telemetry_at_{};

    // The walk over trust-anchor sets.
    bool catching_up_ = false;
    SteadyTime catch_up_at_{};

    // Freshness: how old it was when it came, and when that was.
    std::optional<std::pair<Milliseconds, SteadyTime>> fresh_;
    // The newest word, while something that it names is missing.
    struct WaitingFresh {
        protocol::Freshness says;
        Milliseconds age{0};
        SteadyTime heard{};
    };
    std::optional<WaitingFresh> waiting_fresh_;
    std::uint64_t standings_seen_ = 0;  // up to which change of standings this device has asked for its own
    SteadyTime ask_missing_at_{};
    std::map<std::string, SteadyTime> give_back_at_;  // not before
    std::optional<SteadyTime> result_at_;
};

class Agent::Story : private Tenure {
public:
    Story(AgentParts parts, AgentSettings settings);

    // story.cpp
    void start();
    void stop();
    void tick();
    [[nodiscard]] const TrustState& trust() const noexcept { return state_.trust; }
    [[nodiscard]] bool allows(std::string_view name) const { return evaluator_.policies().opens(name, state_.trust.level); }

    // story_attest.cpp
    void attest(std::function<void(Result<Level>)> done);
    void quote(Bytes nonce, std::function<void(Result<QuoteForPeople>)> done);

    // story_rotate.cpp
    void rotate(std::function<void(Result<std::string>)> done);

    // story_departure.cpp
    [[nodiscard]] Result<void> reset();

    // story_documents.cpp
    [[nodiscard]] Result<void> import(std::string_view text);
    void use_local_policies(std::vector<std::string> texts);

    // story_revocations.cpp
    [[nodiscard]] Result<Json> verify_peer(std::string_view pem, bool demand_current) const;

    // story_status.cpp
    [[nodiscard]] Json status() const;
    [[nodiscard]] Json decision(Level wanted) const;

private:
    /// Longer than one command of a TPM that is not lost may take.
    static constexpr Milliseconds kLookPatience{150'000};
    static constexpr std::size_t kMostWaiting = 8;  // for the end of a rotation, and for that of an attestation

    // story.cpp
    [[nodiscard]] bool load();
    [[nodiscard]] Result<void> save(SaveKind kind);
    void remember_ima();
    void judge(Observation seen);
    void judge_silence();
    void add_own_claims(SteadyTime now);
    void apply(const trust::Event& event);
    void enforce();
    void enforce_blindly();
    void enforce_what_closes();
    void tell_enforcer(Enforcement wish);
    void note(Severity severity, const std::string& text);
    void audit(std::string what, std::vector<std::pair<std::string, std::string>> details);
    [[nodiscard]] trust::Recipient recipient() const;
    /// As offload(), and as asking: but what comes back for an owner whose time is over is not heard.
    template <class Job, class Done>
    void on_worker(Job job, Done done) {
        offload(parts_.worker, std::move(job), [this, owner = owner_, done = std::move(done)](auto result) mutable {
            if (owner == owner_) done(std::move(result));
        });
    }
    void ask(std::string_view verb, Json body, OnAnswer on_answer, Proof proof = Proof::OfReply,
             std::optional<Milliseconds> deadline = std::nullopt);

    // story_time.cpp
    /// The later of clock and floor: what certificates and documents are judged at.
    [[nodiscard]] WallTime now() const;
    void prove_time(WallTime proven);
    void witness_time(const tpmwire::ClockInfo& clock, SteadyTime seen);
    void pass_time_floor(SteadyTime steady);
    void save_time_floor();

    // story_keys.cpp
    void open_keys();
    void forget_identity(const Error& why);
    void connect();
    void connected();
    void disconnected(const Error& why);
    void received(const Message& message);
    [[nodiscard]] LinkTime link_time() const;
    /// Whether whom we are connected to is the registry, and not its door for enrolment.
    [[nodiscard]] bool with_registry() const { return connected_ && state_.identity && !enrollment_; }

    // story_enroll.cpp
    void enroll();
    void connect_with_claim();
    void ask_to_enroll();
    void prove(const Answer& answer);
    void finish_enrollment(const Answer& answer);
    void give_up_enrollment(const Error& why);
    void begin_enrollment();
    [[nodiscard]] Result<trust::VerifiedDocument> accept_or_keep(const trust::Gate& gate, std::string_view text,
                                                                 protocol::DocumentKind kind, const trust::Recipient& recipient) const;
    void keep_what_outlives_a_renewal(DeviceState& next, const trust::Gate& gate) const;
    /// Enrols again, as the device that it is, as soon as that may be tried.
    void renew(const std::string& why);

    // story_rotate.cpp
    [[nodiscard]] const identity::Slot& in_use() const;
    [[nodiscard]] std::optional<WallTime> rotation_time() const;
    [[nodiscard]] bool rotation_due() const;
    void read_standing(const trust::VerifiedDocument& standing);
    void rotate_when_due();
    void begin_rotation();
    void keep_next(identity::Slot next, std::optional<WallTime> ordered);
    void switch_slot(bool to_next);
    void slot_failed(const Error& why);
    void slot_answered();
    void slot_refused(const Error& why);
    void settle();
    void drop_next(const std::string& why);
    void rotation_failed(const Error& why);
    void rotation_over(const Result<std::string>& how);

    // story_departure.cpp
    [[nodiscard]] Result<void> take_departure(const trust::VerifiedDocument& verified);
    void depart_when_said();
    void say_farewell();
    void give_order_back();
    void leave();
    void begin_anew(DeviceState next, const std::string& why);

    // story_lists.cpp
    [[nodiscard]] static bool is_list(std::string_view text);
    void load_lists();
    struct NamedList {
        BlobName name;
        crypto::Crl list;
    };
    void lists_read(const std::vector<NamedList>& lists);
    [[nodiscard]] std::vector<SharedOctets> list_octets() const;
    [[nodiscard]] Result<void> take_manifest(const trust::VerifiedDocument& verified);
    [[nodiscard]] std::vector<BlobName> wanted_lists() const;
    [[nodiscard]] bool is_missing(const protocol::RevocationLists& issuer) const;
    [[nodiscard]] bool lacks_lists() const;
    void fetch_lists();
    bool drop_unnamed_lists();
    void fetch_lists_of(const protocol::RevocationLists& issuer, bool with_delta);
    void open_lists(const protocol::RevocationLists& issuer);
    void lists_failed(const protocol::RevocationLists& issuer, const Error& why);
    [[nodiscard]] Result<void> hold(const std::vector<NamedList>& lists, trust::Voucher voucher);
    [[nodiscard]] Result<void> take_lists(const std::vector<NamedList>& lists, trust::Voucher voucher);
    [[nodiscard]] Result<void> import_lists(std::string_view text);

    // story_revocations.cpp
    static constexpr Milliseconds kAskAfterRefusal{10'000};
    [[nodiscard]] bool is_revoked() const noexcept;
    void withhold_credentials();
    void note_refusal(const Error& why);
    void ask_for_standing_with_claim();
    [[nodiscard]] Result<void> take_reinstatement(const protocol::Document& document);
    [[nodiscard]] std::vector<crypto::Certificate> known_authorities() const;

    // story_attest.cpp
    void attest();
    void with_nonce(protocol::NonceGrant grant);
    struct Sending;
    /// The octets of a blob from an offset on, read on the worker.
    using ReadPiece = std::function<Result<Bytes>(std::uint64_t offset, std::size_t count)>;
    void put_blob(const BlobName& name, ReadPiece read, std::function<void()> done);
    void put_piece(const BlobName& name, const ReadPiece& read, std::uint64_t offset, const Bytes& piece, std::function<void()> done);
    void quote_for(const protocol::NonceGrant& grant, std::optional<protocol::BlobName> log);
    void send_evidence(std::shared_ptr<Sending> sending);
    void attested(Result<Answer> answer);
    void attestation_failed(const Error& why);
    void attestation_over(const Result<Level>& how);

    // story_outbox.cpp
    void report(Level from);
    void gather_telemetry();
    void send_waiting();
    [[nodiscard]] std::optional<OutboxEntry> next_waiting();
    void forget_waiting(std::uint64_t number);
    void outbox_failed(const Error& why);
    void empty_outbox();

    // story_documents.cpp
    void ask_for_standing();
    void ask_for_wanted(const Standing& standing);
    [[nodiscard]] bool is_known(const trust::VerifiedDocument& verified) const;
    [[nodiscard]] Result<void> accept(std::string_view text, protocol::DocumentKind kind);
    [[nodiscard]] Result<void> take(const trust::VerifiedDocument& verified);
    [[nodiscard]] Result<trust::VerifiedDocument> stored(std::string_view text, protocol::DocumentKind kind) const;
    void use_documents();
    void use_policies();

    // story_fresh.cpp
    static constexpr Milliseconds kAskMissingEvery{60'000};
    /// What came with this device's own standing, taken already, says `with_standing`.
    std::optional<protocol::Freshness> take_fresh(std::string_view text, std::optional<WallTime> answered, bool with_standing = false);
    void settle_fresh();
    [[nodiscard]] std::uint64_t floor_of(const std::string& key) const;
    [[nodiscard]] std::vector<std::string> missing(const protocol::Freshness& says) const;
    [[nodiscard]] bool lacks_blobs() const;
    void ask_for_missing(const std::vector<std::string>& keys);
    void ask_for_document(const std::string& key);
    [[nodiscard]] const std::string* newest_of(const std::string& key) const;
    [[nodiscard]] std::optional<std::string> forgotten_in(std::string_view offered) const;
    void give_back(const protocol::Freshness& says);
    void give_back(const std::string& key, std::function<void(bool taken)> done);

    // story_anchors.cpp
    [[nodiscard]] Result<void> accept_anchors(std::string_view text);
    [[nodiscard]] Result<void> take_anchors(protocol::AnchorSet next);
    /// Goes on with a walk that began `since` that version.
    void catch_up(std::optional<std::uint64_t> since = {});
    void caught_up(std::uint64_t from, std::uint64_t wanted, const Result<Answer>& answer);
    void forget_online_floors(const protocol::AnchorSet& before);

    // story_blobs.cpp
    static constexpr Milliseconds kFetchAgain{60'000};
    void use_ima_reference();
    void use_ima_basis(Result<std::shared_ptr<const measure::ImaBasis>> basis);
    void fetch_ima_table();
    [[nodiscard]] bool has_to_wait(const std::string& key, const measure::ImaReferenceValues& values) const;
    void try_waiting();
    void waiting_failed(const std::string& key, const std::string& why);
    void end_waiting(const std::string& key);
    [[nodiscard]] Json waiting_json() const;
    void sweep_blobs();
    void fetch(const BlobName& name, std::function<void(Result<void>)> done);
    void keep_piece(protocol::BlobChunk chunk, std::function<void(Result<void>)> done);
    void ask_for_piece(protocol::BlobPlace place, std::function<void(Result<void>)> done);

    AgentParts parts_;
    AgentSettings settings_;
    Conversation conversation_;
    DeviceState state_;
    std::optional<SteadyTime> wake_;  // the earliest wish that is still to come
    bool loaded_ = false;
    bool unsaved_ = false;    // more is known than the disk holds: a disk that is full, a counter that does not answer
    WallTime saved_floor_{};  // of time, as it is on disk
    SteadyTime floor_at_{};   // until when the floor has moved with the time
    bool stopped_ = false;
    std::uint64_t owner_ = 0;          // counts new beginnings: what was begun for one owner does not end for the next
    std::optional<Enforcement> told_;  // what the enforcer knows
    SteadyTime since_{};
    WallTime since_wall_{};
    policy::Evaluator evaluator_;
    std::optional<measure::ReferenceValues> reference_;
    std::string outbox_error_;  // the same failure is told once
};

}  // namespace anchor::agent
