// SPDX-License-Identifier: Apache-2.0
// When the faults of a camera or a line are worth a line in the log: each once, a change at most once a minute, the recovery once.
#pragma once

#include "agent/core/time.hpp"

#include <optional>
#include <string>

namespace kuzet::run {

/// A camera that refuses and times out in turn, or a sensor that comes and goes each second, must not fill the log: while it
/// goes on so, the minute between two lines doubles, up to ten. Pure.
class FaultWords {
 public:
  /// It failed (again). True: that is to be told; not where it is no news, or something was told a short while ago.
  bool failed(const std::string& what, Steady now);
  /// It works. True: a fault was told, so this is to be told, too.
  bool over();

 private:
  std::string told_;  // empty: nothing, or it is over
  std::optional<Steady> when_;
  Duration between_{};  // two lines, as long as it comes and goes
};

}  // namespace kuzet::run
