// SPDX-License-Identifier: Apache-2.0
// Two threads and what is between them.
#include "agent/run/camera_thread.hpp"

namespace kuzet::run {

namespace {

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
    : camera_(camera),
      orders_(std::move(orders)),
      meter_(clock.now().steady),
      capture_(camera_, type, clock, latest_, meter_, tells(camera.id, events, home)),
      analysis_(std::move(eye), {clock, latest_, meter_, capture_, *orders_, camera_.decode == "auto"},
                {teller(camera.id, events, home), events.seen}, home) {}

void CameraThread::request_stop() {
  capture_.request_stop();
  analysis_.request_stop();
}

}  // namespace kuzet::run
