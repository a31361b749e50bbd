// SPDX-License-Identifier: Apache-2.0
// The thread that reads a camera: opens it, keeps it open, and hands over its newest picture; nothing that looks holds it up.
#pragma once

#include "agent/run/camera_meter.hpp"
#include "agent/run/configuration.hpp"
#include "agent/run/fault_words.hpp"
#include "agent/run/latest.hpp"
#include "agent/run/pulse.hpp"
#include "agent/uplink/backoff.hpp"
#include "drivers/camera.hpp"

#include <functional>
#include <future>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <thread>

namespace kuzet::run {

/// Reads a source until it is told to stop, opening it again after a failure with capped, jittered back-off.
class Capture {
 public:
  /// Called on the thread that reads.
  struct Tells {
    std::function<void(const std::string& sentence)> said;
    std::function<void(bool online, const std::string& cause)> state;
  };
  /// All that is given must outlive it.
  Capture(const CameraSettings& camera, const drivers::CameraType& type, const Clock& clock, Latest& latest, CameraMeter& meter,
          Tells tells);
  Capture(const Capture&) = delete;
  Capture& operator=(const Capture&) = delete;

  /// Which pictures are wanted from now on. Any thread.
  void want(drivers::Decode what);
  /// It ends within 0.2 s. Any thread; the destructor waits for the end.
  void request_stop() { thread_.request_stop(); }
  /// Waits for the end of its thread; false: it did not come so soon. Home's thread.
  [[nodiscard]] bool ended_within(Duration patience) const { return ended_.wait_for(patience) == std::future_status::ready; }
  /// Since when its driver has not come back; nothing where no call is under way. Any thread.
  [[nodiscard]] std::optional<Steady> inside() const { return pulse_.inside(); }

 private:
  class InUse;
  class Closing;
  void run(const std::stop_token& stop);
  Result<bool> play(const std::stop_token& stop);
  Result<bool> watch(drivers::Camera& source, const std::stop_token& stop);
  Result<std::optional<Frame>> next(drivers::Camera& source, const std::stop_token& stop);
  void picture(drivers::Camera& source, const Frame& frame, const std::stop_token& stop);
  void failed(const std::string& cause);
  void tell_state(bool online, const std::string& cause);

  const CameraSettings& camera_;
  const drivers::CameraType& type_;
  const Clock& clock_;
  Latest& latest_;
  CameraMeter& meter_;
  Tells tells_;
  uplink::Backoff backoff_;
  FaultWords words_;
  std::string cause_;   // that was told as the state's
  std::string remark_;  // of the source, that was told
  bool online_ = false;
  Steady opened_, described_;
  std::mutex mutex_;  // of what follows
  drivers::Camera* source_ = nullptr;
  drivers::Decode wanted_ = drivers::Decode::all;
  Pulse pulse_;
  std::promise<void> end_;
  std::future<void> ended_ = end_.get_future();
  std::jthread thread_;
};

/// Returns when it is over, or `stop` is requested.
void wait(Duration duration, const std::stop_token& stop);

}  // namespace kuzet::run
