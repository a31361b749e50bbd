// SPDX-License-Identifier: Apache-2.0
// What a camera driver is: a plugin that opens a source and gives its pictures one by one, and can always be interrupted.
#pragma once

#include "agent/core/frame.hpp"
#include "agent/core/settings.hpp"

#include <memory>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <string_view>

namespace kuzet::drivers {

/// Whether recorded footage comes at the speed at which it was taken, or as fast as it can be read.
enum class Pace { real_time, fast };

/// What the agent asks of a source.
struct CameraRequest {
  std::string source;  ///< as the configuration names it: a URL, a device, a file, a folder
  Pace pace = Pace::real_time;
  bool repeat = false;                          ///< start again at the end of recorded footage
  double folder_rate = 1;                       ///< pictures a second for a folder of pictures
  Duration timeout = std::chrono::seconds(10);  ///< longest wait for an open or for a picture
};

/// An opened source. One thread uses it; stop_token and time-out end any wait within 0.2 s.
class Camera {
 public:
  virtual ~Camera() = default;

  /// Waits for the next picture. nullopt: recorded footage is at its end, or `stop` was requested. A failure with `io` may pass
  /// when the source is opened again. A picture that is damaged is skipped and counted, not a failure, as long as others
  /// follow. `taken` is when the picture was due (real time) or `start` plus its position (fast).
  virtual Result<std::optional<Frame>> read(std::stop_token stop) = 0;

  /// What was wrong with footage that could still be used ("ends in the middle of a picture"), empty when nothing was.
  [[nodiscard]] virtual std::string damage() const { return {}; }

  /// True where the source is a folder of pictures: each is analysed, once.
  [[nodiscard]] virtual bool stills() const { return false; }
};

/// A kind of camera source: one line in drivers.def, one folder.
struct CameraType {
  std::string_view name;
  std::string_view summary;
  /// Whether this driver reads sources that are written so (looks at the text only).
  bool (*accepts)(std::string_view source) = nullptr;
  /// Opens the source; `clock` dates the pictures. Fails with `io` and one sentence: "no such file".
  Result<std::unique_ptr<Camera>> (*open)(const CameraRequest& request, const Clock& clock, std::stop_token stop) = nullptr;
};

/// All camera drivers of this program, in the order of drivers.def.
std::span<const CameraType* const> camera_types();
/// The driver that reads this source; nullptr when none does.
const CameraType* find_camera(std::string_view source);

}  // namespace kuzet::drivers
