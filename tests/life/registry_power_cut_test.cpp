// SPDX-License-Identifier: Apache-2.0
// The power of the registry's machine goes before every single write, truncation, sync and removal of its store, one run each, while a
// device lives its life; what was not synced is dropped, torn, or there in the wrong order. Devices ask again, as they do. What a
// device got an answer to before the cut, the registry has to know afterwards: the same octets get the same answer.
#include <gtest/gtest.h>

#include <array>

#include <anchor/crypto/hash.h>
#include <fakes/memory_vfs.h>
#include <unit/registry/fleet.h>

namespace anchor::registry {
namespace {

using fakes::Unsynced;

constexpr std::array kWays{Unsynced::Drop, Unsynced::KeepFirstHalfTorn, Unsynced::KeepSecondHalf};

// A device whose every request is asked from the same disk as often as answering it has operations, times the ways in which a disk
// forgets, each cut one further; then once without a cut, and life goes on.
class Life {
public:
    Life(Fleet& fleet, fakes::Power& power, fakes::MemoryVfs& disk) : fleet_(fleet), power_(power), disk_(disk), device_(fleet, root_) {}

    void live() {
        enroll();
        rotate();
        attest_and_acknowledge();
        const DeviceRecord record = fleet_.record(device_.identity->device);
        EXPECT_EQ(record.certificates, device_.next_slot->certificates);
        EXPECT_TRUE(record.next_key.empty());
        EXPECT_EQ(record.acknowledged, record.standing.number);
    }
    [[nodiscard]] std::size_t operations() const { return operations_; }

private:
    void lay_in(const fakes::MemoryVfs::Image& image) {
        fleet_.close();
        disk_.lay_in(image);
        power_.restart();
        fleet_.open();
    }

    // A refusal by a dying store is not remembered: the device asks again because it is told to, or because it hears nothing.
    void cut(const Message& message, const fakes::MemoryVfs::Image& before, std::size_t operation, Unsynced unsynced) {
        lay_in(before);
        power_.cut_at(power_.operations() + operation);
        (void)fleet_.requests->answer(message);
        EXPECT_TRUE(power_.gone());
        fleet_.close();
        disk_.restart(unsynced);
        fleet_.open();
        const auto reply = fleet_.requests->answer(message);
        ASSERT_TRUE(reply);
        EXPECT_FALSE(device_.open_reply(*reply, message).refusal);
        for (const auto& [asked, told] : told_) EXPECT_EQ(fleet_.requests->answer(asked)->payload, told) << asked.topic;
    }

    Message ask(const Message& message) {
        fleet_.close();
        const auto before = disk_.image();
        lay_in(*before);
        const std::size_t started = power_.operations();
        EXPECT_TRUE(fleet_.requests->answer(message));
        const std::size_t operations = power_.operations() - started;
        for (std::size_t i = 0; i < operations * kWays.size() && !testing::Test::HasFailure(); ++i) {
            SCOPED_TRACE(message.topic + ": cut before operation " + std::to_string(i / kWays.size()) + " of " +
                         std::to_string(operations) + ", way " + std::to_string(i % kWays.size()));
            cut(message, *before, i / kWays.size(), kWays.at(i % kWays.size()));
        }
        operations_ += operations;
        lay_in(*before);
        const auto reply = fleet_.requests->answer(message);
        told_.emplace_back(message, reply->payload);
        return *reply;
    }
    protocol::Reply ask(std::string_view verb, const Json& body) {
        const Message message = device_.signed_message(verb, body);
        return device_.open_reply(ask(message), message);
    }

    void enroll() {
        const Message begin = device_.begin_message();
        const Message challenge = ask(begin);
        const Message prove = device_.prove_message(device_.open_reply(challenge, begin), crypto::hash(HashAlg::Sha256, challenge.payload));
        ASSERT_EQ(device_.finish(device_.open_reply(ask(prove), prove)), "");
    }

    void rotate() {
        const identity::Rotation next = device_.next();
        const auto reply = ask(protocol::verb::kRotate, protocol::to_json(next.wish()));
        ASSERT_FALSE(reply.refusal) << reply.refusal->what;
        const auto grant = protocol::rotate_grant_from(reply.body).value();
        device_.next_slot =
            next.finish(grant, device_.identity->device, kTenant, fleet_.authority->anchors().device_anchors, fleet_.clock.wall()).value();
        device_.use(*device_.next_slot);
        ASSERT_FALSE(ask(protocol::verb::kStandingGet, Json::object()).refusal);
    }

    void attest_and_acknowledge() {
        const auto nonce = protocol::nonce_grant_from(ask(protocol::verb::kNonce, Json::object()).body).value();
        const auto judged = ask(protocol::verb::kEvidence, {{"evidence", device_.evidence_text(nonce.nonce, nonce.selections)}});
        ASSERT_FALSE(judged.refusal) << judged.refusal->what;
        const std::uint64_t number = fleet_.record(device_.identity->device).standing.number;
        ASSERT_FALSE(ask(protocol::verb::kStandingAck, {{"number", number}}).refusal);
    }

    Fleet& fleet_;
    fakes::Power& power_;
    fakes::MemoryVfs& disk_;
    std::shared_ptr<fakes::FakeTpm> tpm_ = std::make_shared<fakes::FakeTpm>();
    fakes::FakeRoot root_{tpm_};
    TestDevice device_;
    std::vector<std::pair<Message, Bytes>> told_;
    std::size_t operations_ = 0;
};

TEST(RegistryPowerCut, LosesNothingAtAnyOperationOfItsStore) {
    fakes::Power power;
    fakes::MemoryVfs disk(power);
    Fleet fleet("registry.db");
    Life life(fleet, power, disk);

    ASSERT_NO_FATAL_FAILURE(life.live());

    EXPECT_GT(life.operations(), 50U) << "hardly anything happened";
    RecordProperty("operations", static_cast<int>(life.operations()));
    fleet.close();
}

}  // namespace
}  // namespace anchor::registry
