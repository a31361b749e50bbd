// SPDX-License-Identifier: Apache-2.0
// What is wrong with the board itself, as findings like any other: "node_fault" alerts that close when it is over.
#pragma once

#include "agent/core/alert.hpp"

#include <boost/json/object.hpp>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace kuzet::run {

/// The faults that a node can have; `measure.fault` of their alerts.
namespace node_fault {
inline constexpr std::string_view store_corrupt = "store_corrupt";  ///< it could not be read and was begun anew
inline constexpr std::string_view disk_full = "disk_full";          ///< the reserve is reached: alerts only
inline constexpr std::string_view refused = "messages_refused";     ///< the broker does not take some of what we send
}  // namespace node_fault

/// Knows which faults there are now. Pure; one thread.
class NodeWatch {
 public:
  NodeWatch();

  /// The fault is there, and counts as there for at least `lasts`.
  void report(std::string_view fault, boost::json::object details, const Moment& now, Duration lasts);

  /// Each rule with what it finds at `now`: to be given to the lifecycle.
  [[nodiscard]] std::vector<std::pair<const Rule*, std::vector<Finding>>> look(const Moment& now) const;
  [[nodiscard]] const std::vector<Rule>& rules() const { return rules_; }

 private:
  struct State {
    boost::json::object details;
    Steady since{};
    Steady until{};
  };
  std::vector<Rule> rules_;
  std::vector<State> states_;  // of the rule at the same place
};

}  // namespace kuzet::run
