// SPDX-License-Identifier: Apache-2.0
// A real Mosquitto that can be killed and started again, and a durable subscriber that writes down all that it gets.
#pragma once

#include "tests/harness/process.hpp"
#include "tests/harness/temp_folder.hpp"

#include <boost/json/object.hpp>

#include <optional>
#include <string>
#include <vector>

namespace kuzet::test {

/// Keeps what it was given over its own death (autosave_on_changes).
class Broker {
 public:
  Broker();
  void start();
  void kill();
  [[nodiscard]] int port() const { return port_; }
  [[nodiscard]] std::string url() const { return "mqtt://127.0.0.1:" + std::to_string(port_); }

  /// False where this machine has no Mosquitto; a test that needs it then says so and is skipped.
  static bool available();

 private:
  TempFolder folder_;
  int port_;
  std::optional<Process> process_;
};

/// The control centre as an independent program: mosquitto_sub with a session that outlives it, MQTT 5, QoS 1.
class Centre {
 public:
  explicit Centre(const Broker& broker);
  /// The alert messages in the order of their arrival, repeats included.
  [[nodiscard]] std::vector<boost::json::object> alerts() const;
  /// The topics of all messages in the order of their arrival.
  [[nodiscard]] std::vector<std::string> topics() const;

 private:
  TempFolder folder_;
  Process process_;
};

}  // namespace kuzet::test
