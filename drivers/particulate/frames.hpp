// SPDX-License-Identifier: Apache-2.0
// Finds the frames of dust sensors in a stream of bytes, whatever lies between them.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace kuzet::drivers::particulate {

enum class Model { sds011, pms5003, pms7003 };

/// What a frame says.
struct Word {
  bool values = false;  ///< measured values; otherwise the answer to a command
  double pm2_5 = 0;     ///< ug/m3
  double pm10 = 0;
  double pm1 = 0;                        ///< of Plantower's sensors
  std::uint8_t fault = 0;                ///< of the PMS7003: its error code
  std::uint8_t command = 0;              ///< that is answered
  std::array<std::uint8_t, 5> answer{};  ///< what it is answered with
};

/// SDS011: Nova Fitness, Laser Dust Sensor Control Protocol V1.3. PMS5003, PMS7003: Plantower, data manuals of 2016, appendix
/// I.
///
/// A frame counts when its head, length and checksum agree. What only begins like one is left byte by byte, so that a good
/// frame that begins within it is found; within a good frame nothing is looked for.
class Frames {
 public:
  using Sink = std::function<void(const Word&)>;

  explicit Frames(Model model) : model_(model) {}
  /// Keeps less than one frame of what was fed.
  void feed(std::string_view bytes, const Sink& sink);
  void clear() { rest_.clear(); }
  /// What began like a frame and was none, since the beginning.
  [[nodiscard]] std::uint64_t damaged() const { return damaged_; }

 private:
  Model model_;
  std::string rest_;
  std::uint64_t damaged_ = 0;
};

/// A command as it is written: SDS011, to whatever sensor is there.
std::string sds_command(std::uint8_t command, std::uint8_t first = 0, std::uint8_t second = 0);
/// Plantower's.
std::string pms_command(std::uint8_t command, std::uint8_t data);

}  // namespace kuzet::drivers::particulate
