// SPDX-License-Identifier: Apache-2.0
#pragma once

// A whole device in memory: clock, worker, store, link, enforcer and root of trust, with one shared journal, so that a test reads
// what happened in which order. Nothing runs by itself: pump() does what is waiting.

#include <algorithm>
#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <anchor/agent/parts.h>
#include <anchor/tpmwire/policy_digest.h>
#include <fakes/fake_tpm.h>

namespace anchor::fakes {

using Journal = std::vector<std::string>;

class FakeClock final : public Clock {
public:
    [[nodiscard]] WallTime wall() const override { return wall_now; }
    [[nodiscard]] SteadyTime steady() const override { return steady_now; }
    [[nodiscard]] bool synchronised() const override { return synchronised_now; }
    void pass(Milliseconds time) {
        wall_now += time;
        steady_now += time;
    }

    WallTime wall_now = from_rfc3339("2026-11-23T12:00:00Z").value();
    SteadyTime steady_now{Milliseconds{1'000'000}};
    bool synchronised_now = true;
};

class FakeWorker final : public Worker {
public:
    void run(std::function<void()> job, std::function<void()> done) override { waiting_.push_back({std::move(job), std::move(done)}); }
    /// Does one job and tells it; false where none waits.
    bool step() {
        if (waiting_.empty()) return false;
        work();
        const auto done = std::move(waiting_.front().done);
        waiting_.pop_front();
        done();
        return true;
    }
    /// Does the first job, and tells it with the next step(): meanwhile the loop may do other things.
    void work() {
        if (const auto job = std::exchange(waiting_.front().job, nullptr)) job();
    }
    /// The program is gone, and with it whoever waits.
    void forget() { waiting_.clear(); }

private:
    struct Waiting {
        std::function<void()> job;
        std::function<void()> done;
    };
    std::deque<Waiting> waiting_;
};

class FakeStore final : public StateStore {
public:
    explicit FakeStore(Journal& journal) : journal_(journal) {}
    Result<std::optional<Bytes>> load() override {
        if (failing) return *failing;
        return saved;
    }
    Result<void> save(ByteView document, SaveKind kind) override {
        if (failing) return *failing;
        journal_.push_back(kind == SaveKind::Floor ? "save floor" : "save");
        saved = to_bytes(document);
        return {};
    }

    std::optional<Bytes> saved;
    std::optional<Error> failing;

private:
    Journal& journal_;
};

class FakeAudit final : public AuditSink {
public:
    Result<void> append(const AuditEvent& event) override {
        events.push_back(event);
        return {};
    }
    std::vector<AuditEvent> events;
};

class FakeEnforcer final : public Enforcer {
public:
    explicit FakeEnforcer(Journal& journal) : journal_(journal) {}
    Result<void> apply(const Enforcement& wish) override {
        journal_.push_back("enforce " + std::string(to_string(wish.level)));
        last = wish;
        return {};
    }
    Enforcement last;

private:
    Journal& journal_;
};

class FakeOutbox final : public Outbox {
public:
    Result<void> push(OutboxKind kind, ByteView octets) override {
        entries.push_back({next_++, kind, to_bytes(octets)});
        return {};
    }
    Result<std::optional<OutboxEntry>> front() override {
        if (std::exchange(first_is_damaged, false)) {
            entries.pop_front();
            return corrupt("an outbox entry is unreadable");
        }
        if (entries.empty()) return std::optional<OutboxEntry>();
        const auto report = std::ranges::find(entries, OutboxKind::Report, &OutboxEntry::kind);
        return std::optional(report == entries.end() ? entries.front() : *report);
    }
    Result<void> pop(std::uint64_t number) override {
        std::erase_if(entries, [number](const OutboxEntry& entry) { return entry.number == number; });
        return {};
    }
    std::deque<OutboxEntry> entries;
    bool first_is_damaged = false;

private:
    std::uint64_t next_ = 1;
};

/// Says what the test puts: an application's values, or those of the system.
class FakeSource final : public ClaimSource {
public:
    [[nodiscard]] std::string_view name() const noexcept override { return "fake"; }
    void collect(SteadyTime, Claims& into) override {
        for (const auto& [name, claim] : says) into.set(name, claim);
    }

    Claims says;
};

/// A connection whose other end is a function of the test.
class FakeLink final : public MessageLink {
public:
    void start(LinkCredentials credentials, std::vector<std::string> subscriptions, std::optional<Message>, LinkEvents events) override {
        used = std::move(credentials);
        topics = std::move(subscriptions);
        events_ = std::move(events);
        started = true;
        ++starts;
        up_ = false;
    }
    void stop() override {
        started = up_ = false;
        events_ = {};
    }
    [[nodiscard]] bool connected() const noexcept override { return up_; }
    Result<void> publish(Message message) override {
        if (!up_) return unavailable("not connected");
        if (power != nullptr) ANCHOR_RETURN_IF_ERROR(power->pass());
        sent.push_back(std::move(message));
        return {};
    }

    /// The broker is there. Nothing happens where nobody tries to connect.
    void connect() {
        if (!started || up_) return;
        up_ = true;
        events_.connected();
    }
    void lose(Error why) {
        if (!started) return;
        up_ = false;
        events_.disconnected(why);
    }
    void deliver(Message message) {
        if (up_ && events_.received) events_.received(std::move(message));
    }

    bool started = false;
    std::size_t starts = 0;
    LinkCredentials used;
    std::vector<std::string> topics;
    std::deque<Message> sent;
    Power* power = nullptr;  ///< publishing counts on it, where there is one

private:
    bool up_ = false;
    LinkEvents events_;
};

/// Keys of a FakeTpm, as a device with a TPM has them.
class FakeRoot final : public RootOfTrust {
public:
    FakeRoot(std::shared_ptr<FakeTpm> tpm, Bytes ek_certificate = {}) : tpm_(std::move(tpm)), ek_certificate_(std::move(ek_certificate)) {}

    Result<RootState> renew() override {
        ANCHOR_ASSIGN_OR_RETURN(KeyBlob ak, tpm_->make_attestation_key());
        return RootState{std::move(ak), "L-2", tpm_->storage_root_name()};
    }
    Result<Keyring> open(const RootState& state) override {
        if (state.storage_root_name != tpm_->storage_root_name()) return stale("the TPM was cleared");
        // TPM2_PolicyCommandCode(TPM2_CC_Sign): what a device key is bound to without an authority.
        const Digest policy = tpmwire::PolicyDigest(HashAlg::Sha256).command_code(0x0000015D).value();
        return Keyring{std::make_unique<FakeQuoter>(tpm_, state.ak.clone()),
                       std::make_unique<FakeEndorser>(tpm_, state.ak.clone(), ek_certificate_),
                       std::make_unique<FakeKeyForge>(tpm_, state.ak.clone(), policy)};
    }

private:
    std::shared_ptr<FakeTpm> tpm_;
    Bytes ek_certificate_;
};

/// All of it together. The root of trust is given, so that a device may have none.
class FakeDevice {
public:
    explicit FakeDevice(RootOfTrust& root) : root_(root) {}

    [[nodiscard]] agent::AgentParts parts() {
        agent::AgentParts parts{clock, worker, root_, link, store, audit};
        parts.enforcer = &enforcer;
        parts.outbox = &outbox;
        parts.shelf = shelf;
        parts.ima_list = ima_list;
        parts.sources = {&source};
        parts.event_log = [this]() -> Result<Bytes> { return event_log; };
        parts.log = [this](agent::Severity, const std::string& text) { log.push_back(text); };
        return parts;
    }

    Journal journal;
    Journal log;
    FakeClock clock;
    FakeWorker worker;
    FakeLink link;
    FakeStore store{journal};
    FakeAudit audit;
    FakeEnforcer enforcer{journal};
    FakeOutbox outbox;
    FakeSource source;
    Result<Bytes> event_log = unavailable("this machine has no event log");
    BlobShelf* shelf = nullptr;
    LogSource* ima_list = nullptr;

private:
    RootOfTrust& root_;
};

}  // namespace anchor::fakes
