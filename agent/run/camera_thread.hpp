// SPDX-License-Identifier: Apache-2.0
// One camera at work: a thread that reads it and a thread that looks, with the newest picture between them.
#pragma once

#include "agent/run/analysis.hpp"
#include "agent/run/camera_meter.hpp"
#include "agent/run/capture.hpp"
#include "agent/run/configuration.hpp"
#include "agent/run/latest.hpp"

#include <functional>
#include <memory>
#include <string>

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
  [[nodiscard]] const CameraMeter& meter() const { return meter_; }

 private:
  const CameraSettings camera_;
  const SharedOrders orders_;
  Latest latest_;
  CameraMeter meter_;
  Capture capture_;
  Analysis analysis_;
};

}  // namespace kuzet::run
