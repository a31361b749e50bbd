// SPDX-License-Identifier: Apache-2.0
// The outputs of one agent: what answers and commands ask for goes to the lines, what became of it into journal, observations
// and alerts.
#pragma once

#include "agent/alerts/switching.hpp"
#include "agent/run/guardian.hpp"
#include "agent/run/memory.hpp"
#include "agent/run/output_schema.hpp"
#include "agent/uplink/command_text.hpp"
#include "agent/uplink/received.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace kuzet::run {

/// Lives at home. An output that cannot be switched is a node_fault of its own ("output" in `measure.fault`).
class Outputs {
 public:
  struct Hooks {
    std::function<void(const std::string& output, bool on)> want;  ///< to the lines
    Remember remember;
    std::function<void(const boost::json::object& entry)> journal;  ///< into the chained list of commands and switches
    std::function<void(const std::string& output, const Observation& observation, const Moment& at)> observe;
    std::function<void(const std::string& alert, std::size_t level)> escalate;  ///< a later step of its answer was reached
    std::function<void(const std::string& sentence)> say;
  };
  /// `guard`: false where nobody is to watch over this process (tests).
  Outputs(const std::vector<OutputSettings>& outputs, std::vector<alerts::Answer> answers, const std::string& boot_id,
          const Clock& clock, Hooks hooks, bool guard = true);

  /// Brings those to their safe states that will be gone or other ones; true once they are.
  bool let_go(const std::vector<OutputSettings>& next);
  /// Others take the place of those before, by the alerts that are open now. An output whose device is the same stays as it is
  /// switched, and its limits go on counting. Before the lines adopt the same.
  void adopt(const std::vector<OutputSettings>& outputs, std::vector<alerts::Answer> answers, const std::vector<Alert>& open);
  /// "answer/..." and "output/..." of an earlier run, and the alerts that were open: before the first tick.
  void restore(const Facts& facts, const std::vector<Alert>& open);
  /// Every step of every alert, in order.
  void alert(const AlertEvent& event);
  /// An event of this alert stands there in the store.
  void recorded(const std::string& alert, const std::string& store, std::uint64_t seq);
  void acknowledged(const uplink::Ack& ack);
  void condition(const std::string& name, bool holds);
  /// cmd/switch. The answer tells until when it holds.
  Result<boost::json::object> obey(const uplink::Switch& command);
  /// What the lines tell.
  void switched(const std::string& output, bool on, const Result<>& done);

  /// Once a second; and at next(), where a second is too coarse.
  void tick();
  [[nodiscard]] std::optional<Steady> next() const { return control_.next(); }

  [[nodiscard]] const std::vector<Rule>& rules() const { return rules_; }
  /// Each rule with what it finds at `now`: outputs that cannot be switched.
  [[nodiscard]] std::vector<std::pair<const Rule*, std::vector<Finding>>> look(const Moment& now) const;

  /// All go to their safe states; done when settled() says so, or when nobody wants to wait longer.
  void stop();
  [[nodiscard]] bool settled() const { return control_.settled(); }
  /// Its part of health and status: id, driver, on, asked for by whom, held by command, what is wrong.
  [[nodiscard]] boost::json::array about(const Moment& now) const;
  [[nodiscard]] std::size_t size() const { return rules_.size(); }

 private:
  void settle(const std::vector<OutputSettings>& outputs);
  void pump();
  void take(const alerts::Switched& news);

  const Clock& clock_;
  Hooks hooks_;
  const std::string boot_;
  const bool guard_;
  alerts::Switching control_;
  std::vector<Rule> rules_;  // one an output, in their order
  std::vector<std::string> drivers_;
  std::map<std::string, std::string> made_of_;  // of each output: its device and its safe state
  bool pumping_ = false, pump_again_ = false;
  std::unique_ptr<Guardian> guardian_;
};

}  // namespace kuzet::run
