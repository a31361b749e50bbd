// SPDX-License-Identifier: Apache-2.0
// Key frames only, and all again without a gap; nothing smeared; no flood.
#include "drivers/av/stream_fixture.hpp"

#include <numeric>
#include <semaphore>
#include <thread>

using namespace kuzet;
using namespace kuzet::drivers;
using namespace kuzet::test;
using namespace std::chrono_literals;

namespace {

std::vector<int> read_all(Camera& camera) {
  std::vector<int> out;
  for (auto frame = camera.read({}); frame && *frame; frame = camera.read({})) out.push_back(number_in(**frame));
  return out;
}

std::vector<int> from_to(int from, int to) {
  std::vector<int> out(static_cast<std::size_t>(to - from));
  std::iota(out.begin(), out.end(), from);
  return out;
}

std::string sent(const std::vector<std::string>& pictures) { return answer("video/h264") + joined(pictures); }

}  // namespace

TEST_CASE("with key frames alone, no other picture is decoded, and all are counted", "[cameras]") {
  const int b_pictures = GENERATE(0, 2);
  const auto pictures = h264_pictures(60, b_pictures);
  REQUIRE(pictures.size() == 60);
  const Peer peer([&](Talk& talk, const std::string&) { talk.send(sent(pictures)); });
  auto request = live(peer.url());
  request.decode = Decode::key;
  const auto camera = open(request);
  CHECK(read_all(*camera) == std::vector<int>{0, 12, 24, 36, 48});
  CHECK(camera->counts().decoded == 5);
  CHECK(camera->counts().received == 60);
  CHECK(camera->counts().key_distance);
}

TEST_CASE("when all are wanted again, the pictures since the last key frame come first, none is lost", "[cameras][K7]") {
  const int b_pictures = GENERATE(0, 2);
  CAPTURE(b_pictures);
  const auto pictures = h264_pictures(36, b_pictures);
  std::binary_semaphore wanted(0);
  const Peer peer([&](Talk& talk, const std::string&) {
    talk.send(answer("video/h264"));
    for (std::size_t i = 0; i < 20; ++i) talk.send(pictures[i]);
    std::ignore = wanted.try_acquire_for(5s);
    talk.wait(300);
    for (std::size_t i = 20; i < pictures.size(); ++i) talk.send(pictures[i]);
  });
  auto request = live(peer.url());
  request.decode = Decode::key;
  const auto camera = open(request);
  CHECK(number_in(*camera->read({}).value()) == 0);
  CHECK(number_in(*camera->read({}).value()) == 12);
  std::jthread other([&] {
    std::this_thread::sleep_for(100ms);  // the reader waits for the next key frame by now
    camera->want(Decode::all);
    wanted.release();
  });
  const auto caught_up = camera->read({}).value();
  REQUIRE(caught_up.has_value());
  CHECK(number_in(*caught_up) == 13);
  CHECK(std::chrono::steady_clock::now() - caught_up->taken.steady > 200ms);  // that is how long ago it came
  CHECK(read_all(*camera) == from_to(14, 36 - b_pictures));  // those that wait for later ones go with the stream
  CHECK(camera->counts().damaged == 0);
}

TEST_CASE("what is held back is bounded: beyond it, all begins with the next key frame", "[cameras][K7]") {
  Encoding encoding;
  encoding.codec = "libx264";
  encoding.key_every = 400;
  const std::string bytes = video("a.h264", 800, encoding, {160, 96},
                                  [](cv::Mat& canvas, int index) { canvas.setTo(cv::Scalar::all(index == 400 ? 200 : 100)); });
  std::binary_semaphore wanted(0);
  const Peer peer([&](Talk& talk, const std::string&) {
    talk.send(answer("video/h264") + bytes.substr(0, bytes.size() * 9 / 20));
    std::ignore = wanted.try_acquire_for(5s);
    talk.send(bytes.substr(bytes.size() * 9 / 20));
  });
  auto request = live(peer.url());
  request.decode = Decode::key;
  const auto camera = open(request);
  CHECK(camera->read({}).value().has_value());
  std::jthread other([&] {
    std::this_thread::sleep_for(1200ms);  // 360 pictures are read by then, at most 400 a second
    camera->want(Decode::all);
    wanted.release();
  });
  CHECK(camera->read({}).value()->luma.at<uchar>(48, 80) > 150);
}

TEST_CASE("after a picture is lost, nothing is given before the next key frame", "[cameras][K7]") {
  auto pictures = h264_pictures(48);
  pictures.erase(pictures.begin() + 15);
  const Peer peer([&](Talk& talk, const std::string&) { talk.send(sent(pictures)); });
  const auto camera = open(live(peer.url()));
  auto expected = from_to(0, 15);
  const auto rest = from_to(24, 48);
  expected.insert(expected.end(), rest.begin(), rest.end());
  CHECK(read_all(*camera) == expected);
  CHECK(camera->counts().damaged >= 8);
}

TEST_CASE("H.265 gives nothing smeared either", "[cameras][K7]") {
  Encoding encoding;
  encoding.codec = "libx265";
  std::string bytes = video("a.ts", 48, encoding);
  constexpr std::size_t packet = 188;
  const std::size_t lost = bytes.size() / packet * 3 / 8;
  bytes.erase(lost * packet, 6 * packet);
  const Peer peer([&](Talk& talk, const std::string&) { talk.send(answer("video/mp2t") + bytes); });
  const auto camera = open(live(peer.url()));
  const auto seen = read_all(*camera);
  CAPTURE(seen);
  CHECK(seen.size() < 47);
  CHECK(seen.size() > 20);
  CHECK(camera->counts().damaged > 0);
}

TEST_CASE("after damage, nothing is given before the next key frame", "[cameras][K7]") {
  auto pictures = h264_pictures(48, 0, {320, 240});
  auto& hurt = pictures[12];
  for (std::size_t i = hurt.size() / 2; i < hurt.size(); ++i) hurt[i] = static_cast<char>(i * 37 | 4);
  const Peer peer([&](Talk& talk, const std::string&) { talk.send(sent(pictures)); });
  const auto camera = open(live(peer.url()));
  const auto seen = read_all(*camera);
  auto expected = from_to(0, 12);
  const auto rest = from_to(24, 48);
  expected.insert(expected.end(), rest.begin(), rest.end());
  CHECK(seen == expected);
  CHECK(camera->counts().damaged >= 1);
}

TEST_CASE("a stream that begins in the middle is given from its first key frame on", "[cameras][K7]") {
  const auto pictures = h264_pictures(36);
  const Peer peer([&](Talk& talk, const std::string&) {
    talk.send(answer("video/h264") + pictures[0].substr(0, 0) + joined(pictures, 5));
  });
  CHECK(read_all(*open(live(peer.url()))) == from_to(12, 36));
}

TEST_CASE("a camera that sends as fast as it can is held back", "[cameras][K7]") {
  const auto gop = joined(h264_pictures(12));
  const Peer peer([&](Talk& talk, const std::string&) {
    talk.send(answer("video/h264"));
    while (talk.send(gop)) {
    }
  });
  const auto camera = open(live(peer.url()));
  const auto end = std::chrono::steady_clock::now() + 2500ms;
  while (std::chrono::steady_clock::now() < end) REQUIRE(camera->read({}).value().has_value());
  const auto counts = camera->counts();
  CHECK(counts.decoded <= 300 + 60 * 4);
  CHECK(counts.received <= 800 + 400 * 4);
  CHECK(camera->about().remark == "it sends more pictures than any camera does: not all are decoded");
}
