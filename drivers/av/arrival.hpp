// SPDX-License-Identifier: Apache-2.0
// When a live picture was taken, as far as its time stamp and its arrival tell: pictures that come in a burst were not taken
// so.
#pragma once

#include "agent/core/time.hpp"

#include <optional>

namespace kuzet::drivers::av {

/// A camera stamps evenly and the network delivers unevenly. The smallest (arrival - stamp) of the last seconds belongs to the
/// picture that waited least; every other one was taken when its stamp says, seen from there. Pure: time is an argument.
class Arrival {
 public:
  /// When the picture was taken: never after `arrival`, always after the picture before where that does not contradict.
  /// `stamp`: the camera's own time from any zero point; nullopt where there is none.
  Steady taken(std::optional<Duration> stamp, Steady arrival);

  /// Stamps that are further from the arrival than this have jumped: nobody keeps pictures for so long.
  static constexpr Duration most_waiting = std::chrono::seconds(10);
  /// How long a smallest wait is remembered, at least; clocks drift.
  static constexpr Duration memory = std::chrono::seconds(5);

 private:
  void anchor(Duration offset, Steady arrival);
  void remember(Duration offset, Steady arrival);

  std::optional<Duration> last_stamp_;
  Duration highest_{};         ///< stamp since the last jump
  Steady rose_{};              ///< when it came
  Duration now_{}, before_{};  ///< smallest offset of this period and of the one before
  Steady since_{};             ///< when this period began
  std::optional<Steady> last_;
};

}  // namespace kuzet::drivers::av
