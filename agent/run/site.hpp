// SPDX-License-Identifier: Apache-2.0
// The site beyond the picture: sensors, what follows from their readings, and who comes and goes.
#pragma once

#include "agent/alerts/exceptions.hpp"
#include "agent/alerts/minutes.hpp"
#include "agent/alerts/site_rules.hpp"
#include "agent/outbox/history_view.hpp"
#include "agent/run/access.hpp"
#include "agent/run/configuration.hpp"
#include "agent/run/foresight.hpp"
#include "agent/run/inbox.hpp"
#include "agent/run/offline_watch.hpp"
#include "agent/run/sensors.hpp"

#include <boost/json/object.hpp>

#include <functional>
#include <map>
#include <memory>
#include <optional>
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
    std::function<alerts::Circumstances(const Moment& now)> circumstances;
    /// Newest values: told when they change, and now and then.
    std::function<void(const std::string& source, const Observation& observation, const Moment& at)> observe;
    /// Told once, as it is.
    std::function<void(const std::string& source, const Observation& observation, const Moment& at)> tell;
    std::function<void(std::vector<MinuteFigures> figures, std::vector<outbox::Count> counts, const Moment& now)> remember;
    Foresight::Past past;
    std::function<void(const std::string& terminal, Passage::What what, const Moment& now)> passed;
    std::function<void(const std::string& output, bool on, const Result<>& done)> switched;
  };
  Site(const Configuration& all, const Clock& clock, Home home, Hooks hooks);

  /// `config`: the key of a site with terminals cannot be used.
  Result<> prepare(const Remember& remember);
  /// `config`: the key of a site with terminals of this configuration cannot be used. Before adopt() of the same.
  Result<> prepare_for(const Configuration& next);
  /// Another configuration takes the place of the one before, which may go then: what is the same in both knows what it knew,
  /// lines that serve the same devices go on. `known`: the alerts that are open, and what is suspected.
  void adopt(const Configuration& all, const std::vector<Alert>& known);
  /// Every rule that it has, for what was open when the agent stopped.
  [[nodiscard]] std::vector<Rule> rules() const;
  /// The alerts that were open, what was suspected, and the counts of sites with terminals ("access/..."). Before open().
  void resume(const std::vector<Alert>& known, const Facts& access);
  /// The lines begin to work.
  void open();
  /// Once a second.
  void tick(const Moment& now);
  /// Writes down what is not written yet.
  void keep(const Moment& now);
  /// Begins to end, without waiting for it.
  void request_stop();

  void want(const std::string& output, bool on);
  /// What a camera tells of a zone may be asked for by rules.
  void see(const std::string& camera, const std::string& zone, const Observation& observation, const Moment& at);
  /// A condition with a name, as of the last tick.
  [[nodiscard]] alerts::Verdict truth(const std::string& condition) const { return rules_.truth(condition); }

  /// Which sensors work.
  [[nodiscard]] std::vector<Sign> signs(const Moment& now) const { return offline_.signs(now); }
  [[nodiscard]] std::size_t sensors() const { return all_->sensors.size(); }
  /// Its part of health and status: sensors, and access where there is one.
  [[nodiscard]] boost::json::object about(const Moment& now) const;

 private:
  void read_deadbands();
  void read(const Reading& reading);
  void passed(const std::string& terminal, Passage passage);
  void state(const std::string& sensor, bool works, const std::string& cause);
  void forget_camera_values(const Moment& now);
  void close_minutes(const Moment& now);
  void hand_on(std::vector<MinuteFigures> figures, const Moment& now);

  const Configuration* all_;
  const Clock& clock_;
  Home home_;
  Hooks hooks_;
  OfflineWatch offline_;
  alerts::SiteRules rules_;
  alerts::Minutes minutes_;
  alerts::Exceptions exceptions_;
  std::map<std::pair<std::string, std::string>, std::optional<double>, alerts::ChannelOrder> deadbands_;  // of each channel
  std::map<std::pair<std::string, std::string>, Steady> camera_values_;  // when each last came, as long as it is known
  Foresight foresight_;
  Remember remember_;
  std::optional<Access> access_, next_access_;
  std::optional<Steady> closed_;  // when minutes were last handed on
  std::unique_ptr<Sensors> sensors_;
};

}  // namespace kuzet::run
