// SPDX-License-Identifier: Apache-2.0
// What sensors measure: values with unit, time and quality, and persons who pass a terminal.
#pragma once

#include "agent/core/time.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace kuzet {

/// How far a value can be believed.
enum class Quality { good, uncertain, bad };
std::string_view name(Quality quality);

/// Why a value is not good: the words that are stored, sent and read by people.
namespace flaw {
inline constexpr std::string_view out_of_range = "out of range";    ///< bad: beyond what it can be
inline constexpr std::string_view flat_line = "flat line";          ///< uncertain: has not moved for too long
inline constexpr std::string_view too_old = "too old";              ///< bad: nothing came for too long
inline constexpr std::string_view checksum = "checksum";            ///< bad: damaged on the way
inline constexpr std::string_view power_on = "power-on value";      ///< bad: what the device says before it has measured
inline constexpr std::string_view warming_up = "warming up";        ///< uncertain: the device is not ready yet
inline constexpr std::string_view device_fault = "device fault";    ///< bad: the device itself says that it is broken
inline constexpr std::string_view no_number = "no number";          ///< bad: not a number, infinite
inline constexpr std::string_view unsure_source = "unsure source";  ///< uncertain: made from a value that is not good
}  // namespace flaw

/// One value that a sensor has: its name, unit and limits.
struct Channel {
  std::string name;             ///< "pm2_5"; an id, unique within the sensor
  std::string unit;             ///< "ug/m3", "degC", "%"; empty: a plain number
  double scale = 1;             ///< value = raw x scale + offset
  double offset = 0;            ///< in its unit
  std::optional<double> least;  ///< below is out of range
  std::optional<double> most;   ///< above is out of range
  Duration flat{};              ///< the very same value for so long is a flat line; zero: that is normal for it
  std::optional<double> deadband;  ///< a change of so much is told at once; without it, each minute's figures are enough
};

/// A value as the device gives it: not scaled, not judged.
struct Sample {
  std::size_t channel = 0;  ///< place among the sensor's channels
  double value = 0;
  Moment at;
  Quality quality = Quality::good;  ///< what the device and its line say about it
  std::string_view why = {};        ///< one of flaw::, where it is not good
};

/// A value that was judged: in its unit, with its quality. Of a bad one the value says nothing, and nobody may use it.
struct Reading {
  std::string sensor;
  std::string channel;
  double value = 0;
  std::string unit;
  Moment at;
  Quality quality = Quality::good;
  std::string why;
};

/// Somebody at a terminal. `person` may name a human being: it is made a pseudonym before anything else is done with it, and
/// is never stored, sent or logged.
struct Passage {
  enum class What { entry, exit, meal };
  What what = What::entry;
  std::string person;
  Moment at;
};
std::string_view name(Passage::What what);

}  // namespace kuzet
