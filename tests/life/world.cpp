// SPDX-License-Identifier: Apache-2.0
#include "world.h"

#include <gtest/gtest.h>

#include <anchor/crypto/chain.h>

namespace anchor::life {
namespace {

constexpr std::uint32_t kCounter = 0x01800A00;
constexpr std::uint16_t kEnrolPort = 8884;

using std::chrono::hours;

}  // namespace

World::World() : fleet("registry.db") {
    fleet.settings.broker_host = "broker.example";
    device_clock = fleet.clock.wall();
    broker_certificate = {fleet.clock.wall() - std::chrono::hours(1), fleet.clock.wall() + std::chrono::days(3650)};
    tpm->run_on(&power);
}

void World::start() {
    agent.reset();
    if (device) log.insert(log.end(), device->log.begin(), device->log.end());
    device = std::make_unique<fakes::FakeDevice>(root_);
    device->clock.wall_now = device_clock;
    device->clock.synchronised_now = clock_synchronised;
    device->link.power = &power;
    starts_seen_ = 0;
    counter_ = std::make_unique<fakes::FakeCounter>(tpm, kCounter);
    state_ = std::make_unique<store::SealedState>(disk, counter_.get());
    audit_.reset();
    outbox_.reset();
    auto audit = store::AuditLog::open(disk);
    auto outbox = link::DiskOutbox::open(disk, outbox_limits);
    if (!audit || !outbox) return;  // the power went during the start
    audit_ = std::move(audit).value();
    outbox_ = std::move(outbox).value();

    agent::AgentParts parts{device->clock, device->worker, root_, device->link, *state_, *audit_};
    parts.enforcer = &device->enforcer;
    parts.outbox = &*outbox_;
    parts.sources = {&source};
    parts.event_log = [] { return Result<Bytes>(unavailable("this machine has no event log")); };
    parts.log = [this](agent::Severity, const std::string& text) { device->log.push_back(text); };
    agent::AgentSettings with;
    if (bundle_there) with.bundle = fleet.bundle();
    with.key_alg = key_alg;
    with.new_keys = new_keys;
    with.attest_every = hours(1);
    with.telemetry_every = telemetry_every;
    with.selections = {{HashAlg::Sha256, 0x7fff}};
    agent = std::make_unique<agent::Agent>(std::move(parts), std::move(with));
    agent->start();
    pump();
}

void World::restart(bool torn) {
    if (device) device_clock = device->clock.wall();
    agent.reset();
    disk.restart(torn);
    tpm->reset();
    start();
}

void World::pump() {
    while (agent && !power.gone()) {
        if (device->worker.step()) continue;
        if (starts_seen_ != device->link.starts) {
            attempt_to_connect();
            continue;
        }
        if (device->link.sent.empty()) return;
        const Message message = std::move(device->link.sent.front());
        device->link.sent.pop_front();
        if (!broker_up) continue;
        if (const auto reply = fleet.requests->answer(message)) device->link.deliver(*reply);
    }
}

void World::run(Milliseconds time, Milliseconds step) {
    for (Milliseconds passed{0}; passed < time && !power.gone(); passed += step) {
        fleet.clock.pass(step);
        device->clock.pass(step);
        if (agent && device->link.started && !device->link.connected()) attempt_to_connect();
        pump();
        if (agent) agent->tick();
        pump();
    }
}

bool World::looks_whole() {
    if (!device->link.connected() || device->link.used.port != fleet.settings.broker_port) return false;
    const agent::DeviceState state = remembered();
    if (!state.identity || state.identity->next) return false;
    const auto known = fleet.store->device(state.identity->device).value();
    return known && known->certificates == state.identity->current.certificates && known->acknowledged == known->standing.number;
}

void World::run_until_whole() {
    constexpr Milliseconds kTick = std::chrono::seconds(30);
    for (int ticks = 0; ticks < 16 && !looks_whole(); ++ticks) run(kTick);
    run(kTick);
}

void World::attempt_to_connect() {
    starts_seen_ = device->link.starts;
    if (!device->link.started || device->link.connected()) return;
    if (auto open = broker_lets_in(); !open) return device->link.lose(open.error());
    if (device->link.used.port == kEnrolPort) ++enrolments;
    device->link.connect();
    for (const auto& [topic, text] : retained) {
        if (std::ranges::find(device->link.topics, topic) != device->link.topics.end()) device->link.deliver({topic, to_bytes(text), {}});
    }
}

// Both sides look at each other's certificate, each by its own clock.
Result<void> World::broker_lets_in() {
    if (!broker_up) return unavailable("connection refused");
    const LinkCredentials& used = device->link.used;
    const LinkTime time = used.time();
    if (time.at > broker_certificate.not_after) return rejected("the broker's certificate has expired");
    if (time.at < broker_certificate.not_before && !time.tolerate_not_yet_valid)
        return rejected("the broker's certificate is not yet valid");
    if (used.port == kEnrolPort) return {};
    const auto own = crypto::Certificate::from_der(used.certificate_chain.front()).value();
    std::vector<crypto::Certificate> above;
    for (std::size_t i = 1; i < used.certificate_chain.size(); ++i) {
        above.push_back(crypto::Certificate::from_der(used.certificate_chain[i]).value());
    }
    if (!equal(own.public_key().spki(), used.key->public_key())) return denied("peer refuses us: alert decrypt_error (51)");
    if (!refuse_serials_but.empty() && own.serial_text() != refuse_serials_but) return denied("peer refuses us: alert unknown_ca (48)");
    const crypto::ChainOptions options{.at = fleet.clock.wall(), .purpose = crypto::ForClient{}};
    if (!crypto::verify_chain(own, above, {fleet.root()}, {}, options)) return denied("peer refuses us: alert certificate_expired (45)");
    return {};
}

void World::settle_in() {
    start();
    run(std::chrono::minutes(2));
    id = remembered().identity->device;
    publish_standing();
    run(std::chrono::minutes(2));
    ASSERT_EQ(record().acknowledged, record().standing.number);
}

void World::retain(const std::string& topic, const std::string& text) {
    retained[topic] = text;
    if (std::ranges::find(device->link.topics, topic) != device->link.topics.end()) device->link.deliver({topic, to_bytes(text), {}});
    pump();
}

void World::publish_standing() { retain(fleet.topics.standing(*id), record().standing_document); }

void World::publish_policy() {
    const std::string group = fleet.settings.default_group;
    retain(fleet.topics.fleet("policy", group), fleet.store->document(protocol::DocumentKind::Policy, group, 0).value()->text);
}

void World::publish_anchors() { retain(fleet.topics.fleet("anchors"), fleet.authority->anchors_document()); }

agent::DeviceState World::remembered() {
    store::SealedState reader(disk, counter_.get());
    const auto document = reader.load().value();
    return document ? agent::device_state_from(*document).value() : agent::DeviceState{};
}

std::string World::serial_in_use() const {
    return crypto::Certificate::from_der(device->link.used.certificate_chain.front()).value().serial_text();
}

bool World::log_has(std::string_view text) const {
    const auto has = [text](const std::string& line) { return line.find(text) != std::string::npos; };
    return std::ranges::any_of(log, has) || (device && std::ranges::any_of(device->log, has));
}

std::string World::told() const {
    std::string all;
    for (const std::string& line : log) all += line + "\n";
    for (const std::string& line : device->log) all += line + "\n";
    return all;
}

void World::expect_whole(Grants grants) {
    const agent::DeviceState state = remembered();
    ASSERT_TRUE(state.identity);
    id = state.identity->device;
    const auto known = record();
    const auto own = crypto::Certificate::from_der(state.identity->current.certificates.front()).value();
    EXPECT_FALSE(state.identity->next) << "one identity, and not two";
    EXPECT_EQ(to_bytes(own.public_key().spki()), known.device_key);
    EXPECT_EQ(state.identity->current.certificates, known.certificates);
    // A certificate for a key that the power took away is never used, and forgotten with the next rotation.
    EXPECT_TRUE(known.next_key.empty() || grants == Grants::MayBeLost);
    EXPECT_TRUE(device->link.connected());
    EXPECT_EQ(device->link.used.port, fleet.settings.broker_port);
    EXPECT_EQ(device->link.used.certificate_chain, state.identity->current.certificates);
    EXPECT_GE(state.trust.standing_number, known.acknowledged);
    EXPECT_EQ(known.acknowledged, known.standing.number);
    EXPECT_FALSE(log_has("the stored state is refused"));
    EXPECT_FALSE(log_has("the identity is lost"));
    const auto audit = store::AuditLog::open(disk);
    EXPECT_TRUE(audit) << audit.error().what;
    if (testing::Test::HasFailure()) ADD_FAILURE() << told();
}

World::Snapshot World::snapshot() {
    const WallTime time = device->clock.wall();
    agent.reset();
    fleet.reopen();
    return {disk.image(), tpm->counters(), registry_disk.image(), time, fleet.clock.wall(), retained};
}

void World::restore_registry(const Snapshot& snapshot) {
    fleet.close();
    registry_disk.lay_in(*snapshot.registry);
    fleet.open();
}

void World::lay_in(const Snapshot& snapshot) {
    agent.reset();
    device.reset();
    log.clear();
    power.restart();
    disk.lay_in(snapshot.disk);
    tpm->lay_in_counters(snapshot.counters);
    retained = snapshot.retained;
    broker_up = true;
    enrolments = 0;
    device_clock = snapshot.device_time;
    fleet.clock.wall_now = snapshot.world_time;
    restore_registry(snapshot);
}

}  // namespace anchor::life
