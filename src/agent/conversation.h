// SPDX-License-Identifier: Apache-2.0
#pragma once

// Conversation: requests to the registry and the replies that belong to them. A reply is believed only when the gate says so and
// it answers a request that is still open. Everything on the loop thread; signing happens on the worker.

#include <functional>
#include <map>
#include <memory>

#include <anchor/agent/device_state.h>
#include <anchor/agent/parts.h>
#include <anchor/protocol/request.h>
#include <anchor/protocol/topics.h>

namespace anchor::agent {

/// With whom we talk, and as whom.
struct Voice {
    protocol::Topics topics;
    DeviceId device;
    std::string claim;               ///< on enrolment topics; empty with a certificate of our own
    std::shared_ptr<DeviceKey> key;  ///< signs requests; nullptr on enrolment topics, where they are plain
};

/// An answer that the gate let through, or why there is none.
struct Answer {
    Json body;
    Digest request{HashAlg::Sha256};
    Digest reply{HashAlg::Sha256};  ///< over the message as it came
    WallTime issued{};
    std::string fresh;  ///< signed, not yet through the gate
};
using OnAnswer = std::function<void(Result<Answer>)>;

/// What makes an answer one to be believed.
enum class Proof : std::uint8_t {
    OfReply,   ///< the reply is signed by a key of the set in force
    OfItself,  ///< or else what it brings will be judged by its own signatures; it proves no time, and a refusal is none
};

class Conversation {
public:
    explicit Conversation(AgentParts& parts) : parts_(parts) {}

    /// Begins anew in this voice. Open requests are answered with Unavailable.
    void speak_as(Voice voice);
    void fall_silent();
    [[nodiscard]] const std::optional<Voice>& voice() const noexcept { return voice_; }

    /// Asks, and calls back exactly once; asks again with the same octets while nobody answers, because a registry that was away has
    /// not heard, and one that has gives the same answer twice: with the answer, or Unavailable (no connection, no answer in time), or the
    /// registry's refusal with the kind that it gave.
    void ask(std::string_view verb, Json body, Milliseconds deadline, OnAnswer on_answer, Proof proof = Proof::OfReply);

    /// A message on our reply topic. Rejected where it is not an answer to be believed; the request then stays open.
    [[nodiscard]] Result<void> hear(const Message& message, const protocol::AnchorSet& anchors, const trust::Recipient& recipient);

    /// Asks again what is due, and gives up on requests whose time has passed.
    void pass_time(SteadyTime now);

private:
    struct Open {
        Digest digest;
        Message message;
        SteadyTime deadline;
        SteadyTime ask_again;
        Milliseconds patience;
        OnAnswer on_answer;
        Proof proof;
    };

    void send(const protocol::Request& request, Bytes message, SteadyTime deadline, OnAnswer on_answer, Proof proof);
    void close_all(const Error& why);

    AgentParts& parts_;
    std::optional<Voice> voice_;
    std::map<Bytes, Open> open_;                          // by the request's id
    std::shared_ptr<int> era_ = std::make_shared<int>();  // gone when the voice changes
};

}  // namespace anchor::agent
