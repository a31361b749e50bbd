// SPDX-License-Identifier: Apache-2.0
// What is kept of many values of one channel: how many, the least, the mean, the most and the last.
#pragma once

#include "agent/core/reading.hpp"
#include "agent/core/time.hpp"

#include <cstdint>
#include <limits>
#include <string>

namespace kuzet {

/// Of a stretch of time. The values are those of the good readings alone; of others there is only a count.
struct Figures {
  static constexpr double none = std::numeric_limits<double>::quiet_NaN();

  std::uint32_t n = 0;          ///< good readings
  std::uint32_t uncertain = 0;  ///< readings that may be doubted
  std::uint32_t bad = 0;        ///< readings that say nothing
  double least = none, mean = none, most = none, last = none;

  /// One more good value. The mean moves by its share and is no sum, so that large counters keep their digits (Welford, 1962).
  void add(double value);
  /// The figures of both; the last value is that of `later`, where it has one.
  void merge(const Figures& later);
  /// good: most readings were; bad: none could be used; uncertain: something between.
  [[nodiscard]] Quality quality() const;
  [[nodiscard]] std::uint64_t readings() const { return std::uint64_t{n} + uncertain + bad; }
};

/// Of one channel in one minute.
struct MinuteFigures {
  std::string sensor;
  std::string channel;
  std::string unit;
  Moment at;  ///< when the minute began: of the wall clock, or of the steady clock while the other is not set
  Figures figures;
  std::string why;  ///< the newest reason, where the minute is not good
};

}  // namespace kuzet
