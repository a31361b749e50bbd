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
#include <vector>

namespace kuzet::drivers {

/// Whether recorded footage comes at the speed at which it was taken, or as fast as it can be read.
enum class Pace { real_time, fast };

/// Which pictures of a stream are decoded; the others cost next to nothing, and are not given.
enum class Decode { all, key };

/// How an RTSP camera sends: within its connection, in datagrams, or within, and in datagrams where the camera has no other.
enum class Transport { automatic, tcp, udp };

struct PictureSize {
  int width = 0;
  int height = 0;
  friend bool operator==(const PictureSize&, const PictureSize&) = default;
};

/// What the agent asks of a source. What does not concern a driver it ignores.
struct CameraRequest {
  std::string source;  ///< as the configuration names it: a URL, a device, a file, a folder; may hold a password
  Pace pace = Pace::real_time;
  bool repeat = false;                          ///< start again at the end of recorded footage
  std::optional<double> rate = {};              ///< pictures a second of a folder (1 without it) or a device
  Duration timeout = std::chrono::seconds(10);  ///< longest wait for an open or for a picture
  std::string username = {};                    ///< of a stream; beside those in the source, never in a message
  std::string password = {};
  Transport transport = Transport::automatic;
  std::string hwaccel = "none";          ///< decoder in hardware: auto, none, or the name of one
  std::string format = {};               ///< of a device: "MJPG", "YUYV"; empty: the cheapest that it has
  std::optional<PictureSize> size = {};  ///< of a device
  Decode decode = Decode::all;           ///< to begin with
};

/// What is known of an opened source.
struct CameraAbout {
  std::string driver;
  std::string codec;  ///< "h264", "mjpeg", "YUYV"; empty for files of pictures
  PictureSize size = {};
  std::optional<double> rate = {};  ///< pictures a second, by its own word
  std::string decoder;              ///< "h264", "h264_v4l2m2m"; empty where nothing is decoded
  std::string remark;               ///< what the technician should know, one sentence: why hardware is not used; else empty
};

/// What was counted since the source was opened.
struct CameraCounts {
  std::uint64_t received = 0;  ///< pictures that came, decoded or not
  std::uint64_t decoded = 0;
  std::uint64_t damaged = 0;                  ///< pictures that were no good
  std::uint64_t bytes = 0;                    ///< as they came
  Duration decoding{};                        ///< of the processor, all of it
  std::optional<Duration> key_distance = {};  ///< between the last two key frames
};

/// An opened source. One thread uses it; stop_token and time-out end any wait within 0.2 s, its end included.
class Camera {
 public:
  virtual ~Camera() = default;

  /// Waits for the next picture. nullopt: recorded footage is at its end, or `stop` was requested. A failure with `io` may pass
  /// when the source is opened again. A picture that is damaged is skipped and counted, not a failure, as long as others
  /// follow. `taken` is when the picture was due (real time), `start` plus its position (fast), or when a live one was taken as
  /// far as its arrival tells. A source that is opened again begins at position 0.
  virtual Result<std::optional<Frame>> read(std::stop_token stop) = 0;

  /// Which pictures are wanted from now on. May be called by any thread, at any time. Key frames that came meanwhile are
  /// decoded first, so that no picture is lost when all are wanted again. Sources whose pictures stand alone give all of them.
  virtual void want(Decode what) { (void)what; }

  /// Of the thread that reads.
  [[nodiscard]] virtual CameraAbout about() const { return {}; }
  [[nodiscard]] virtual CameraCounts counts() const { return {}; }

  /// What was wrong with footage that could still be used ("ends in the middle of a picture"), empty when nothing was.
  [[nodiscard]] virtual std::string damage() const { return {}; }

  /// True where the source is a folder of pictures: each is analysed, once.
  [[nodiscard]] virtual bool stills() const { return false; }
};

/// A kind of camera source: one line in drivers.def, one folder.
struct CameraType {
  std::string_view name;
  std::string_view summary;
  bool live = false;  ///< it shows what is now: an end is a fault, and nobody plays it again
  /// Whether this driver reads sources that are written so (looks at the text only).
  bool (*accepts)(std::string_view source) = nullptr;
  /// Opens the source; `clock` dates the pictures. Fails with `io` and one sentence: "no such file".
  Result<std::unique_ptr<Camera>> (*open)(const CameraRequest& request, const Clock& clock, std::stop_token stop) = nullptr;
  std::vector<std::string_view> settings = {};  ///< of a camera, by name: those that matter to this driver, for `describe`
};

/// All camera drivers of this program, in the order of drivers.def.
std::span<const CameraType* const> camera_types();
/// The driver that reads this source; nullptr when none does.
const CameraType* find_camera(std::string_view source);

}  // namespace kuzet::drivers
