// SPDX-License-Identifier: Apache-2.0
// When a camera's faults are worth a line in the log: each once, a change at most once a minute, the recovery once.
#pragma once

#include "agent/core/time.hpp"

#include <optional>
#include <string>

namespace kuzet::run {

/// A camera that refuses and times out in turn, or comes and goes each second, must not fill the log. Pure.
class FaultWords {
 public:
  /// It failed (again). True: that is to be told; not where it is no news, or something was told within the last minute.
  bool failed(const std::string& what, Steady now);
  /// It works. True: a fault was told, so this is to be told, too.
  bool over();

 private:
  std::string told_;  // empty: nothing, or it is over
  std::optional<Steady> when_;
};

}  // namespace kuzet::run
