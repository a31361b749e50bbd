// SPDX-License-Identifier: Apache-2.0
// A real agent with sensors, a real broker, and a control centre that writes down all that it hears.
#pragma once

#include "tests/buses/fake_bus.hpp"
#include "tests/faults/command.hpp"
#include "tests/harness/broker.hpp"

#include <array>
#include <atomic>
#include <string>
#include <vector>

namespace kuzet::test {

/// A bus over TCP whose slaves 1 to 3 have one input register each, until nobody answers any more.
class Gateway {
 public:
  [[nodiscard]] std::string address() const { return bus_.address(); }
  void set(std::size_t slave, int value) { values_.at(slave) = value; }
  void dies() { dead_ = true; }
  void comes_back() { dead_ = false; }

 private:
  void reply(FakeBus& bus, const Octets& asked);

  std::array<std::atomic<int>, 4> values_{};
  std::atomic<bool> dead_ = false;
  FakeBus bus_{FakeBus::Kind::tcp, [this](FakeBus& bus, const Octets& asked) { reply(bus, asked); }};
};

/// The site of a test: `more` are the lines of its configuration behind node, uplink and store.
class Board {
 public:
  Board();
  void configure(const std::string& more);
  /// Further members of `uplink` from the next configure() on: ", keep_alive: 10s".
  void configure_uplink(const std::string& more) { uplink_ = more; }
  [[nodiscard]] std::filesystem::path operator/(const std::string& name) const { return folder_ / name; }
  [[nodiscard]] std::filesystem::path configuration() const { return folder_ / "kuzet.yaml"; }
  [[nodiscard]] const Broker& broker() const { return broker_; }
  /// As a board whose clock was set earlier in this boot: calendars and response times are worth something.
  void clock_was_set() const;

  /// `kuzet run`, once it watches.
  [[nodiscard]] Process start() const;
  [[nodiscard]] Ran run(const std::string& command, const std::vector<std::string>& words = {}) const;
  [[nodiscard]] boost::json::object status() const;
  [[nodiscard]] std::string log() const { return read_text(folder_ / "log"); }
  void publish(const std::string& topic, const std::string& payload) const;
  /// A command of the control centre.
  void command(const std::string& name, const std::string& args);

  /// What the centre heard below kuzet/v1/site/n1/ on topics that begin with this, in order.
  [[nodiscard]] std::vector<std::string> heard(const std::string& topic) const;
  /// Whether one of them has all these parts, within 30 s.
  [[nodiscard]] bool comes(const std::string& topic, const std::vector<std::string>& parts) const;
  /// What is wrong with all that was heard, by the schemas; empty: nothing.
  [[nodiscard]] std::string faults_by_schemas() const;

 private:
  Broker broker_;
  TempFolder folder_;
  Process ears_;
  std::string uplink_;
  int commands_ = 0;
};

}  // namespace kuzet::test
