// SPDX-License-Identifier: Apache-2.0

// What an operator does to many devices at once and reads afterwards, through the very functions that the commands call.
#include <gmock/gmock.h>

#include <future>

#include <anchor/base/file.h>
#include <anchor/base/json.h>
#include <anchor/crypto/hash.h>
#include <parts/scratch.h>
#include <registryd/audit_list.h>
#include <registryd/depart.h>
#include <registryd/init.h>
#include <registryd/operations.h>
#include <registryd/process_lock.h>
#include <registryd/put_aside.h>
#include <registryd/rotate.h>
#include <registryd/sign.h>

namespace anchor::registryd {
namespace {

using protocol::DocumentKind;
using testing::HasSubstr;
using testing::Not;

DeviceId id_of(char letter) { return DeviceId::parse(std::string(26, letter)).value(); }

class ActsTest : public testing::Test {
protected:
    ActsTest() {
        InitOptions options{.folder = scratch_.path("registry"), .tenant = "acme"};
        const auto made = init(options);
        EXPECT_TRUE(made) << made.error().what;
        files_ = RegistryFiles::open(options.folder).value();
        for (const char letter : {'a', 'b', 'c', 'd'}) add(letter);
    }
    void add(char letter) {
        registry::DeviceRecord record{.id = id_of(letter)};
        record.key_digest = to_bytes(crypto::hash(HashAlg::Sha256, as_bytes(record.id.text())).view());
        record.labels = {{"hall", letter < 'c' ? "3" : "4"}};
        record.standing.number = 1;
        if (letter == 'a') record.result = R"({"level":"quarantined"})";
        record.standing.group = letter == 'd' ? "press" : "default";
        ASSERT_TRUE(files_->store().save(record));
        ASSERT_TRUE(files_->store().set_claim(record.id, letter == 'a' ? "second" : "first"));
    }
    Standing standing(char letter) { return files_->store().device(id_of(letter)).value()->standing; }
    std::string chosen(const Selection& who) {
        std::string letters;
        const auto devices = choose(*files_, who).value();
        for (const auto& device : devices) letters += device.id.text().substr(0, 1);
        return letters;
    }
    std::string audit(const AuditWish& wish) {
        testing::internal::CaptureStdout();
        EXPECT_TRUE(list_audit(*files_, wish));
        return testing::internal::GetCapturedStdout();
    }
    // Another process revokes the device while the act waits for its turn to write.
    Result<void> after_a_revocation_by_another(char letter, std::function<Result<void>()> act) {
        const auto other = RegistryFiles::open(scratch_.path("registry")).value();
        std::future<Result<void>> done;
        EXPECT_TRUE(other->store().atomically([&]() -> Result<void> {
            done = std::async(std::launch::async, std::move(act));
            EXPECT_EQ(done.wait_for(Milliseconds{200}), std::future_status::timeout);
            auto device = *other->store().device(id_of(letter)).value();
            device.standing.status = StandingStatus::Revoked;
            ++device.standing.number;
            return other->store().save(device);
        }));
        return done.get();
    }
    std::string write(const std::string& text) { return scratch_.write("shipment.csv", std::string_view(text)); }

    parts::Scratch scratch_{"acts"};
    std::unique_ptr<RegistryFiles> files_;
};

TEST_F(ActsTest, DevicesAreChosenByWhatTheyHaveInCommon) {
    EXPECT_EQ(chosen({}), "abcd");
    EXPECT_EQ(chosen({.devices = {id_of('c').text(), id_of('a').text()}}), "ca");
    EXPECT_EQ(chosen({.labels = {"hall=3"}}), "ab");
    EXPECT_EQ(chosen({.batch = "first"}), "bcd");
    EXPECT_EQ(chosen({.batch = "nobody's"}), "");
    EXPECT_EQ(chosen({.labels = {"hall=4"}, .group = "press"}), "d");
    EXPECT_EQ(chosen({.standing = "suspended"}), "");
    EXPECT_EQ(chosen({.level = "quarantined"}), "a");
    EXPECT_EQ(chosen({.group = "default", .level = "unverified"}), "bc");
    EXPECT_THAT(choose(*files_, {.labels = {"hall"}}).error().what, HasSubstr("expected NAME=VALUE"));
    EXPECT_THAT(choose(*files_, {.standing = "gone"}).error().what, HasSubstr("active, suspended or revoked"));
    EXPECT_THAT(choose(*files_, {.level = "good"}).error().what, HasSubstr("expected trusted"));
    EXPECT_THAT(choose(*files_, {.devices = {id_of('x').text()}}).error().what, HasSubstr("there is no device"));
}

TEST_F(ActsTest, TheListOfDevicesShowsThoseThatFit) {
    testing::internal::CaptureStdout();
    EXPECT_TRUE(list_devices(*files_, {.labels = {"hall=3"}, .standing = "active"}, true));
    EXPECT_TRUE(list_devices(*files_, {.group = "nowhere"}, false));
    const std::string text = testing::internal::GetCapturedStdout();

    EXPECT_THAT(text, HasSubstr(id_of('b').text()));
    EXPECT_THAT(text, Not(HasSubstr(id_of('c').text())));
    EXPECT_THAT(text, HasSubstr("No device fits."));
}

TEST_F(ActsTest, WhatAnotherProcessHasSaidMeanwhileIsNotUndone) {
    const std::vector<std::string> a = {id_of('a').text()};
    ASSERT_TRUE(suspend(*files_, {.who = {.devices = a}, .reason = "lost"}));

    const auto resumed = after_a_revocation_by_another('a', [&] { return resume(*files_, {.who = {.devices = a}}); });
    const auto retired =
        after_a_revocation_by_another('b', [&] { return depart(*files_, {.device = id_of('b').text(), .reason = "worn out"}); });

    EXPECT_THAT(resumed.error().what, HasSubstr("only a signed reinstatement"));
    EXPECT_EQ(standing('a').status, StandingStatus::Revoked);
    EXPECT_THAT(retired.error().what, HasSubstr("takes no more orders"));
    EXPECT_EQ(standing('b').status, StandingStatus::Revoked);
}

TEST_F(ActsTest, AReinstatementCountsAgainstTheRevocationThatHoldsWhenItIsWritten) {
    const std::string a = id_of('a').text();
    ASSERT_TRUE(revoke(*files_, {.who = {.devices = {a}}, .reason = "stolen"}));
    const std::string keys = files_->folder().authority();
    const auto other = RegistryFiles::open(scratch_.path("registry")).value();
    std::future<Result<void>> done;
    ASSERT_TRUE(other->store().atomically([&]() -> Result<void> {
        done = std::async(std::launch::async, [&] { return reinstate(*files_, a, "found", keys, ""); });
        EXPECT_EQ(done.wait_for(Milliseconds{200}), std::future_status::timeout);
        auto device = *other->store().device(id_of('a')).value();
        device.standing.number += 1'000'000;
        return other->store().save(device);
    }));

    EXPECT_THAT(done.get().error().what, HasSubstr("the revocation is number"));
    EXPECT_EQ(standing('a').status, StandingStatus::Revoked);
}

TEST_F(ActsTest, TheBrokersListIsWrittenByOneProcessAtATime) {
    const std::string file = files_->folder().broker() + "/device.crl";
    const auto key = crypto::SoftwareKey::generate(KeyAlg::EcP256).value();
    ASSERT_TRUE(files_->authority().value()->certify(key.public_value(), id_of('a')));
    const std::string before = read_text_file(file, 1U << 20U).value();
    auto other = ProcessLock::take(files_->folder().broker_list_lock()).value();
    ASSERT_TRUE(other);

    const auto refused = suspend(*files_, {.who = {.devices = {id_of('a').text()}}, .reason = "lost"});

    EXPECT_EQ(refused.error().kind, ErrorKind::Unavailable);
    EXPECT_EQ(standing('a').status, StandingStatus::Suspended) << "what was said counts";
    EXPECT_EQ(read_text_file(file, 1U << 20U).value(), before);
    other.reset();
    EXPECT_TRUE(show_lists(*files_, ""));
    EXPECT_NE(read_text_file(file, 1U << 20U).value(), before);
}

TEST_F(ActsTest, NumbersAreAboveAllThatAForgottenPastMayHaveGivenOut) {
    const auto seconds = static_cast<std::uint64_t>(std::chrono::floor<Seconds>(files_->clock().wall().time_since_epoch()).count());
    const Json rule = {{"id", "r"}, {"about", "hardware"}, {"require", "tpm.present"}, {"otherwise", "warning"}, {"because", "No TPM."}};
    const std::string policy = write(Json{{"policy", "edge"}, {"version", 1}, {"rules", {rule}}}.dump());
    const std::string a = id_of('a').text();
    ASSERT_TRUE(draft_document(*files_, DocumentKind::Policy, policy, "default", "", scratch_.path("draft")));
    ASSERT_TRUE(set_document(*files_, DocumentKind::Policy, policy, "default", files_->folder().authority()));
    ASSERT_TRUE(depart(*files_, {.device = a, .reason = "worn out"}));

    EXPECT_GE(read_draft(scratch_.path("draft")).value().document.version, seconds);
    EXPECT_GE(files_->store().document(DocumentKind::Policy, "default", 0).value()->version, seconds);
    EXPECT_GE(files_->store().document(DocumentKind::Departure, a, 0).value()->version, seconds);
    EXPECT_GE(standing('a').number, seconds);
}

TEST_F(ActsTest, AnOrderToRotateIsForThoseWhoAreActive) {
    ASSERT_TRUE(suspend(*files_, {.who = {.devices = {id_of('d').text()}}, .reason = "lost"}));
    RotationOrder order{.all = true, .within = "3h"};
    EXPECT_THAT(order_rotation(*files_, order).error().what, HasSubstr("3 devices fit: say --yes"));
    EXPECT_EQ(standing('a').rotate_by, std::nullopt);

    order.yes = true;
    const WallTime now = files_->clock().wall();
    ASSERT_TRUE(order_rotation(*files_, order));

    EXPECT_GT(standing('a').number, 1U);
    EXPECT_EQ(standing('b').rotate_by, standing('c').rotate_by);
    EXPECT_GE(*standing('c').rotate_by, now + std::chrono::hours(3) - Seconds(1));
    EXPECT_EQ(standing('d').rotate_by, std::nullopt) << "suspended: it has other worries";
    EXPECT_THAT(audit({.act = "rotation ordered"}), HasSubstr(id_of('a').text()));
}

TEST_F(ActsTest, AnOrderToRotateIsRefusedWhereNobodyKnowsWhoOrWhen) {
    EXPECT_THAT(order_rotation(*files_, {}).error().what, HasSubstr("no device fits"));
    EXPECT_THAT(order_rotation(*files_, {.who = {.devices = {id_of('a').text()}}, .all = true}).error().what, HasSubstr("name nobody"));
    for (const char* within : {"", "soon", "10s", "1000d"}) {
        RotationOrder order{.who = {.devices = {id_of('a').text()}}, .within = within};
        EXPECT_THAT(order_rotation(*files_, order).error().what, HasSubstr("--within")) << within;
    }
    EXPECT_EQ(standing('a').number, 1U);
}

TEST_F(ActsTest, TheAuditLogIsReadInOrderAndByWhatIsAsked) {
    ASSERT_TRUE(suspend(*files_, {.who = {.devices = {id_of('a').text()}}, .reason = "lost in öst\x1b[2J"}));
    ASSERT_TRUE(set_group(*files_, id_of('b').text(), "press"));

    const std::string all = audit({});
    EXPECT_THAT(all, HasSubstr("registry made"));
    EXPECT_LT(all.find("suspended"), all.find("moved")) << all;
    EXPECT_THAT(all, HasSubstr("lost in öst?[2J")) << "nothing in it steers a terminal";
    EXPECT_THAT(audit({.device = id_of('a').text()}), Not(HasSubstr("moved")));
    EXPECT_EQ(audit({.act = "moved", .since = "1h"}), audit({.newest = 1}));
    EXPECT_EQ(audit({.since = "2999-01-01T00:00:00Z"}), "");
    EXPECT_EQ(audit({.until = "1h"}), "");
    EXPECT_FALSE(list_audit(*files_, {.since = "yesterday"}));
}

TEST_F(ActsTest, TheAuditLogIsReadByScriptsAndInPages) {
    ASSERT_TRUE(files_->store().atomically([&]() -> Result<void> {
        for (int i = 0; i < 2500; ++i)
            ANCHOR_RETURN_IF_ERROR(files_->store().audit("noted", "", std::to_string(i), files_->clock().wall()));
        return {};
    }));
    std::vector<std::uint64_t> numbers;
    const std::string text = audit({.act = "noted", .json = true});
    for (std::size_t at = 0, end = 0; (end = text.find('\n', at)) != std::string::npos; at = end + 1) {
        const Json line = parse_json(text.substr(at, end - at)).value();
        EXPECT_EQ(line["what"], std::to_string(numbers.size()));
        numbers.push_back(line["number"].get<std::uint64_t>());
    }

    EXPECT_EQ(numbers.size(), 2500U);
    EXPECT_TRUE(std::ranges::is_sorted(numbers));
    EXPECT_THAT(audit({.newest = 2}), HasSubstr("2498"));
    EXPECT_THAT(audit({.newest = 2}), Not(HasSubstr("2497")));
    EXPECT_THAT(audit({.newest = 1'000'000}), HasSubstr("registry made"));
}

TEST_F(ActsTest, AShipmentListIsTakenAsAWholeOrNotAtAll) {
    const std::string good(64, 'a');
    const auto refused = import_endorsements(*files_, write("ek_sha256\n" + good + "\nbad\n"), "");
    EXPECT_THAT(refused.error().what, HasSubstr("shipment.csv: line 3, column 1"));
    EXPECT_TRUE(files_->store().endorsement_list().value().empty());

    ASSERT_TRUE(import_endorsements(*files_, write("ek_sha256,serial\n" + good + ",17\n"), "order 4711"));

    const auto listed = files_->store().endorsement_list().value();
    ASSERT_EQ(listed.size(), 1U);
    EXPECT_EQ(listed[0].note, "order 4711, serial 17");
    EXPECT_THAT(audit({.act = "ek imported"}), HasSubstr("1 endorsement keys of"));
}

}  // namespace
}  // namespace anchor::registryd
