// SPDX-License-Identifier: Apache-2.0
#include <anchor/agent/device_state.h>

#include <nlohmann/json.hpp>

#include <gtest/gtest.h>

#include <anchor/crypto/private_key.h>

namespace anchor::agent {
namespace {

DeviceState sample() {
    DeviceState state;
    identity::Slot slot{{Bytes{1}, SecretBytes(Bytes{2})}, {Bytes{3}}};
    identity::Slot next{{Bytes{4}, SecretBytes(Bytes{5})}, {}};
    state.identity = identity::Identity{DeviceId::parse("abcdefghijklmnopqrstuvwxyz").value(),
                                        "acme",
                                        RootState{{Bytes{6}, SecretBytes(Bytes{7})}, "L-2", Bytes{8}},
                                        std::move(slot),
                                        std::move(next),
                                        "broker",
                                        8883};
    const auto online = crypto::SoftwareKey::generate(KeyAlg::EcP256).value();
    const auto offline = crypto::SoftwareKey::generate(KeyAlg::EcP256).value();
    protocol::AnchorSet anchors{.version = 3};
    for (const auto* key : {&online, &offline}) anchors.keys.emplace(key->public_value().thumbprint(), key->public_value());
    anchors.roles[protocol::DocumentKind::Reply] = {{online.public_value().thumbprint()}, 1};
    anchors.roles[protocol::DocumentKind::Anchors] = {{offline.public_value().thumbprint()}, 1};
    anchors.broker_anchors = {Bytes{9}};
    state.anchors = std::move(anchors);
    state.floors = {{"policy/edge", 7}};
    state.group = "gateways";
    state.documents = {{"policy/edge", "text"}};
    state.waiting = {{"reference/edge", "newer text"}};
    state.trust.level = state.trust.local = Level::Restricted;
    state.trust.registry = RegistryVerdict{Level::Trusted, from_rfc3339("2026-12-01T00:00:00Z").value()};
    state.trust.standing_number = 5;
    state.time_floor = from_rfc3339("2026-11-23T00:00:00Z").value();
    return state;
}

TEST(DeviceState, IsReadBackWhole) {
    const Bytes written = encode(sample());
    EXPECT_EQ(encode(device_state_from(written).value()), written);
}

TEST(DeviceState, IsReadBackBeforeTheEnrolment) {
    const DeviceState fresh = device_state_from(encode(DeviceState{})).value();
    EXPECT_FALSE(fresh.identity);
    EXPECT_EQ(fresh.trust.level, Level::Unverified);
}

TEST(DeviceState, RefusesWhatItDidNotWrite) {
    const Json good = parse_json(as_text(encode(sample()))).value();
    for (const auto* key : {"floors", "group", "documents", "trust", "time_floor"}) {
        Json without = good;
        without.erase(key);
        EXPECT_EQ(device_state_from(to_bytes(without.dump())).error().kind, ErrorKind::Corrupt) << key;
    }
    Json more = good;
    more["surprise"] = 1;
    EXPECT_FALSE(device_state_from(to_bytes(more.dump())));
    EXPECT_FALSE(device_state_from(to_bytes("")));
}

}  // namespace
}  // namespace anchor::agent
