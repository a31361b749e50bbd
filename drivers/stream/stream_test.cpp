// SPDX-License-Identifier: Apache-2.0
// Streams over HTTP come in as they are sent: in order, dated, with the sentence that says why they end.
#include "drivers/av/stream_fixture.hpp"

using namespace kuzet;
using namespace kuzet::drivers;
using namespace kuzet::test;
using namespace std::chrono_literals;

TEST_CASE("the driver takes addresses of RTSP and HTTP, and leaves files and devices to others", "[cameras]") {
  const auto name = [](const char* source) { return std::string(find_camera(source) ? find_camera(source)->name : "nobody"); };
  for (const auto* source : {"rtsp://10.0.0.5/sub", "RTSP://gate:secret@camera:8554/a?b=c", "rtsps://camera/",
                             "http://[::1]:80", "https://camera/mjpeg", "rtsp://gate:p@ss:w%2Frd@10.0.0.5/sub"})
    CHECK(name(source) == "stream");
  for (const auto* source : {"a.mp4", "file:///srv/a.mp4"}) CHECK(name(source) == "files");
  for (const auto* source : {"gopher://camera/", "rtsp://", "http:///a", "udp://10.0.0.5:5000", "/dev/video7"})
    CHECK(name(source) != "stream");
  CHECK(find_camera("rtsp://camera/")->live);
}

TEST_CASE("a motion JPEG gives each picture, counted and dated", "[cameras][K7]") {
  const Peer peer([](Talk& talk, const std::string&) {
    talk.send(answer(multipart));
    for (int i = 0; i < 10; ++i) talk.send(part(jpeg(i)));
  });
  const auto camera = open(live(peer.url("/mjpeg")));
  const auto about = camera->about();
  CHECK(about.driver == "stream");
  CHECK(about.codec == "mjpeg");
  CHECK(about.decoder == "mjpeg");
  CHECK(about.size == PictureSize{160, 96});
  Duration before = -1ms;
  for (int i = 0; i < 10; ++i) {
    const auto frame = camera->read({}).value();
    REQUIRE(frame.has_value());
    CHECK(number_in(*frame) == i);
    CHECK(frame->number == static_cast<std::uint64_t>(i));
    CHECK(frame->position > before);
    CHECK(std::chrono::abs(frame->taken.steady - std::chrono::steady_clock::now()) < 2s);
    before = frame->position;
  }
  const auto end = camera->read({});
  REQUIRE_FALSE(end.has_value());
  CHECK(end.error().code == Code::io);
  CHECK(end.error().what == "the stream ended");
  CHECK(camera->counts().received == 10);
  CHECK(camera->counts().decoded == 10);
  CHECK(camera->counts().damaged == 0);
  CHECK(camera->counts().bytes > 10 * 200);
  CHECK(camera->counts().decoding > 0ms);
}

TEST_CASE("video in every container that cameras use comes in whole", "[cameras]") {
  const auto* name = GENERATE("a.ts", "a.flv", "a.h264", "a.mkv");
  CAPTURE(name);
  Encoding encoding;
  encoding.codec = "libx264";
  const std::string bytes = video(name, 30, encoding);
  const Peer peer([&](Talk& talk, const std::string&) { talk.send(answer("application/octet-stream") + bytes); });
  const auto camera = open(live(peer.url()));
  CHECK(camera->about().codec == "h264");
  for (int i = 0; i < 30; ++i) {
    const auto frame = camera->read({});
    REQUIRE(frame.has_value());
    CHECK(number_in(**frame) == i);
  }
  CHECK(camera->read({}).error().what == "the stream ended");
}

TEST_CASE("pictures of a stream with stamps lie as far apart as they were taken, though they come at once", "[cameras]") {
  Encoding encoding;
  encoding.codec = "libx264";
  const std::string bytes = video("a.ts", 30, encoding);
  const Peer peer([&](Talk& talk, const std::string&) { talk.send(answer("video/mp2t") + bytes); });
  const auto camera = open(live(peer.url()));
  std::vector<Frame> frames;
  for (auto frame = camera->read({}); frame && *frame; frame = camera->read({})) frames.push_back(**frame);
  REQUIRE(frames.size() == 30);
  for (std::size_t i = 1; i < frames.size(); ++i) CHECK(frames[i].taken.steady > frames[i - 1].taken.steady);
}

TEST_CASE("a change of size in mid-stream goes on", "[cameras][K7]") {
  const std::string small = joined(h264_pictures(12)), large = joined(h264_pictures(12, 0, {320, 192}));
  const Peer peer([&](Talk& talk, const std::string&) { talk.send(answer("video/h264") + small + large); });
  const auto camera = open(live(peer.url()));
  std::vector<int> widths;
  for (auto frame = camera->read({}); frame && *frame; frame = camera->read({})) widths.push_back((*frame)->width());
  REQUIRE(widths.size() == 24);
  CHECK(widths[11] == 160);
  CHECK(widths[12] == 320);
  CHECK(camera->about().size == PictureSize{320, 192});
}

TEST_CASE("name and password reach the camera whatever is in them", "[cameras]") {
  const Peer peer([](Talk& talk, const std::string& request) {
    if (request.find("Authorization: Basic ") == std::string::npos)
      talk.send("HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: Basic realm=\"camera\"\r\nContent-Length: 0\r\n\r\n");
    else
      talk.send(answer(multipart) + part(jpeg(1)) + part(jpeg(2)));
  });
  auto request = live(peer.url("/a?b=c"));
  request.username = "gate";
  request.password = "p@ss/w:rd %41\xC3\xA9";
  CHECK(number_in(*open(request)->read({}).value()) == 1);
  const std::string expected = "Authorization: Basic Z2F0ZTpwQHNzL3c6cmQgJTQxw6k=";
  const auto last = peer.requests().back();
  CAPTURE(last);
  CHECK(last.find(expected) != std::string::npos);
  CHECK(last.starts_with("GET /a?b=c HTTP/1.1"));
  CHECK(last.find("Host: 127.0.0.1:" + std::to_string(peer.port())) != std::string::npos);
}
