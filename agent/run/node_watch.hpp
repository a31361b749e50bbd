// SPDX-License-Identifier: Apache-2.0
// What is wrong with the board itself, as findings like any other: "node_fault" alerts that close when it is over.
#pragma once

#include "agent/core/alert.hpp"

#include <boost/json/object.hpp>

#include <cstdint>
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
inline constexpr std::string_view restarted = "restarted";          ///< the run before did not end by itself, and why
inline constexpr std::string_view hung = "hung";                    ///< a part of the agent does not come back from a call
inline constexpr std::string_view configuration = "configuration";  ///< one was refused, or taken back after its trial
inline constexpr std::string_view certificate = "certificate";      ///< it ends soon, or could not be renewed
inline constexpr std::string_view clock = "clock";                  ///< it was never set since the board started
inline constexpr std::string_view names = "names";                  ///< the broker's name cannot be found
inline constexpr std::string_view power = "power";                  ///< the supply is too weak, or the processor is held back
inline constexpr std::string_view card = "card";                    ///< it is worn, or the kernel reports its errors
inline constexpr std::string_view writes = "writes";                ///< more is written to the card than its day's budget
inline constexpr std::string_view permission = "permission";        ///< a device, a file or a folder may not be opened
}  // namespace node_fault

/// Knows which faults there are now. Pure; one thread.
class NodeWatch {
 public:
  NodeWatch();

  /// The fault is there, and counts as there for at least `lasts`. A number `edition` among the details is not told: another
  /// one than before means that they have changed so that it is worth a message.
  void report(std::string_view fault, boost::json::object details, const Moment& now, Duration lasts);

  /// Each rule with what it finds at `now`: to be given to the lifecycle.
  [[nodiscard]] std::vector<std::pair<const Rule*, std::vector<Finding>>> look(const Moment& now) const;
  [[nodiscard]] const std::vector<Rule>& rules() const { return rules_; }

 private:
  struct State {
    boost::json::object details;
    Steady since{};
    Steady until{};
    std::uint64_t edition = 0;
  };
  std::vector<Rule> rules_;
  std::vector<State> states_;  // of the rule at the same place
};

}  // namespace kuzet::run
