// SPDX-License-Identifier: Apache-2.0
// Addresses that answer with one picture are asked again at the rate that was asked for.
#include "drivers/av/stream_fixture.hpp"

#include <thread>

using namespace kuzet;
using namespace kuzet::drivers;
using namespace kuzet::test;
using namespace std::chrono_literals;

TEST_CASE("one picture an answer becomes a stream of pictures, in real time", "[cameras][K7]") {
  int asked = 0;
  const Peer peer([&](Talk& talk, const std::string&) {
    const std::string picture = jpeg(asked++);
    talk.send("HTTP/1.1 200 OK\r\nContent-Type: image/jpeg\r\nContent-Length: " + std::to_string(picture.size()) + "\r\n\r\n" +
              picture);
  });
  auto request = live(peer.url("/snap.jpg"));
  request.rate = 10;
  const auto camera = open(request);
  CHECK(camera->about().codec == "mjpeg");
  CHECK_FALSE(camera->stills());
  Duration last{};
  const auto took = duration_of([&] {
    for (int i = 0; i < 6; ++i) {
      const auto frame = camera->read({}).value();
      REQUIRE(frame.has_value());
      CHECK(number_in(*frame) == i);
      CHECK(frame->number == static_cast<std::uint64_t>(i));
      last = frame->position;
    }
  });
  CHECK(took > 350ms);
  CHECK(last > 400ms);
  CHECK(camera->counts().decoded == 6);
}

TEST_CASE("a damaged picture is skipped, a camera that is gone is a failure, and a stop ends the wait", "[cameras][K7]") {
  const std::string whole = jpeg(5);
  int asked = 0;
  auto peer = std::make_unique<Peer>([&](Talk& talk, const std::string&) {
    talk.send(answer("image/jpeg") + (asked++ == 1 ? whole.substr(0, 2000) : whole));
  });
  auto request = live(peer->url(), 1s);
  request.rate = 20;
  const auto camera = open(request);
  CHECK(number_in(*camera->read({}).value()) == 5);
  CHECK(number_in(*camera->read({}).value()) == 5);
  CHECK(camera->counts().damaged == 1);
  std::stop_source stop;
  std::jthread later([&] {
    std::this_thread::sleep_for(20ms);
    stop.request_stop();
  });
  CHECK(duration_of([&] {
          while (camera->read(stop.get_token()).value()) {
          }
        }) < 400ms);
  peer.reset();
  CHECK(camera->read({}).error().what == "connection refused");
}
