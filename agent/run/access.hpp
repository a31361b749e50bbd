// SPDX-License-Identifier: Apache-2.0
// Sites with terminals: persons become pseudonyms, pseudonyms become counts, and counts go on.
#pragma once

#include "agent/alerts/presence.hpp"
#include "agent/outbox/history_view.hpp"
#include "agent/run/access_settings.hpp"
#include "agent/run/memory.hpp"
#include "agent/run/pseudonyms.hpp"

#include <boost/json/array.hpp>

#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace kuzet::run {

/// One thread. The only place where a person's name is looked at; what it gives away holds counts alone.
class Access {
 public:
  using Local = std::function<LocalTime(Wall)>;

  /// Opens the key of each site, or makes it in `store`. `config`: one is too short or open to others.
  static Result<Access> open(const std::vector<AccessSettings>& sites, const std::filesystem::path& store, Remember remember,
                             Local local, const Moment& now);

  /// What an earlier run remembered ("access/SITE").
  void restore(const Facts& facts, const Moment& now);
  void resume(const std::vector<Alert>& open);
  /// What is worth remembering now, for restore() of another one.
  [[nodiscard]] Facts kept() const;

  /// Somebody passed a terminal; the person is overwritten before this returns, also at a terminal of no site.
  void passed(const std::string& terminal, Passage passage, const Moment& now);
  /// A sensor works, or gives nothing.
  void works(const std::string& terminal, bool works, const Moment& now);

  /// Once a second: each rule that can be judged, with what it finds, to be given to the lifecycle.
  std::vector<std::pair<const Rule*, std::vector<Finding>>> look(const Moment& now);
  [[nodiscard]] std::vector<Rule> rules() const;
  /// Of each site, for the control centre.
  [[nodiscard]] std::vector<std::pair<std::string, Observation>> observations() const;
  /// What has been counted since the last time, for the history: entered, left, meals, corrections, and the most that were
  /// inside.
  std::vector<outbox::Count> take_counts(const Moment& now);
  /// Writes down what outlives a restart, where it has changed: every ten seconds, or `at_once`.
  void keep(const Moment& now, bool at_once = false);
  [[nodiscard]] boost::json::array about() const;

 private:
  struct Site {
    AccessSettings settings;
    alerts::Presence presence;
    Pseudonyms names;
    std::optional<alerts::Opening> opening = {};
    Steady since{};  // it is open, or closed
    std::string kept = {};
  };

  Access(Remember remember, Local local, const Moment& now)
      : remember_(std::move(remember)), local_(std::move(local)), rotated_(now.steady) {}
  Site* site_of(const std::string& terminal);
  void change_keys(const Moment& now);
  alerts::Opening opening(Site& site, const Moment& now) const;
  [[nodiscard]] Duration lasted(const Site& site, bool open, const Moment& now) const;

  Remember remember_;
  Local local_;
  std::vector<Site> sites_;
  int day_ = 0;  // of the keys; 0: the clock was not set when they were made
  Steady rotated_;
  std::optional<Steady> written_;
};

}  // namespace kuzet::run
