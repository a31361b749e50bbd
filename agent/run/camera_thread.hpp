// SPDX-License-Identifier: Apache-2.0
// One camera at work: a thread that reads it and a thread that looks, with the newest picture between them.
#pragma once

#include "agent/run/analysis.hpp"
#include "agent/run/camera_meter.hpp"
#include "agent/run/capture.hpp"
#include "agent/run/configuration.hpp"
#include "agent/run/latest.hpp"
#include "agent/run/watchdog.hpp"

#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

namespace kuzet::run {

/// What a camera tells; every function is called at home.
struct CameraEvents {
  std::function<void(const Seen&)> seen;
  std::function<void(const std::string& sentence)> said;
  /// Its first picture after it was opened came; or it gives none, and why. Told when either changes; before the first time
  /// nothing is known.
  std::function<void(bool online, const std::string& cause)> state = {};
};

/// Slow detectors never hold up the camera, a dead camera never the detectors of another one.
class CameraThread {
 public:
  using Home = Analysis::Home;
  /// `type` is the driver of its source; `orders` what home may tell it while it works.
  CameraThread(const CameraSettings& camera, const drivers::CameraType& type, std::unique_ptr<Eye> eye, SharedOrders orders,
               const Clock& clock, const CameraEvents& events, const Home& home);
  /// Ends within 0.2 s of the end of the look it is at.
  ~CameraThread() { request_stop(); }
  CameraThread(const CameraThread&) = delete;
  CameraThread& operator=(const CameraThread&) = delete;

  /// Begins to end, without waiting for it.
  void request_stop();
  /// Ends them all and waits for it, but not for those that hang: they are left to themselves until the process ends, and
  /// bring nothing home any more.
  static void retire(std::vector<std::unique_ptr<CameraThread>> cameras);
  /// How many were left to themselves so far: the process must end without waiting for them (_Exit).
  [[nodiscard]] static std::size_t left_behind();

  /// It is inside of a call that it should have come back from.
  [[nodiscard]] std::optional<StuckCamera> stuck(Steady now) const;
  [[nodiscard]] const CameraMeter& meter() const { return meter_; }

 private:
  /// The way home; shut when nobody is there any more.
  struct Gate {
    std::mutex mutex;
    Home home;
  };
  [[nodiscard]] Home way_home() const;

  const std::shared_ptr<Gate> gate_;
  const CameraSettings camera_;
  const bool live_;
  const SharedOrders orders_;
  Latest latest_;
  CameraMeter meter_;
  Capture capture_;
  Analysis analysis_;
};

}  // namespace kuzet::run
