// SPDX-License-Identifier: Apache-2.0
// Makes positions that always rise out of time stamps that are missing, run backwards or jump.
#pragma once

#include "agent/core/time.hpp"

#include <optional>

namespace kuzet::drivers::av {

/// Positions of pictures in a recording. One bad stamp is bridged with the nominal duration of a picture; a second one that
/// goes on from it is believed: the camera's clock was set, and time goes on from there.
class Timeline {
 public:
  /// `nominal`: how long a picture lasts where the stamps do not tell; more than 0.
  explicit Timeline(Duration nominal) : nominal_(nominal) {}

  /// The position of the next picture: 0 for the first, then always more than before. `stamp`: the picture's own time from any
  /// zero point, nullopt where it has none.
  Duration place(std::optional<Duration> stamp);

  /// Where the next picture would be, if it came on time: the length of what was placed.
  [[nodiscard]] Duration end() const { return last_ ? *last_ + nominal_ : Duration{}; }
  [[nodiscard]] Duration nominal() const { return nominal_; }

 private:
  [[nodiscard]] bool plausible(Duration step) const;
  [[nodiscard]] std::optional<Duration> believe(Duration stamp);

  Duration nominal_;
  std::optional<Duration> last_;     ///< position of the picture before
  std::optional<Duration> zero_;     ///< the stamp that is position 0
  std::optional<Duration> strange_;  ///< the stamp of the picture before, if it did not fit
};

}  // namespace kuzet::drivers::av
