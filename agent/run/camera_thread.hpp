// SPDX-License-Identifier: Apache-2.0
// One thread for each camera: read, look, post. It owns its camera and its detectors outright.
#pragma once

#include "agent/run/configuration.hpp"
#include "agent/run/eye.hpp"
#include "agent/uplink/backoff.hpp"

#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

namespace kuzet::run {

/// What a camera thread tells; every function is called at home.
struct CameraEvents {
  std::function<void(const Seen&)> seen;
  std::function<void(const std::string& sentence)> said;
};

/// Reads a source until it is told to stop, opening it again after a failure with capped, jittered back-off, each fault said
/// once. At most one look is on its way home: when home is slow, newer sightings of a rule take the place of older ones, and
/// the camera is never held up.
class CameraThread {
 public:
  using Home = std::function<void(std::function<void()>)>;
  CameraThread(const CameraSettings& camera, std::unique_ptr<Eye> eye, const Clock& clock, CameraEvents events, Home home);
  /// Stops within 0.2 s of the end of the look it is at.
  ~CameraThread();
  CameraThread(const CameraThread&) = delete;
  CameraThread& operator=(const CameraThread&) = delete;

 private:
  struct Mailbox {  // shared with functions that may still be on their way home when the thread has ended
    std::mutex mutex;
    std::optional<Seen> seen;
    bool closed = false;
  };

  void run(std::stop_token stop);
  Result<bool> play(std::stop_token stop);
  void look(const Frame& frame, bool all);
  void post(Seen seen);
  void say(const std::string& sentence);
  void wait(Duration duration, std::stop_token stop);

  const CameraSettings camera_;
  std::unique_ptr<Eye> eye_;
  const Clock& clock_;
  CameraEvents events_;
  Home home_;
  uplink::Backoff backoff_;
  std::string told_;  // the fault that was said last, so that it is said once
  std::shared_ptr<Mailbox> mailbox_ = std::make_shared<Mailbox>();
  std::jthread thread_;
};

}  // namespace kuzet::run
