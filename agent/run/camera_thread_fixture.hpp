// SPDX-License-Identifier: Apache-2.0
// A camera that a test plays: a source that does what its script says, and detectors that take their time.
#pragma once

#include "agent/run/camera_thread.hpp"
#include "agent/run/system_clock.hpp"
#include "tests/harness/home.hpp"

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace kuzet::run::test_camera {

/// What the source does, and what was done with it. Shared by the test and the camera's threads.
struct Script {
  double rate = 100;         ///< pictures a second, as they come
  double speed = 1;          ///< seconds of footage that pass in one
  std::uint64_t length = 0;  ///< of one connection, in pictures; 0: without end
  std::string fault;         ///< of every open; empty: none
  bool live = true;
  bool stills = false;
  std::optional<Duration> key_distance = {};
  std::atomic<bool> moves = false;  ///< something in the picture

  std::atomic<int> opened = 0, alive = 0;
  std::atomic<std::uint64_t> given = 0;  ///< pictures, all connections
  std::atomic<int> switches = 0;
  std::atomic<drivers::Decode> wanted = drivers::Decode::all;
};

inline std::shared_ptr<Script>& script() {  // an open is a plain function, so the script is everybody's
  static std::shared_ptr<Script> current;
  return current;
}

/// Grey pictures at an even pace.
class Played final : public drivers::Camera {
 public:
  Played(std::shared_ptr<Script> script, const Clock& clock) : script_(std::move(script)), clock_(clock), began_(clock.now()) {
    ++script_->opened, ++script_->alive;
  }
  ~Played() override { --script_->alive; }

  Result<std::optional<Frame>> read(std::stop_token stop) override {
    if (script_->length != 0 && number_ >= script_->length) return std::nullopt;
    const double second = static_cast<double>(number_) / script_->rate;
    std::unique_lock lock(mutex_);
    wake_.wait_for(lock, stop, began_.steady + from_seconds(second) - clock_.now().steady, [] { return false; });
    if (stop.stop_requested()) return std::nullopt;
    Frame frame;
    frame.luma = cv::Mat(48, 64, CV_8UC1, cv::Scalar(90));
    if (script_->moves) frame.luma(cv::Rect(static_cast<int>(number_ % 40), 10, 12, 12)).setTo(200);
    frame.cb = frame.cr = cv::Mat(24, 32, CV_8UC1, cv::Scalar(128));
    frame.number = number_++;
    frame.position = from_seconds(second * script_->speed);
    frame.taken = script_->speed == 1 ? clock_.now() : began_.before(-frame.position);
    frame.picture = std::to_string(frame.number);
    ++script_->given;
    return frame;
  }
  void want(drivers::Decode what) override {
    script_->wanted = what;
    ++script_->switches;
  }
  [[nodiscard]] drivers::CameraCounts counts() const override {
    drivers::CameraCounts out;
    out.received = out.decoded = number_;
    out.decoding = number_ * std::chrono::milliseconds(2);
    out.key_distance = script_->key_distance;
    return out;
  }
  [[nodiscard]] drivers::CameraAbout about() const override { return {"played", "h264", {64, 48}, script_->rate, "h264", ""}; }
  [[nodiscard]] bool stills() const override { return script_->stills; }

 private:
  std::shared_ptr<Script> script_;
  const Clock& clock_;
  Moment began_;
  std::uint64_t number_ = 0;
  std::mutex mutex_;
  std::condition_variable_any wake_;
};

inline drivers::CameraType played_type(bool live) {
  drivers::CameraType type;
  type.name = "played";
  type.live = live;
  type.open = [](const drivers::CameraRequest&, const Clock& clock,
                 std::stop_token) -> Result<std::unique_ptr<drivers::Camera>> {
    const auto current = script();
    if (!current->fault.empty()) return Error{Code::io, current->fault};
    return std::make_unique<Played>(current, clock);
  };
  return type;
}

/// Takes its time; remembers what it was shown.
class Slow final : public vision::Detector {
 public:
  struct Shown {
    std::mutex mutex;
    std::vector<std::uint64_t> numbers;
    std::vector<double> behind;  ///< seconds: how old each picture was
    std::atomic<int> looks = 0;
  };
  Slow(std::shared_ptr<Shown> shown, Duration takes) : shown_(std::move(shown)), takes_(takes) {}
  vision::Look look(const Frame& frame) override {
    {
      const std::lock_guard lock(shown_->mutex);
      shown_->numbers.push_back(frame.number);
      shown_->behind.push_back(in_seconds(std::chrono::steady_clock::now() - frame.taken.steady));
    }
    std::this_thread::sleep_for(takes_);  // it is slow: that is what is tested
    ++shown_->looks;
    return {};
  }

 private:
  std::shared_ptr<Shown> shown_;
  Duration takes_;
};

struct Fixture {
  std::shared_ptr<Script> source = std::make_shared<Script>();
  std::shared_ptr<Slow::Shown> shown = std::make_shared<Slow::Shown>();
  vision::DetectorType type;
  drivers::CameraType driver;
  CameraSettings camera;
  SystemClock clock;
  test::Home home;
  std::vector<std::string> said, states;
  std::size_t came_home = 0;
  std::optional<CameraThread> thread;

  explicit Fixture(Duration look_takes, double rate = 20) {
    script() = source;
    type.name = "slow";
    type.rate = type.least = type.quiet = rate;
    camera.id = "yard";
    camera.source = "played:";
    vision::Plan plan;
    plan.make = [this, look_takes](const Polygon&, const vision::Aids&) { return std::make_unique<Slow>(shown, look_takes); };
    camera.detect.push_back({&type, plan, {}});
  }
  void starts() {
    driver = played_type(source->live);
    const CameraEvents events{[this](const Seen&) { ++came_home; },
                              [this](const std::string& sentence) { said.push_back(sentence); },
                              [this](bool online, const std::string& cause) { states.push_back(online ? "online" : cause); }};
    thread.emplace(camera, driver, std::make_unique<Eye>(camera), std::make_shared<Orders>(), clock, events, home.poster());
  }
  /// Lets what came home run until `done`; false after a generous time.
  bool until(const std::function<bool()>& done, Duration patience = std::chrono::seconds(20)) {
    const auto end = std::chrono::steady_clock::now() + patience;
    while (!done() && std::chrono::steady_clock::now() < end) {
      if (home.waiting() > 0)
        home.run(1);
      else
        std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
    return done();
  }
  [[nodiscard]] boost::json::object figures() const { return thread->meter().figures(clock.now()); }
};

}  // namespace kuzet::run::test_camera
