// SPDX-License-Identifier: Apache-2.0
// Intrusions that wait at the door: told after the entry delay, and never where somebody disarms within it.
#pragma once

#include "agent/core/frame.hpp"
#include "agent/run/duty.hpp"

#include <boost/json/object.hpp>

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace kuzet::run {

/// Stands between lifecycle and store. An alert is raised as ever, with its times and the picture of that moment, and its
/// events wait here: as many as come until the delay is over, then all of them go on in order, with `measure.entry_delay_s`.
/// The delay begins with the first intrusion and is the same for all that follow it; once it has run out, further ones do not
/// wait for a quarter of an hour, unless somebody gave an order meanwhile. What waits is known to the store: who cuts the power
/// to be forgotten is told of at the next start, at once. One thread.
class EntryDelay {
 public:
  using Record = std::function<void(AlertEvent event, Frame frame)>;
  using RuleOf = std::function<const Rule*(const std::string& id)>;
  static constexpr Duration alarm_lasts = std::chrono::minutes(15);

  EntryDelay(const Duty& duty, Remember remember, std::string boot_id, Record record)
      : duty_(duty), remember_(std::move(remember)), boot_id_(std::move(boot_id)), record_(std::move(record)) {}

  /// What an earlier run remembered ("entry/ALERT"). In the same boot the rest of the delay goes on, otherwise it is over.
  /// Those whose rule is there are given back, to be restored in the lifecycle; the others are recorded and closed at once.
  std::vector<Alert> restore(const Facts& facts, const RuleOf& rule_of, const Moment& now);

  /// An event of the lifecycle on its way to the store, with its picture.
  void take(const Rule& rule, AlertEvent event, const Frame& frame, const Moment& now);
  /// Once a second. The alerts that are none, because somebody disarmed: the lifecycle is to forget them.
  std::vector<Alert> tick(const Moment& now);
  /// This alert waits, and nobody is to know of it yet.
  [[nodiscard]] bool waits(const std::string& alert) const;
  /// Since when the delay is running.
  [[nodiscard]] std::optional<Moment> running() const;
  /// `entry_delay_since` and `entry_delay_left_s`, while it is running.
  [[nodiscard]] boost::json::object about(const Moment& now) const;

 private:
  struct Waiting {
    Rule rule;
    std::vector<AlertEvent> events;
    Frame frame;  ///< of the first
  };
  void hold(const Rule& rule, AlertEvent event, const Frame& frame, const Moment& now);
  void release(const Moment& now);
  void forget(const std::string& alert);

  const Duty& duty_;
  Remember remember_;
  std::string boot_id_;
  Record record_;
  std::map<std::string, Waiting> waiting_;  // by alert: ids are in the order of their making
  std::map<std::string, Duration> told_;    // alerts that waited and are open: how long
  std::optional<Moment> since_;
  Steady until_{};
  Duration delay_{};
  std::optional<Steady> alarm_;  // the delay ran out last
  std::uint64_t orders_ = 0;     // given by then
};

}  // namespace kuzet::run
