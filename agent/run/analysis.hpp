// SPDX-License-Identifier: Apache-2.0
// The thread that looks: it owns a camera's detectors, takes the newest picture, and brings home what was seen.
#pragma once

#include "agent/run/camera_meter.hpp"
#include "agent/run/capture.hpp"
#include "agent/run/eye.hpp"
#include "agent/run/fault_words.hpp"
#include "agent/run/latest.hpp"
#include "agent/run/orders.hpp"
#include "agent/run/pulse.hpp"
#include "agent/uplink/backoff.hpp"

#include <functional>
#include <future>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <thread>

namespace kuzet::run {

/// At most one look is on its way home: when home is slow, newer sightings of a rule take the place of older ones, and neither
/// the detectors nor the camera are held up.
class Analysis {
 public:
  using Home = std::function<void(std::function<void()>)>;
  struct Tells {
    std::function<void(const std::string& sentence)> said;  ///< on the thread that looks
    std::function<void(const Seen&)> seen;                  ///< at home
  };
  /// What it works with; all of it must outlive it.
  struct Tools {
    const Clock& clock;
    Latest& latest;
    CameraMeter& meter;
    Capture& capture;
    const Orders& orders;
    bool chooses_decode = false;  ///< leaves out all but key frames where nothing more is needed
  };
  Analysis(std::unique_ptr<Eye> eye, const Tools& tools, Tells tells, Home home);
  /// Stops within 0.2 s of the end of the look it is at.
  ~Analysis();
  Analysis(const Analysis&) = delete;
  Analysis& operator=(const Analysis&) = delete;

  void request_stop() { thread_.request_stop(); }
  /// Waits for the end of its thread; false: it did not come so soon. Home's thread.
  [[nodiscard]] bool ended_within(Duration patience) const { return ended_.wait_for(patience) == std::future_status::ready; }
  /// Since when its detectors have not come back; nothing where none looks. Any thread.
  [[nodiscard]] std::optional<Steady> inside() const { return pulse_.inside(); }

 private:
  struct Mailbox {  // shared with functions that may still be on their way home when the thread has ended
    std::mutex mutex;
    std::optional<Seen> seen;
    bool closed = false;
  };

  void run(const std::stop_token& stop);
  void look(const Latest::Taken& picture);
  void follow_orders();
  void choose_decode();
  void post(Seen seen);

  std::unique_ptr<Eye> eye_;
  Tools use_;
  Tells tells_;
  Home home_;
  uplink::Backoff backoff_;
  FaultWords words_;
  float share_ = 1;  // that the eye is allowed
  std::shared_ptr<Mailbox> mailbox_ = std::make_shared<Mailbox>();
  Pulse pulse_;
  std::promise<void> end_;
  std::future<void> ended_ = end_.get_future();
  std::jthread thread_;
};

/// Which pictures are worth decoding where so many a second are needed.
drivers::Decode decode_for(double need, std::optional<Duration> key_distance);

}  // namespace kuzet::run
