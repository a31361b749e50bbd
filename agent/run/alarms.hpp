// SPDX-License-Identifier: Apache-2.0
// From findings to events: duty, fusion, lifecycle, pictures, entry delay, and what of it outlives a restart.
#pragma once

#include "agent/alerts/conditions.hpp"
#include "agent/alerts/fusion.hpp"
#include "agent/alerts/lifecycle.hpp"
#include "agent/run/duty.hpp"
#include "agent/run/entry_delay.hpp"
#include "agent/run/gallery.hpp"
#include "agent/run/memory.hpp"
#include "agent/run/site_schema.hpp"

#include <boost/json/object.hpp>

#include <functional>
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace kuzet::run {

/// What an earlier run left in the store about alerts.
struct Remembered {
  std::vector<Alert> open;  ///< and those that cool down
  Facts mutes, arming, suspects, entry;
};

/// Everything that is found goes through here, whoever found it. One thread.
class Alarms {
 public:
  using Found = std::vector<std::pair<const Rule*, std::vector<Finding>>>;
  struct Hooks {
    std::function<void(AlertEvent event, Frame frame)> record;
    /// A condition of the site, as it is now.
    std::function<alerts::Verdict(const std::string& condition)> truth;
    std::function<void(const std::string& sentence)> say;
  };
  Alarms(const SiteConfiguration& site, const std::string& boot_id, const Remember& remember, Hooks hooks);

  /// Every rule that can raise an alert, before restore().
  void add(const std::vector<Rule>& rules);
  /// Their ids.
  [[nodiscard]] std::vector<std::string> rules() const;
  [[nodiscard]] bool knows(const std::string& rule) const { return rules_.contains(rule); }
  /// Gives what was open back to its rules; an alert whose rule is gone would stay open for ever, and ends. The suspicions that
  /// go on are given back.
  std::vector<Alert> restore(const Remembered& before, const Moment& now);

  /// Other rules take the place of those before. What rules that are in both know goes on, with mutes, orders and delays; the
  /// alerts of rules that are gone end.
  void adopt(const SiteConfiguration& site, const std::vector<Rule>& rules, const Moment& now);
  /// What a camera that begins anew is to know: its alerts that are open, and what is suspected.
  [[nodiscard]] std::vector<Alert> known() const;

  /// What a camera's detector found in this picture.
  void see(const Rule& rule, const std::vector<Finding>& findings, const Frame& frame, const Moment& now);
  /// What was found without a picture.
  void judge(const Found& found, const Moment& now);
  /// Once a second, after everybody has looked.
  void tick(const Moment& now);
  /// A later step of its answer was reached.
  void escalate(const std::string& alert, std::size_t level, const Moment& now);

  /// The alerts that are open and that others may know of.
  [[nodiscard]] std::vector<Alert> open() const;
  /// What conditions ask for beside readings.
  [[nodiscard]] alerts::Circumstances circumstances(const Moment& now) const;
  [[nodiscard]] bool on_duty(const Rule& rule, const Moment& now) const { return duty_.holds(rule, now); }

  void mute(const std::string& rule, Duration length, const Moment& now) { mutes_.mute(rule, length, now); }
  /// See Duty::order().
  Duration order(const std::string& source, bool armed, Duration length, const Moment& now) {
    return duty_.order(source, armed, length, now);
  }
  /// Somebody passed a terminal, which may disarm.
  void passed(const std::string& terminal, Passage::What what, const Moment& now);

  /// Its part of health and status: open_alerts, muted, armed, arming.
  [[nodiscard]] boost::json::object about(const Moment& now);

 private:
  void take(const Rule& rule, std::vector<Finding> findings, const Frame& frame, const Moment& at, const Moment& now);
  void pass_on(const Rule& rule, std::vector<AlertEvent> events, const Frame& frame, const Moment& now);
  void fuse(const std::vector<alerts::FusionSettings>& settings, const std::vector<Alert>& open);
  void resume_waiting(const Facts& facts, const Moment& now);

  Hooks hooks_;
  RandomIds ids_;
  alerts::Lifecycle lifecycle_{ids_};
  Gallery gallery_;
  Mutes mutes_;
  SuspectBook suspects_;
  Duty duty_;
  EntryDelay entry_;
  std::map<std::string, Rule> rules_;
  std::vector<alerts::FusionSettings> fusion_settings_;
  std::map<std::string, alerts::Fusion> fusions_;  // by the camera's rule
};

}  // namespace kuzet::run
