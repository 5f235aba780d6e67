// SPDX-License-Identifier: Apache-2.0
#pragma once

// Requests of devices, from the message as it came to the message that answers it. Everything that comes in is foreign, the
// broker's word about who sent it included. Each request is one transaction of the store, committed before its answer exists outside.

#include <memory>
#include <optional>

#include <anchor/core/message_link.h>
#include <anchor/protocol/topics.h>
#include <anchor/registry/enrollment.h>

namespace anchor::registry {

class RateBound;
enum class Admission : std::uint8_t;

class Requests {
public:
    /// All must outlive it.
    /// `shelf` has what is published by digest; without one nothing is.
    Requests(const Settings& settings, protocol::Topics topics, Store& store, Authority& authority, Verifier& verifier, const Clock& clock,
             BlobShelf* shelf = nullptr);
    ~Requests();

    /// The reply, a refusal included, on the topic that follows from the request's topic and from nothing else. Nothing where the topic
    /// is no request's, or where an asker who was told that he asks too much goes on. The same octets on the same topic get the
    /// same reply.
    [[nodiscard]] std::optional<Message> answer(const Message& request);

private:
    struct Asked {
        const protocol::RequestTopic& topic;
        const Message& message;
        Digest digest;        ///< over the message as it came
        bool proven = false;  ///< that the device of this topic has signed it
    };
    struct Answer {
        Json body = Json::object();
        Bytes session;  ///< of an enrolment whose challenge this is
    };

    [[nodiscard]] Result<std::string> answer_once(Asked& asked);
    [[nodiscard]] Admission admit_refusal(const Asked& asked);
    [[nodiscard]] Result<void> audit_refusal(const Asked& asked, const Error& why);
    [[nodiscard]] Result<Answer> judge(Asked& asked);
    [[nodiscard]] Result<Answer> enroll(const Asked& asked, const protocol::Request& request);
    [[nodiscard]] Result<Answer> serve(DeviceRecord& device, const protocol::Request& request);
    [[nodiscard]] Result<Answer> serve_once(DeviceRecord& device, const protocol::Request& request);
    struct Opened {
        protocol::Request request;
        bool by_next_key = false;  ///< of a rotation under way
    };
    [[nodiscard]] Result<Opened> open(const Asked& asked, const DeviceRecord& device) const;
    [[nodiscard]] Result<std::string> signed_reply(const Asked& asked, const Result<Answer>& judged, std::string fresh);

    [[nodiscard]] Result<Answer> nonce(const DeviceRecord& device);
    [[nodiscard]] Result<Answer> evidence(DeviceRecord& device, const Json& body);
    [[nodiscard]] Result<Answer> blob(const DeviceRecord& device, const Json& body);
    [[nodiscard]] Result<Answer> published(const Json& body);
    [[nodiscard]] Result<Answer> acknowledge(DeviceRecord& device, const Json& body);
    [[nodiscard]] Result<Answer> report(const DeviceRecord& device, const Json& body);
    [[nodiscard]] Result<Answer> telemetry(const DeviceRecord& device, const Json& body);
    [[nodiscard]] Result<Answer> document(const DeviceRecord& device, const Json& body);
    [[nodiscard]] Result<Answer> give_back(DeviceRecord& device, const Json& body);

    // rotation.cpp
    [[nodiscard]] Result<Answer> rotate(DeviceRecord& device, const Json& body);
    [[nodiscard]] Result<void> take_over_next_key(DeviceRecord& device);

    // departure.cpp
    [[nodiscard]] Result<Answer> farewell(DeviceRecord& device, const Json& body);

    const Settings& settings_;
    protocol::Topics topics_;
    Store& store_;
    Authority& authority_;
    Verifier& verifier_;
    const Clock& clock_;
    BlobShelf* shelf_;
    Enrollment enrollment_;
    std::unique_ptr<RateBound> devices_;
    std::unique_ptr<RateBound> claims_;
    std::unique_ptr<RateBound> appraisals_;
    std::unique_ptr<RateBound> rotations_;
    std::unique_ptr<RateBound> reports_;
    std::unique_ptr<RateBound> telemetry_;
    std::unique_ptr<RateBound> refusals_;
    std::unique_ptr<RateBound> claim_refusals_;
    std::unique_ptr<RateBound> strangers_;
    std::uint64_t strangers_unwritten_ = 0;  // refusals of theirs since the last that was written down
};

}  // namespace anchor::registry
