// SPDX-License-Identifier: Apache-2.0
// Observations of detectors on their way to the control centre: what changed, and all of it now and then.
#pragma once

#include "agent/core/alert.hpp"
#include "agent/uplink/wire.hpp"

#include <map>
#include <string>
#include <tuple>
#include <vector>

namespace kuzet::run {

/// Report by exception with a heartbeat: each source's newest values go out together, when they changed since they were last
/// told or were not told for a minute. Values come many times a second and leave at most every ten seconds, or `sparse`: every
/// minute. One thread.
class Observer {
 public:
  void see(const std::string& source, const std::string& zone, const Observation& observation, const Moment& at);

  /// Tells this once and as it is, with the next batch of its source: readings and figures of minutes, of which
  /// alerts::Exceptions has decided already. A `reading` that waits gives way to a newer one of the same name.
  void tell(const std::string& source, const Observation& observation, const Moment& at);

  /// One batch of a source.
  struct Batch {
    std::string source;
    std::vector<uplink::Observed> observed;
  };
  /// What is to be told at `now`; empty between two turns.
  std::vector<Batch> take(const Moment& now, bool sparse = false);
  /// The next turn is now: nothing is told later.
  void hurry() { turn_.reset(); }

 private:
  struct Value {
    uplink::Observed newest;
    boost::json::object told;
    std::optional<Steady> when;  // it was told
  };
  using Key = std::tuple<std::string, std::string, std::string>;  // source, zone, what
  std::map<Key, Value> values_;
  std::map<std::string, std::vector<uplink::Observed>> once_;  // by source
  std::optional<Steady> turn_;
};

}  // namespace kuzet::run
