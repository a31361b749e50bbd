// SPDX-License-Identifier: Apache-2.0
// A link whose broker does what the test says: accepts, refuses, drops, is silent.
#pragma once

#include "agent/core/time.hpp"
#include "agent/link/link.hpp"

#include <algorithm>
#include <cstdint>
#include <limits>
#include <string>
#include <utility>
#include <vector>

namespace kuzet::test {

/// `To` is told of events as the Link's user is (a Publisher): connected(), lost(), answered(), arrived(), each with the test's
/// time.
template <class To>
class ScriptedLink final : public link::Link {
 public:
  struct Sent {
    std::uint64_t number = 0;
    link::Message message;
  };
  struct Subscribed {
    std::uint64_t number = 0;
    std::vector<std::string> filters;
  };

  // What the publisher calls.
  void connect(const link::Connection& connection) override {
    attempts.push_back(connection);
    state_ = State::connecting;
  }
  Result<> publish(std::uint64_t number, const link::Message& message) override {
    if (state_ != State::online) {
      ++published_offline_;
      return Error{Code::io, "not connected"};
    }
    if (std::exchange(broken_, false)) return Error{Code::io, "broken pipe"};
    sent.push_back({number, message});
    if (message.qos == 0) return {};
    unanswered.push_back({number, message});
    most_unanswered = std::max(most_unanswered, unanswered.size());
    return {};
  }
  Result<> subscribe(std::uint64_t number, const std::vector<std::string>& filters) override {
    if (state_ != State::online) return Error{Code::io, "not connected"};
    subscribed.push_back({number, filters});
    ungranted.push_back({number, filters});
    sent_before_subscribing = subscribed.size() == 1 ? sent.size() : sent_before_subscribing;
    return {};
  }
  void disconnect(std::chrono::milliseconds) override {
    said_goodbye = state_ == State::online;
    drop();
  }
  void drop() override {
    state_ = State::down;
    unanswered.clear();
    ungranted.clear();
  }

  // What the test says.
  void leads_to(To& to) { to_ = &to; }
  void welcomes(const Moment& now, link::Welcome welcome = {}) {
    state_ = State::online;
    to_->connected(welcome, now);
  }
  void refuses_connect(const Moment& now) { drops(now, "connection refused"); }
  void refuses_version(const Moment& now) {
    drop();
    to_->lost(link::Loss{"unsupported protocol version", true}, now);
  }
  void drops(const Moment& now, const std::string& why = "connection reset") {
    drop();
    to_->lost(link::Loss{why, false}, now);
  }
  /// Answers all subscriptions.
  void grants(const Moment& now, int reason = 1) {
    for (const auto& one : std::exchange(ungranted, {})) to_->answered(one.number, reason, now);
  }
  /// A message comes from somebody else.
  void brings(const Moment& now, const std::string& topic, const std::string& payload) {
    link::Message message;
    message.topic = topic;
    message.payload = payload;
    to_->arrived(message, now);
  }
  /// Acknowledges the `n` oldest messages.
  void accepts(const Moment& now, std::size_t n = 1) { answers(now, n, 0); }
  /// Acknowledges until nothing is left to acknowledge.
  void accepts_all(const Moment& now) { answers(now, std::numeric_limits<std::size_t>::max(), 0); }
  /// Answers the oldest message with an error.
  void refuses(const Moment& now, int reason) { answers(now, 1, reason); }
  /// Answers the message at `index` of the unanswered ones.
  void answers_at(const Moment& now, std::size_t index, int reason = 0) {
    const auto number = unanswered.at(index).number;
    unanswered.erase(unanswered.begin() + static_cast<std::ptrdiff_t>(index));
    to_->answered(number, reason, now);
  }
  /// The next publish fails.
  void breaks() { broken_ = true; }

  [[nodiscard]] bool connecting() const { return state_ == State::connecting; }
  [[nodiscard]] bool online() const { return state_ == State::online; }
  [[nodiscard]] int published_offline() const { return published_offline_; }

  std::vector<link::Connection> attempts;
  std::vector<Sent> sent;              ///< everything, from the first connection on
  std::vector<Sent> unanswered;        ///< on this connection, oldest first
  std::vector<Subscribed> subscribed;  ///< from the first connection on
  std::vector<Subscribed> ungranted;
  std::size_t sent_before_subscribing = 0;  ///< on the first connection
  std::size_t most_unanswered = 0;
  bool said_goodbye = false;

 private:
  enum class State { down, connecting, online };

  void answers(const Moment& now, std::size_t n, int reason) {
    for (; n > 0 && !unanswered.empty(); --n) answers_at(now, 0, reason);
  }

  To* to_ = nullptr;
  State state_ = State::down;
  bool broken_ = false;
  int published_offline_ = 0;
};

}  // namespace kuzet::test
