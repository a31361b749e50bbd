// SPDX-License-Identifier: Apache-2.0
// From what a device says to a reading: scaled, held against its limits, with its quality and the reason for it.
#pragma once

#include "agent/core/reading.hpp"

#include <optional>
#include <string>
#include <vector>

namespace kuzet::alerts {

/// One channel of one sensor. Pure; one thread.
class Gauge {
 public:
  Gauge(std::string sensor, Channel channel);

  /// The sample as a reading. Bad: the device or its line says so, no number, outside `least` to `most`. Uncertain: the device
  /// says so, or the raw value has not moved by a bit for `flat`. The value of a bad reading is what it would have been.
  Reading see(const Sample& sample);
  /// Nothing came for so long that nothing is known any more: said once, until the next sample.
  std::optional<Reading> aged(const Moment& now, Duration too_old);

  [[nodiscard]] const Channel& channel() const { return channel_; }
  /// The newest reading; nothing before the first sample.
  [[nodiscard]] const std::optional<Reading>& newest() const { return newest_; }

 private:
  [[nodiscard]] std::pair<Quality, std::string_view> judged(const Sample& sample, double value) const;
  void watch_for_flat_line(const Sample& sample);

  std::string sensor_;
  Channel channel_;
  std::optional<Reading> newest_;
  std::optional<double> raw_;  // of the last sample that the device believed in
  Steady moved_{};             // when that was another one than before
  bool aged_ = false;
};

}  // namespace kuzet::alerts
