// SPDX-License-Identifier: Apache-2.0
// What a probe advises, sentence by sentence, and where it looks for a second stream.
#include "agent/cli/advice.hpp"
#include "tests/harness/catch.hpp"

#include <algorithm>

using namespace kuzet;
using namespace kuzet::cli;
using namespace std::chrono_literals;

namespace {

/// A camera about which there is nothing to say.
Measured good() {
  Measured out;
  out.about = {"stream", "h264", {1280, 720}, 12, "h264", ""};
  out.counts = {120, 120, 0, 2'500'000, 200ms, 2s};
  out.watched = 10s;
  out.rate = 12;
  out.decode_ms = 1.8;
  out.decode_cores = 0.04;
  out.analysis_cores = 0.02;
  out.pictures = 120;
  return out;
}

Use use() { return {12, "auto", "auto", Origin::network}; }

std::string said(const Measured& camera, const Use& how = use(), const std::optional<SubStream>& sub = std::nullopt) {
  std::string out;
  for (const auto& sentence : advice(camera, how, sub)) out += (out.empty() ? "" : " | ") + sentence;
  return out;
}

SubStream sub_stream(double cores) {
  SubStream out{"rtsp://10.0.0.5/sub", good()};
  out.measured.about.size = {640, 360};
  out.measured.decode_cores = cores;
  out.measured.analysis_cores = 0;
  return out;
}

std::vector<std::string> shown(const std::string& source) {
  std::vector<std::string> out;
  for (const auto& one : sub_stream_candidates(source)) out.push_back(one.shown);
  return out;
}

std::string first(const std::string& source) {
  const auto all = sub_stream_candidates(source);
  return all.empty() ? "" : all[0].source;
}

}  // namespace

TEST_CASE("a camera that is set well gets no advice", "[cameras]") { CHECK(said(good()).empty()); }

TEST_CASE("a dear stream is told with the sub-stream that is cheaper", "[cameras]") {
  auto camera = good();
  camera.about.size = {2560, 1440};
  camera.decode_cores = 2.08;
  CHECK(said(camera, use(), sub_stream(0.3)) ==
        "use the sub-stream: this costs 2.1 cores, rtsp://10.0.0.5/sub costs 0.30 of a core (pictures of alerts are then "
        "640x360)");
  CHECK(said(camera) ==
        "no sub-stream was found: set the camera to 1280x720 or less: 2560 columns cost 2.1 cores, and detectors look at 320");
  CHECK(said(camera, {12, "auto", "auto", Origin::device}).starts_with("set it to 1280x720 or less"));
}

TEST_CASE("a sub-stream that saves little or nothing is not advised", "[cameras]") {
  CHECK(said(good(), use(), sub_stream(0.05)).empty());
  CHECK(said(good(), use(), sub_stream(0.02)).starts_with("the sub-stream is cheaper: this costs 0.060 of a core, "));
}

TEST_CASE("key frames that are far apart are told where they matter", "[cameras]") {
  auto camera = good();
  camera.counts.key_distance = 10s;
  CHECK(said(camera) == "set the camera's I-frame interval to 2 s, it is 10.0 s: `decode: auto` saves nothing now");
  auto how = use();
  how.decode = "key";
  CHECK(said(camera, how) == "set the camera's I-frame interval to 2 s, it is 10.0 s: `decode: key` sees too little now");
  how.decode = "all";
  CHECK(said(camera, how).empty());
}

TEST_CASE("codecs that cost more than they need to are told", "[cameras]") {
  auto camera = good();
  camera.about.codec = camera.about.decoder = "hevc";
  CHECK(said(camera) == "set the camera to H.264: H.265 costs half as much again to decode");
  camera.about.decoder = "hevc_v4l2m2m";
  CHECK(said(camera).empty());
  camera.about.codec = "mjpeg";
  camera.about.rate = camera.rate = 20;
  camera.counts.bytes = 12'500'000;
  CHECK(said(camera) == "set the camera to H.264, or to fewer pictures: 20 JPEG a second are 10.0 Mbit/s and 0.040 of a core");
}

TEST_CASE("more pictures than anybody looks at are told", "[cameras]") {
  auto camera = good();
  camera.about.rate = camera.rate = 25;
  CHECK(said(camera) ==
        "set the camera to 12 pictures a second: it sends 25, its detectors look at no more, and each is decoded");
  CHECK(said(camera, {12, "auto", "auto", Origin::device}) == "`rate: 12` is enough: its detectors look at no more");
  CHECK(said(camera, {12, "auto", "auto", Origin::footage}).empty());
  CHECK(said(camera, {15, "auto", "auto", Origin::network}).empty());
  CHECK(said(camera, {0, "auto", "auto", Origin::network}).empty());
}

TEST_CASE("losses, gaps and rates that are not kept are told", "[cameras]") {
  auto camera = good();
  camera.counts.damaged = 12;
  auto how = use();
  CHECK(said(camera) == "12 of 120 pictures were damaged: look at its cable, radio link and bit rate");
  how.transport = "udp";
  CHECK(said(camera, how) == "12 of 120 pictures were damaged: `transport: tcp` loses none");
  how.origin = Origin::device;
  CHECK(said(camera, how) == "12 of 120 pictures were damaged: look at its cable, hub and power");
  camera = good();
  camera.longest_gap = 3s;
  CHECK(said(camera) == "nothing came for 3.0 s: its network carries it badly, or its time stamps jump");
  camera = good();
  camera.about.rate = 25;
  CHECK(said(camera) == "it says 25.0 pictures a second and sends 12.0: night exposure, a busy network, or wrong time stamps");
}

TEST_CASE("the second stream is looked for where makers of cameras put it", "[cameras]") {
  CHECK(first("rtsp://10.0.0.5/Streaming/Channels/101") == "rtsp://10.0.0.5/Streaming/Channels/102");
  CHECK(first("rtsp://10.0.0.5:554/cam/realmonitor?channel=1&subtype=0") ==
        "rtsp://10.0.0.5:554/cam/realmonitor?channel=1&subtype=1");
  CHECK(first("rtsp://10.0.0.5/main") == "rtsp://10.0.0.5/sub");
  CHECK(first("rtsp://10.0.0.5/h264/ch1/main/av_stream") == "rtsp://10.0.0.5/h264/ch1/sub/av_stream");
  CHECK(first("rtsp://10.0.0.5/h264Preview_01_main") == "rtsp://10.0.0.5/h264Preview_01_sub");
  CHECK(first("rtsp://10.0.0.5/stream1") == "rtsp://10.0.0.5/stream2");
  CHECK(first("rtsp://10.0.0.5/live/0/MAIN") == "rtsp://10.0.0.5/live/1/MAIN");
  CHECK(first("rtsp://10.0.0.5/11") == "rtsp://10.0.0.5/12");
  CHECK(first("rtsp://10.0.0.5/videoMain") == "rtsp://10.0.0.5/videoSub");
  CHECK(first("rtsp://10.0.0.5/unicast/c1/s0/live") == "rtsp://10.0.0.5/unicast/c1/s1/live");
  CHECK(first("rtsp://10.0.0.5:554/user=admin&password=0&channel=1&stream=0.sdp?real_stream") ==
        "rtsp://10.0.0.5:554/user=admin&password=0&channel=1&stream=1.sdp?real_stream");
  for (const auto* none : {"/dev/video0", "main.mp4", "rtsp://10.0.0.5", "rtsp://10.0.0.5/maintenance", "rtsp://main/x"})
    CHECK(first(none).empty());
}

TEST_CASE("names and passwords stay as they are in the address of a second stream, and are never shown", "[cameras]") {
  CHECK(first("rtsp://main:101@10.0.0.5/main") == "rtsp://main:101@10.0.0.5/sub");
  CHECK(first("rtsp://main:a/101@10.0.0.5/main") == "rtsp://main:a/101@10.0.0.5/sub");
  CHECK(shown("rtsp://main:101@10.0.0.5/main") == std::vector<std::string>{"rtsp://10.0.0.5/sub"});
  CHECK(shown("rtsp://10.0.0.5/user=admin&password=11&channel=1&stream=2.sdp").empty());
  CHECK(shown("rtsp://10.0.0.5/x?user=a&password=main").empty());
  CHECK(shown("rtsp://a:secret@10.0.0.5/cam/realmonitor?channel=1&subtype=0") ==
        std::vector<std::string>{"rtsp://10.0.0.5/cam/realmonitor?channel=...&subtype=... (subtype=1 instead of subtype=0)"});
}
