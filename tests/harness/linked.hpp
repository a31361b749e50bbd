// SPDX-License-Identifier: Apache-2.0
// A real link whose every event is written down, and a test that waits for them.
#pragma once

#include "agent/link/link.hpp"
#include "tests/harness/home.hpp"

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

namespace kuzet::test {

using namespace std::chrono_literals;

/// All of it happens on the test's own thread.
class Linked {
 public:
  void connect(const link::Connection& connection) {
    welcome.reset();
    loss.reset();
    link->connect(connection);
  }
  /// True when the broker let us in.
  bool connects(const link::Connection& connection, std::chrono::milliseconds limit = 10s) {
    connect(connection);
    return until([this] { return welcome || loss; }, limit) && welcome.has_value();
  }
  /// Why it was not let in, or lost; empty when nothing was told.
  link::Loss lost(std::chrono::milliseconds limit = 10s) {
    until([this] { return loss.has_value(); }, limit);
    return loss.value_or(link::Loss{});
  }
  /// The broker's answer to this number; -1 when none came.
  int answer(std::uint64_t number, std::chrono::milliseconds limit = 5s) {
    until([&] { return answers.contains(number); }, limit);
    return answers.contains(number) ? answers[number] : -1;
  }
  int publish(const link::Message& message) {
    (void)link->publish(++last, message);
    return message.qos == 0 ? 0 : answer(last);
  }
  int subscribe(const std::vector<std::string>& filters) {
    (void)link->subscribe(++last, filters);
    return answer(last);
  }
  /// The message that came as the `n`th; nothing when there were fewer.
  std::optional<link::Message> arrival(std::size_t n = 0, std::chrono::milliseconds limit = 5s) {
    until([&] { return arrived.size() > n; }, limit);
    return arrived.size() > n ? std::optional(arrived[n]) : std::nullopt;
  }
  bool until(const std::function<bool()>& so, std::chrono::milliseconds limit) {
    const auto end = std::chrono::steady_clock::now() + limit;
    for (;;) {
      home.run(home.waiting());
      if (so()) return true;
      if (std::chrono::steady_clock::now() > end) return false;
      std::this_thread::sleep_for(2ms);
    }
  }

  Home home;
  std::optional<link::Welcome> welcome;
  std::optional<link::Loss> loss;
  std::map<std::uint64_t, int> answers;
  std::vector<link::Message> arrived;
  std::uint64_t last = 0;
  std::unique_ptr<link::Link> link = link::make_paho_link(
      {[this](const link::Welcome& what) { welcome = what; }, [this](const link::Loss& why) { loss = why; },
       [this](std::uint64_t number, int reason) { answers[number] = reason; },
       [this](const link::Message& message) { arrived.push_back(message); }},
      home.poster());
};

inline link::Message saying(const std::string& topic, const std::string& payload, bool retained = false) {
  link::Message out;
  out.topic = topic;
  out.payload = payload;
  out.retained = retained;
  return out;
}

inline link::Connection connection_to(const std::string& server, const std::string& client = "n07") {
  link::Connection out;
  out.server = server;
  out.client_id = client;
  out.timeout = 3s;
  return out;
}

}  // namespace kuzet::test
