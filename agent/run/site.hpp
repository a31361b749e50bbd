// SPDX-License-Identifier: Apache-2.0
// The site beyond the picture: sensors and what follows from their readings.
#pragma once

#include "agent/core/alert.hpp"
#include "agent/run/configuration.hpp"
#include "agent/run/inbox.hpp"
#include "agent/run/offline_watch.hpp"
#include "agent/run/sensors.hpp"

#include <boost/json/object.hpp>

#include <functional>
#include <string>
#include <utility>
#include <vector>

namespace kuzet::run {

/// Lives at home. Everything that it finds goes to the lifecycle as findings of rules, like what cameras find.
class Site {
 public:
  using Found = std::vector<std::pair<const Rule*, std::vector<Finding>>>;
  struct Hooks {
    std::function<void(const std::string& sentence)> say;
    std::function<void(const Found& found, const Moment& now)> judge;
    std::function<void(const std::string& source, const Observation& observation, const Moment& at)> observe;
    std::function<void(const std::string& output, bool on, const Result<>& done)> switched;
  };
  Site(const Configuration& all, const Clock& clock, Home home, Hooks hooks);

  /// Every rule that it has, for what was open when the agent stopped.
  [[nodiscard]] std::vector<Rule> rules() const;
  /// `known`: the alerts that were open. Before open().
  void resume(const std::vector<Alert>& known) { offline_.resume(known); }
  /// The lines begin to work.
  void open();
  /// After open(): this output is wanted on or off.
  void want(const std::string& output, bool on) { sensors_->want(output, on); }
  /// Once a second.
  void tick(const Moment& now);
  /// Begins to end, without waiting for it.
  void request_stop();

  [[nodiscard]] std::size_t sensors() const { return all_.sensors.size(); }
  /// Its part of health and status.
  [[nodiscard]] boost::json::object about(const Moment& now) const;

 private:
  void read(const Reading& reading);
  void state(const std::string& sensor, bool works, const std::string& cause);

  const Configuration& all_;
  const Clock& clock_;
  Home home_;
  Hooks hooks_;
  OfflineWatch offline_;
  std::unique_ptr<Sensors> sensors_;
};

}  // namespace kuzet::run
