// SPDX-License-Identifier: Apache-2.0
// What can be said of a camera in figures: written by the threads that read and look, read at home.
#pragma once

#include "agent/core/time.hpp"
#include "agent/run/window.hpp"
#include "drivers/camera.hpp"

#include <boost/json/object.hpp>

#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace kuzet::run {

enum class CameraState { online, offline, ended };

/// What one look of one detector took of the processor.
struct LookCost {
  std::string_view detector;  ///< of its DetectorType
  Duration time{};
};

/// How one camera's detectors keep up.
struct Keeping {
  std::string camera;
  double analysed = 0;  ///< pictures a second
  double dropped = 0;   ///< looks a second that were due and not made
};

/// Any thread; time is an argument. Rates are over the last ten seconds.
class CameraMeter {
 public:
  explicit CameraMeter(Steady now) : since_(now) {}

  // By the thread that reads. `counts` are those of the driver since it was opened.
  void opened(drivers::Decode decoding);
  void picture(const Frame& frame, const drivers::CameraCounts& counts, Steady now);
  void describes(const drivers::CameraAbout& about);
  void failed(const std::string& cause, Steady now);
  void ended(Steady now);
  void decodes(drivers::Decode what);

  // By the thread that looks. `dropped`: all so far.
  void looked(const std::vector<LookCost>& costs, std::uint64_t dropped, Steady now);

  /// Between key frames, where the source tells; nothing where there is nothing to gain by leaving pictures out: each of them
  /// is a key frame.
  [[nodiscard]] std::optional<Duration> key_distance(Steady now) const;
  [[nodiscard]] Keeping keeping(const std::string& camera, Steady now) const;
  /// A camera's part of health and status.
  [[nodiscard]] boost::json::object figures(const Moment& now) const;

 private:
  struct Mean {
    Window time{std::chrono::seconds(1), 10}, times{std::chrono::seconds(1), 10};
    void add(Duration took, double count, Steady now) { time.add(1000 * in_seconds(took), now), times.add(count, now); }
    [[nodiscard]] std::optional<double> milliseconds(Steady now);
  };
  void online(Steady now);
  [[nodiscard]] bool stalled(Steady now) const;
  [[nodiscard]] std::string_view grade(Steady now) const;

  mutable std::mutex mutex_;
  CameraState state_ = CameraState::offline;
  Steady since_;
  std::string fault_;
  bool was_online_ = false;
  drivers::CameraAbout about_;
  drivers::CameraCounts counts_;
  drivers::Decode decoding_ = drivers::Decode::all;
  std::optional<Steady> came_, taken_;  // the last picture: when we had it, and when the camera took it
  Duration usual_{};                    // between two pictures
  std::uint64_t looks_ = 0, dropped_ = 0;
  // Reading a window moves it on.
  mutable Window received_{std::chrono::seconds(1), 10}, decoded_{std::chrono::seconds(1), 10};
  mutable Window damaged_{std::chrono::seconds(1), 10}, analysed_{std::chrono::seconds(1), 10};
  mutable Window missed_{std::chrono::seconds(1), 10}, bytes_{std::chrono::seconds(1), 10};
  mutable Window reconnects_{std::chrono::minutes(1), 60}, stalls_{std::chrono::minutes(1), 60};
  mutable Mean decode_;
  mutable std::map<std::string_view, Mean> detectors_;
};

}  // namespace kuzet::run
