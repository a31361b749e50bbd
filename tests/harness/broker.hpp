// SPDX-License-Identifier: Apache-2.0
// A real Mosquitto that can be killed and started again, and a durable subscriber that writes down all that it gets.
#pragma once

#include "tests/harness/certificates.hpp"
#include "tests/harness/process.hpp"
#include "tests/harness/temp_folder.hpp"

#include <boost/json/object.hpp>

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace kuzet::test {

/// A port of loopback that nobody listens on just now.
int free_port();
/// Somebody listens on this port of loopback.
bool listens(int port);

/// What makes a broker another one than a plain one that lets everybody in.
struct BrokerSettings {
  std::optional<Certificate> certificate;  ///< with it the broker speaks TLS
  std::filesystem::path authority;         ///< clients need a certificate that this one signed; empty: they need none
  bool websockets = false;
  std::string acl;        ///< the text of an access file; empty: everybody may everything
  std::string passwords;  ///< lines of "name:password"; empty: everybody is let in
  std::string extra;      ///< further lines of the configuration, those of the listener
};

/// Keeps what it was given over its own death (autosave_on_changes).
class Broker {
 public:
  Broker() : Broker(BrokerSettings{}) {}
  explicit Broker(BrokerSettings settings);
  void start();
  void kill();  ///< with -9: what it acknowledged and did not save yet is lost
  void stop();  ///< in good order
  [[nodiscard]] int port() const { return port_; }
  /// By its address, or, where it has a certificate, by the name "localhost".
  [[nodiscard]] std::string url() const { return url(settings_.certificate ? "localhost" : "127.0.0.1"); }
  [[nodiscard]] std::string url(const std::string& host) const;
  /// All that it wrote about itself.
  [[nodiscard]] std::string log() const { return read_text(folder_ / "log"); }

  /// False where this machine has no Mosquitto; a test that needs it then says so and is skipped.
  static bool available();

 private:
  void configure();

  TempFolder folder_;
  BrokerSettings settings_;
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
