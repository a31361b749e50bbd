// SPDX-License-Identifier: Apache-2.0
// What the agent looks at by itself, at its start and now and then: faults of the board that would take it from the city.
#pragma once

#include "agent/core/time.hpp"
#include "agent/run/checks/names.hpp"
#include "agent/run/checks/remark.hpp"
#include "agent/run/checks/roots.hpp"
#include "agent/run/configuration.hpp"
#include "agent/run/inbox.hpp"

#include <boost/json/object.hpp>

#include <functional>
#include <future>
#include <memory>
#include <optional>
#include <stop_token>
#include <string_view>
#include <utility>
#include <vector>

namespace kuzet::run {

/// The faults of the node (node_watch.hpp) that follow from what the checks found, each with `what` and `do` of the worst.
std::vector<std::pair<std::string_view, boost::json::object>> faults_of(const checks::Remarks& remarks);

/// Where and how it looks; tests have their own.
struct SelfCheckPlan {
  checks::Roots roots = {};
  checks::Resolver resolver = {};
  Duration every = std::chrono::hours(1);
  Duration again = std::chrono::minutes(2);  ///< while something is wrong: what was put right is told soon
};

/// The checks that matter, on a thread of their own. Lives at home; its end waits for a look under way for a second at most,
/// and leaves behind one that hangs in the kernel.
class SelfCheck {
 public:
  /// A fault is there, and counts as there for so long.
  using Report = std::function<void(std::string_view fault, boost::json::object details, Duration lasts)>;

  /// Of this configuration, which it copies. `home` is asked as long as this object lives.
  SelfCheck(const Configuration& all, Home home, Report report, SelfCheckPlan plan = {});
  ~SelfCheck();
  SelfCheck(const SelfCheck&) = delete;
  SelfCheck& operator=(const SelfCheck&) = delete;

  /// Another configuration is in force: looked at soon.
  void adopt(const Configuration& all);
  /// Once a second: begins a look that is due.
  void tick(const Moment& now);

 private:
  void watch_clock(const Moment& now);
  void looked(checks::Remarks remarks, const Moment& now);

  std::shared_ptr<const Configuration> all_;
  std::shared_ptr<Inbox> inbox_;
  Report report_;
  SelfCheckPlan plan_;
  std::optional<Steady> began_, next_;
  bool looking_ = false;
  std::stop_source stop_;
  std::future<void> ended_;    // of the newest look
  bool name_missing_ = false;  // in the last look, too: one answer that did not come is no fault
};

}  // namespace kuzet::run
