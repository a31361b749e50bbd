// SPDX-License-Identifier: Apache-2.0
// Where people may be in a camera's pictures, so that they are covered before a picture is stored or sent.
#pragma once

#include "agent/core/frame.hpp"
#include "agent/run/turns.hpp"
#include "vision/scene/movers.hpp"
#include "vision/scene/objects.hpp"

#include <optional>
#include <vector>

namespace kuzet::run {

/// All that moves, and whom the object detector recognises where there is one; errs on the side of covering. One thread.
class People {
 public:
  /// `objects` may be none: then somebody who stands quite still is not seen.
  explicit People(vision::Objects* objects) : objects_(objects) {}

  static constexpr double rate = 5;  ///< pictures a second that it wants

  /// Movement wants to be looked at steadily.
  [[nodiscard]] Turns turns() const;
  /// Once a picture at `position` was looked at.
  [[nodiscard]] static Turns turns_after(Duration position);
  /// Looks, and writes into `frame.persons`.
  void see(Frame& frame);
  /// Asks the object detector, every other second, or at once where `urgent`: this picture may become evidence. Adds to
  /// `frame.persons`.
  void look_closer(Frame& frame, bool urgent);

 private:
  void add_recognised(Frame& frame) const;

  vision::Objects* objects_;
  vision::Movers movers_;
  std::optional<Duration> due_;
  std::optional<Steady> asked_;  // and answered
  std::vector<Box> recognised_;
};

}  // namespace kuzet::run
