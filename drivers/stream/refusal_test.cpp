// SPDX-License-Identifier: Apache-2.0
// Cameras that refuse, hang, lie or flood: one sentence each, in time, and nothing is left behind.
#include "drivers/av/stream_fixture.hpp"
#include "tests/harness/stopwatch.hpp"

#include <dirent.h>

#include <thread>

using namespace kuzet;
using namespace kuzet::drivers;
using namespace kuzet::test;
using namespace std::chrono_literals;

namespace {

std::string status(const std::string& line) { return "HTTP/1.1 " + line + "\r\nContent-Length: 0\r\n\r\n"; }

std::size_t entries(const char* folder) {
  std::size_t count = 0;
  DIR* open = ::opendir(folder);
  while (open != nullptr && ::readdir(open) != nullptr) ++count;
  if (open != nullptr) ::closedir(open);
  return count;
}

/// A stop that is asked for after a while, by another thread.
class Later {
 public:
  explicit Later(Duration after)
      : thread_([this, after] {
          std::this_thread::sleep_for(after);
          asked_ = std::chrono::steady_clock::now();
          source_.request_stop();
        }) {}
  [[nodiscard]] std::stop_token stop() const { return source_.get_token(); }
  /// How long ago that was.
  Duration ago() {
    thread_.join();
    return std::chrono::steady_clock::now() - asked_;
  }

 private:
  std::stop_source source_;
  Steady asked_{};
  std::thread thread_;
};

}  // namespace

TEST_CASE("each refusal is one sentence", "[cameras][K7]") {
  struct Kind {
    std::string says, sentence;
  };
  const auto kind = GENERATE(values<Kind>({
      {status("401 Unauthorized"), "name or password not accepted"},
      {"HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: Digest realm=\"a\", nonce=\"b\"\r\nContent-Length: 0\r\n\r\n",
       "name or password not accepted"},
      {status("403 Forbidden"), "name or password not accepted"},
      {status("404 Not Found"), "no such stream (404)"},
      {status("503 Busy"), "the camera has a fault of its own (5xx)"},
      {status("302 Found\r\nLocation: file:///etc/passwd"), "it sends on to an address that is not read"},
      {answer("text/html") + "<html>hello, I am a router</html>", "no video in it"},
      {answer(multipart), "the connection broke"},
      {answer("image/jpeg") + "this is none", "what it sends is no picture"},
      {answer("image/jpeg") + jpeg(3).substr(0, 2000), "its picture is damaged"},
  }));
  CAPTURE(kind.says);
  const Peer peer([&](Talk& talk, const std::string&) { talk.send(kind.says); });
  auto request = live(peer.url());
  request.username = "gate";
  request.password = "secret";
  CHECK(refusal(request) == kind.sentence);
}

TEST_CASE("nobody listens: connection refused, at once", "[cameras][K7]") {
  for (const std::string scheme : {"rtsp", "http", "rtsps", "https"})
    CHECK(refusal(live(scheme + "://gate:secret@127.0.0.1:" + std::to_string(closed_port()) + "/a")) == "connection refused");
}

TEST_CASE("a name that nobody has: no such host", "[cameras][K7]") {
  const auto said = refusal(live("rtsp://no-such-camera.invalid/a"));
  CHECK((said == "no such host" || said.find("name server") != std::string::npos));
}

TEST_CASE("a redirect that never ends is given up", "[cameras][K7]") {
  const Peer peer([](Talk& talk, const std::string&) { talk.send(status("302 Found\r\nLocation: /again")); });
  Duration took{};
  std::string said;
  took = duration_of([&] { said = refusal(live(peer.url())); });
  CHECK(said == "the connection broke");
  CHECK(took < 2s);
  CHECK(peer.requests().size() < 20);
}

TEST_CASE("a camera that takes the connection and says nothing costs the time-out, no more", "[cameras][K7]") {
  const Peer peer([](Talk& talk, const std::string&) { talk.hang(); });
  for (const std::string scheme : {"rtsp", "http", "rtsps", "https"}) {
    std::string said;
    const auto took = duration_of([&] { said = refusal(live(peer.url("/", scheme), 500ms)); });
    CAPTURE(scheme, in_seconds(took));
    CHECK(said == "timed out: no picture within 500ms");
    CHECK(took < 600ms);
  }
}

TEST_CASE("a camera that hangs in the middle of its words or of a picture costs the time-out, no more", "[cameras][K7]") {
  const std::string begun = GENERATE(as<std::string>(), "HTTP/1.1 200 OK\r\nContent-", answer(multipart),
                                     answer(multipart) + part(jpeg(0)).substr(0, 200), answer("video/mp2t") + "G",
                                     answer("image/jpeg") + jpeg(0).substr(0, 200));
  const Peer peer([&](Talk& talk, const std::string&) {
    talk.send(begun);
    talk.hang();
  });
  std::string said;
  const auto took = duration_of([&] { said = refusal(live(peer.url(), 400ms)); });
  CAPTURE(begun, in_seconds(took));
  CHECK(said == "timed out: no picture within 400ms");
  CHECK(took < 500ms);
}

TEST_CASE("a stop ends an open that hangs within 0.2 s", "[cameras][K7]") {
  const Peer peer([](Talk& talk, const std::string&) { talk.hang(); });
  for (const std::string scheme : {"rtsp", "http", "https"}) {
    Later later(100ms);
    CHECK(refusal(live(peer.url("/", scheme), 20s), later.stop()) == "stopped");
    CHECK(later.ago() < 200ms + test::busy);
  }
}

TEST_CASE("a stream that stalls is a failure after the time-out, and a stop ends it within 0.2 s", "[cameras][K7]") {
  const Peer peer([](Talk& talk, const std::string&) {
    talk.send(answer(multipart) + part(jpeg(0)) + part(jpeg(1)) + part(jpeg(2)).substr(0, 150));
    talk.hang();
  });
  auto camera = open(live(peer.url(), 400ms));
  CHECK(camera->read({}).value().has_value());
  CHECK(camera->read({}).value().has_value());
  std::string said;
  const auto took = duration_of([&] { said = camera->read({}).error().what; });
  CHECK(said == "no picture for 400ms");
  CHECK(took < 500ms);
  camera.reset();
  camera = open(live(peer.url(), 20s));
  Later later(100ms);
  CHECK(camera->read({}).value().has_value());
  CHECK(camera->read({}).value().has_value());
  CHECK_FALSE(camera->read(later.stop()).value().has_value());
  camera.reset();
  CHECK(later.ago() < 200ms + test::busy);
}

TEST_CASE("garbage without end is given up within the time-out", "[cameras][K7]") {
  std::string noise(1 << 16, '\0');
  for (std::size_t i = 0; i < noise.size(); ++i) noise[i] = static_cast<char>((i * 2654435761U) >> 13);
  const std::string kind = GENERATE(as<std::string>(), multipart, "video/mp2t", "image/jpeg");
  const Peer peer([&](Talk& talk, const std::string&) {
    talk.send(answer(kind));
    while (talk.send(noise)) {
    }
  });
  std::string said;
  const auto took = duration_of([&] { said = refusal(live(peer.url(), 1s)); });
  CAPTURE(kind, said);
  CHECK(said != "opened");
  CHECK(took < 1100ms);
}

TEST_CASE("a picture of ten gigabytes is not believed", "[cameras][K7]") {
  const std::string noise(1 << 20, 'x');
  const Peer peer([&](Talk& talk, const std::string&) {
    talk.send(answer(multipart) + "--frame\r\nContent-Type: image/jpeg\r\nContent-Length: 10000000000\r\n\r\n\xFF\xD8");
    while (talk.send(noise)) {
    }
  });
  std::string said;
  const auto took = duration_of([&] { said = refusal(live(peer.url(), 10s)); });
  CAPTURE(said);
  CHECK(said != "opened");
  CHECK(took < 20s);  // seconds of noise at most, and never the ten gigabytes
}

TEST_CASE("no failure leaves a descriptor or a thread behind", "[cameras][K7]") {
  const auto pictures = part(jpeg(0)) + part(jpeg(1));
  int turn = 0;
  const Peer peer([&](Talk& talk, const std::string&) {
    switch (turn++ % 4) {
      case 0: talk.send(status("404 Not Found")); break;
      case 1: break;
      case 2: talk.send(answer(multipart) + pictures); break;
      default: talk.send(answer("text/plain") + "nothing here");
    }
  });
  const auto look = [&] {
    if (auto camera = find_camera("http://a")->open(live(peer.url()), real_clock(), {})) std::ignore = (*camera)->read({});
    std::ignore = refusal(live("rtsp://127.0.0.1:" + std::to_string(peer.port()) + "/a"));
  };
  look();
  const auto files = entries("/proc/self/fd"), threads = entries("/proc/self/task");
  for (int i = 0; i < 100; ++i) look();
  CHECK(entries("/proc/self/fd") == files);
  CHECK(entries("/proc/self/task") == threads);
}
