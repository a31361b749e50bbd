// SPDX-License-Identifier: Apache-2.0
// Two threads and what is between them.
#include "agent/run/camera_thread.hpp"

#include <algorithm>
#include <utility>

namespace kuzet::run {

namespace {

using namespace std::chrono_literals;

// Every wait of a driver ends with its time-out, every look in seconds: beyond that it is no waiting any more. The slack is for
// a board that does something else, and for what a camera is asked in several steps.
constexpr Duration slack = 30s;
constexpr Duration footage_may_take = 1h;  // a picture of recorded footage is waited for until its time comes (rate: 0.001)
constexpr Duration look_may_take = 60s;
// For the looks under way; the longest that is known takes the slowest board 4 s. A service has 90 s to stop.
constexpr auto patience_at_end = 6s;

/// Never destroyed: their threads may come back while the process ends.
std::vector<std::unique_ptr<CameraThread>>& lost_ones() {
  static auto& all = *new std::vector<std::unique_ptr<CameraThread>>;
  return all;
}

std::function<void(const std::string&)> teller(const std::string& id, const CameraEvents& events, const Analysis::Home& home) {
  return [id, home, tell = events.said](const std::string& sentence) {
    home([tell, text = "camera " + id + ": " + sentence] { tell(text); });
  };
}

Capture::Tells tells(const std::string& id, const CameraEvents& events, const Analysis::Home& home) {
  return {teller(id, events, home), [home, tell = events.state](bool online, const std::string& cause) {
            if (tell) home([=] { tell(online, cause); });
          }};
}

}  // namespace

CameraThread::CameraThread(const CameraSettings& camera, const drivers::CameraType& type, std::unique_ptr<Eye> eye,
                           SharedOrders orders, const Clock& clock, const CameraEvents& events, const Home& home)
    : gate_(std::make_shared<Gate>()),
      camera_(camera),
      live_(type.live),
      orders_(std::move(orders)),
      meter_(clock.now().steady),
      capture_(camera_, type, clock, latest_, meter_, tells(camera.id, events, (gate_->home = home, way_home()))),
      analysis_(std::move(eye), {clock, latest_, meter_, capture_, *orders_, camera_.decode == "auto"},
                {teller(camera.id, events, way_home()), events.seen}, way_home()) {}

CameraThread::Home CameraThread::way_home() const {
  return [gate = gate_](std::function<void()> job) {
    const std::lock_guard lock(gate->mutex);
    if (gate->home) gate->home(std::move(job));
  };
}

void CameraThread::request_stop() {
  capture_.request_stop();
  analysis_.request_stop();
}

std::optional<StuckCamera> CameraThread::stuck(Steady now) const {
  const auto reading = capture_.inside();
  const Duration reading_may_take = live_ ? camera_.timeout + slack : footage_may_take;
  if (reading && now - *reading > reading_may_take) return StuckCamera{camera_.id, "its driver", *reading};
  const auto looking = analysis_.inside();
  if (looking && now - *looking > look_may_take) return StuckCamera{camera_.id, "a look of its detectors", *looking};
  return std::nullopt;
}

void CameraThread::retire(std::vector<std::unique_ptr<CameraThread>> cameras) {
  for (const auto& camera : cameras) camera->request_stop();  // all at once, then each is waited for
  const auto end = std::chrono::steady_clock::now() + patience_at_end;
  for (auto& camera : cameras) {
    const auto left = [&] { return std::max(end - std::chrono::steady_clock::now(), Duration{}); };
    if (camera->capture_.ended_within(left()) && camera->analysis_.ended_within(left())) continue;
    {
      const std::lock_guard lock(camera->gate_->mutex);
      camera->gate_->home = nullptr;
    }
    lost_ones().push_back(std::move(camera));
  }
}

std::size_t CameraThread::left_behind() { return lost_ones().size(); }

}  // namespace kuzet::run
