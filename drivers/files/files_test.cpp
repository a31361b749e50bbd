// SPDX-License-Identifier: Apache-2.0
// Footage comes back in order and once; garbage of every kind is one clear sentence, in bounded time.
#include "drivers/camera.hpp"
#include "tests/harness/catch.hpp"
#include "tests/harness/footage.hpp"
#include "tests/harness/stopwatch.hpp"
#include "tests/harness/temp_folder.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <thread>
#include <vector>

using namespace kuzet;
using namespace kuzet::drivers;
using namespace kuzet::test;
using namespace std::chrono_literals;
namespace fs = std::filesystem;

namespace {

/// A clock that stands still.
struct FixedClock final : Clock {
  [[nodiscard]] Moment now() const override { return {Steady(1h), Wall(1'000'000s), ClockState::held}; }
};

const CameraType& driver() { return *find_camera("some.mp4"); }

CameraRequest fast(const std::string& source) {
  CameraRequest request;
  request.source = source;
  request.pace = Pace::fast;
  request.timeout = 5s;
  return request;
}

std::unique_ptr<Camera> open(const CameraRequest& request) {
  static const FixedClock clock;
  return driver().open(request, clock, {}).value();
}

std::string refusal(const CameraRequest& request, std::stop_token stop = {}) {
  const FixedClock clock;
  const auto camera = driver().open(request, clock, std::move(stop));
  if (camera) return "opened";
  CHECK(camera.error().code == Code::io);
  return camera.error().what;
}

std::vector<Frame> read_all(Camera& camera) {
  std::vector<Frame> frames;
  while (auto frame = camera.read({}).value()) frames.push_back(*std::move(frame));
  return frames;
}

std::vector<std::string> names(const std::vector<Frame>& frames) {
  std::vector<std::string> out;
  for (const auto& frame : frames) out.push_back(frame.picture);
  return out;
}

bool positions_rise(const std::vector<Frame>& frames) {
  return std::ranges::adjacent_find(frames, [](const auto& a, const auto& b) { return b.position <= a.position; }) ==
         frames.end();
}

void write_text(const fs::path& path, const std::string& text) { std::ofstream(path, std::ios::binary) << text; }

std::string content(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

void cut(const fs::path& path, double part) {
  fs::resize_file(path, static_cast<std::uintmax_t>(static_cast<double>(fs::file_size(path)) * part));
}

/// Puts noise over a part of the file.
void spoil(const fs::path& path, double from, double to) {
  auto bytes = content(path);
  const auto size = static_cast<double>(bytes.size());
  for (auto i = static_cast<std::size_t>(size * from); i < static_cast<std::size_t>(size * to); ++i)
    bytes[i] = static_cast<char>(i * i * 31 + i / 7);
  write_text(path, bytes);
}

}  // namespace

TEST_CASE("the driver takes paths and file URLs, and leaves other URLs and devices to others", "[files]") {
  for (const auto* source :
       {"a.mp4", "/srv/a b.mp4", "file:a.mp4", "file:///srv/a.mp4", "a:b.mp4", "%d.jpg", "/dev/shm/a.mp4", "folder/"})
    CHECK(driver().accepts(source));
  for (const auto* source : {"", "rtsp://camera/1", "http://camera/mjpeg", "/dev/video0", "file:/dev/video0"})
    CHECK_FALSE(driver().accepts(source));
}

TEST_CASE("a video comes back picture by picture with position, number and date", "[files]") {
  const TempFolder folder;
  const auto name = std::string("a.") + GENERATE("mp4", "mkv", "avi", "ts");
  CAPTURE(name);
  write_video(folder / name, 64, 48, 25, 30, paint_ramp);
  const auto camera = open(fast(folder / name));
  const auto frames = read_all(*camera);
  REQUIRE(frames.size() == 30);
  CHECK(camera->damage().empty());
  CHECK_FALSE(camera->stills());
  const Moment start = FixedClock().now();
  for (std::size_t i = 0; i < frames.size(); ++i) {
    CHECK(frames[i].number == i);
    CHECK(in_seconds(frames[i].position) == Approx(static_cast<double>(i) / 25).margin(0.001));
    CHECK(frames[i].taken.steady == start.steady + frames[i].position);
    CHECK(frames[i].taken.wall == start.before(-frames[i].position).wall);
    CHECK(frames[i].taken.clock == ClockState::held);
    CHECK(frames[i].picture.empty());
  }
  CHECK_FALSE(camera->read({}).value().has_value());  // the end stays the end
}

TEST_CASE("any name will do, and the content decides, not the name", "[files][K7]") {
  const TempFolder folder;
  const std::string name = GENERATE("with spaces.mp4", "%d %05d.jpg", "a:b.mp4", "pipe:0", "Қоқыс үйіндісі.mp4", "停车场.mp4",
                                    "no extension", "really.txt", "[x]*?.png", "-i.mp4", "concat:a.mp4");
  CAPTURE(name);
  write_video(folder / "made.mp4", 64, 48, 25, 3, paint_ramp);
  fs::rename(folder / "made.mp4", folder / name);
  const std::string path = folder / name;
  for (const auto& source : {path, "file:" + path, "file://" + path}) CHECK(read_all(*open(fast(source))).size() == 3);
}

TEST_CASE("a folder gives each of its pictures once, sorted by name", "[files]") {
  const TempFolder folder, elsewhere;
  write_picture(folder / "b 10.PNG", 20, 10, paint_red);
  write_picture(folder / "b 9.jpg", 40, 30, paint_red);
  write_picture(folder / "A.bmp", 8, 8, paint_red);
  write_picture(folder / "ә.pgm", 16, 16, paint_ramp);
  write_picture(elsewhere / "linked", 6, 4, paint_red);
  fs::create_symlink(elsewhere / "linked", folder / "c.jpeg");
  fs::create_directory(folder / "d.jpg");
  write_text(folder / "readme.txt", "no picture");
  write_text(folder / ".hidden.jpg", "left by another system");
  auto request = fast(folder.path());
  request.rate = 4;
  const auto camera = open(request);
  CHECK(camera->stills());
  const auto frames = read_all(*camera);
  CHECK(names(frames) == std::vector<std::string>{"A.bmp", "b 10.PNG", "b 9.jpg", "c.jpeg", "ә.pgm"});
  CHECK(camera->damage().empty());
  REQUIRE(frames.size() == 5);
  CHECK(frames[1].luma.size() == cv::Size(20, 10));
  CHECK(frames[2].luma.size() == cv::Size(40, 30));
  for (std::size_t i = 0; i < frames.size(); ++i) {
    CHECK(frames[i].number == i);
    CHECK(frames[i].position == i * 250ms);
  }
}

TEST_CASE("damaged pictures of a folder are skipped, counted and named", "[files][K7]") {
  const TempFolder folder;
  for (const auto* name : {"a.png", "b.jpg", "c.png", "d.jpg", "e.bmp", "f.png"})
    write_picture(folder / name, 64, 64, paint_ramp);
  cut(folder / "b.jpg", 0.6);
  cut(folder / "c.png", 0.6);
  write_text(folder / "d.jpg", "<html>404</html>");
  write_text(folder / "e.bmp", "");
  fs::create_symlink(folder / "gone", folder / "g.jpg");
  const auto camera = open(fast(folder.path()));
  CHECK(names(read_all(*camera)) == std::vector<std::string>{"a.png", "f.png"});
  CHECK(camera->damage() == "5 damaged pictures skipped: b.jpg, c.png, d.jpg, e.bmp, g.jpg");
  write_text(folder / "a.png", "");
  write_text(folder / "f.png", "");
  const auto hopeless = open(fast(folder.path()));
  CHECK(hopeless->read({}).error().what == "no picture in this folder can be read");
  CHECK(hopeless->damage() == "7 damaged pictures skipped: a.png, b.jpg, c.png, d.jpg, e.bmp and 2 more");
}

TEST_CASE("what is no footage is refused with a sentence that says so", "[files][K7]") {
  const TempFolder folder;
  write_text(folder / "text.mp4", "This is no video, whatever its name says.\n");
  write_text(folder / "empty.mp4", "");
  write_text(folder / "list.m3u8", "#EXTM3U\n#EXTINF:1,\n/etc/passwd\n");
  write_text(folder / "zeros.mp4", std::string(100'000, '\0'));
  write_text(folder / "huge.ppm", "P6\n60000 60000\n255\n" + std::string(100'000, 'x'));
  write_video(folder / "noise.mp4", 64, 48, 25, 30, paint_ramp);
  spoil(folder / "noise.mp4", 0, 1);
  fs::create_directory(folder / "nothing");
  fs::create_directory_symlink("loop", folder / "loop");
  CHECK(refusal(fast(folder / "text.mp4")) == "no video or picture in it");
  CHECK(refusal(fast(folder / "empty.mp4")) == "empty file: no video or picture in it");
  CHECK(refusal(fast(folder / "list.m3u8")) == "no video or picture in it");
  CHECK(refusal(fast(folder / "zeros.mp4")) == "no video or picture in it");
  CHECK(refusal(fast(folder / "noise.mp4")) == "no video or picture in it");
  CHECK(refusal(fast(folder / "huge.ppm")) == "no video or picture in it that can be decoded");
  CHECK(refusal(fast(folder / "nothing")) == "no pictures in this folder");
  CHECK(refusal(fast(folder / "missing.mp4")) == "no such file");
  CHECK(refusal(fast(folder / "text.mp4/inside")) == "no such file");
  CHECK(refusal(fast(folder / "loop")) == "a link that points to itself");
}

TEST_CASE("footage that may not be read is refused with a sentence that says so", "[files][K7]") {
  const TempFolder folder;
  fs::permissions(folder.path(), fs::perms(0755));
  write_video(folder / "a.mp4", 64, 48, 25, 3, paint_ramp);
  fs::permissions(folder / "a.mp4", fs::perms::none);
  fs::create_directory(folder / "closed");
  fs::permissions(folder / "closed", fs::perms::none);
  const bool root = geteuid() == 0;  // who may read everything
  if (root) REQUIRE(seteuid(65534) == 0);
  const auto file = refusal(fast(folder / "a.mp4")), inside = refusal(fast(folder / "closed"));
  if (root) REQUIRE(seteuid(0) == 0);
  CHECK(file == "permission denied");
  CHECK(inside == "permission denied");
}

TEST_CASE("endless garbage is given up in bounded time", "[files][K7]") {
  const TempFolder folder;
  fs::create_symlink("/dev/urandom", folder / "noise.mp4");
  fs::create_symlink("/dev/zero", folder / "zeros.mp4");
  for (const auto* name : {"noise.mp4", "zeros.mp4"}) {
    std::string said;
    CHECK(duration_of([&] { said = refusal(fast(folder / name)); }) < 5s);
    CHECK(said == "no video or picture in it");
  }
}

TEST_CASE("a pipe that nobody fills is given up at the time-out, or when a stop is requested", "[files][K7]") {
  const TempFolder folder;
  const std::string pipe = folder / "pipe";
  REQUIRE(mkfifo(pipe.c_str(), 0600) == 0);
  const bool garbage = GENERATE(false, true);
  const int writer = garbage ? ::open(pipe.c_str(), O_RDWR | O_NONBLOCK) : -1;
  const std::string text(4000, 'x');
  if (garbage) REQUIRE(::write(writer, text.data(), text.size()) > 0);

  auto request = fast(pipe);
  request.timeout = 200ms;
  std::string said;
  CHECK(duration_of([&] { said = refusal(request); }) < 400ms);
  CHECK(said == "timed out: no picture within 200ms");

  request.timeout = 1h;
  std::stop_source stop;
  std::jthread stopper([&] { std::this_thread::sleep_for(100ms), stop.request_stop(); });
  CHECK(duration_of([&] { said = refusal(request, stop.get_token()); }) < 300ms);
  CHECK(said == "stopped");
  if (garbage) ::close(writer);
}

TEST_CASE("a video through a pipe is read to its end", "[files]") {
  const TempFolder folder;
  const std::string pipe = folder / "pipe";
  write_video(folder / "a.ts", 64, 48, 25, 20, paint_ramp);
  REQUIRE(mkfifo(pipe.c_str(), 0600) == 0);
  std::jthread writer([&] { write_text(pipe, content(folder / "a.ts")); });
  CHECK(read_all(*open(fast(pipe))).size() == 20);
}

TEST_CASE("a video that was cut off gives what is there and says where it ends", "[files][K7]") {
  const TempFolder folder;
  const auto name = std::string("a.") + GENERATE("mp4", "mkv", "avi");
  CAPTURE(name);
  write_video(folder / name, 160, 120, 10, 100, paint_ramp);
  cut(folder / name, 0.7);
  const auto camera = open(fast(folder / name));
  const auto frames = read_all(*camera);
  CHECK(frames.size() > 50);
  CHECK(frames.size() < 80);
  const auto length = std::to_string(frames.size() / 10) + "." + std::to_string(frames.size() % 10) + " s";
  const bool told = camera->damage() == "ends in the middle of a picture after " + length ||
                    camera->damage() == "only " + length + " of 10.0 s can be read";
  CAPTURE(camera->damage());
  CHECK(told);
}

TEST_CASE("a video without its index says so", "[files][K7]") {
  const TempFolder folder;
  Encoding encoding;
  encoding.index_first = false;
  write_video(folder / "a.mp4", 160, 120, 10, 50, paint_ramp, encoding);
  cut(folder / "a.mp4", 0.9);
  CHECK(refusal(fast(folder / "a.mp4")) == "no video or picture in it: broken from the start, or cut off before its index");
}

TEST_CASE("damage within a video is skipped and counted", "[files][K7]") {
  const TempFolder folder;
  const auto name = std::string("a.") + GENERATE("mp4", "avi", "ts");
  CAPTURE(name);
  write_video(folder / name, 160, 120, 10, 100, paint_ramp);
  spoil(folder / name, 0.5, 0.55);
  const auto camera = open(fast(folder / name));
  const auto frames = read_all(*camera);
  CHECK(frames.size() > 50);
  CHECK(frames.size() < 100);
  CHECK(positions_rise(frames));
  CHECK(frames.back().position > 9s);
  CAPTURE(camera->damage());
  CHECK((camera->damage().ends_with("skipped") || camera->damage().ends_with("can be read")));
}

TEST_CASE("positions rise through stamps that start again", "[files][K7]") {
  const TempFolder folder;
  write_video(folder / "a.ts", 64, 48, 10, 20, paint_ramp);
  const auto once = content(folder / "a.ts");
  write_text(folder / "twice.ts", once + once);
  const auto frames = read_all(*open(fast(folder / "twice.ts")));
  REQUIRE(frames.size() >= 39);
  CHECK(positions_rise(frames));
  CHECK(in_seconds(frames.back().position) == Approx(3.9).margin(0.2));
}

TEST_CASE("footage that repeats goes on for ever, with positions and numbers that rise", "[files]") {
  const TempFolder folder;
  const bool stills = GENERATE(false, true);
  if (stills)
    for (const auto* name : {"a.png", "b.png", "c.png"}) write_picture(folder / name, 8, 8, paint_red);
  else
    write_video(folder / "a.mp4", 64, 48, 10, 3, paint_ramp);
  auto request = fast(stills ? folder.path() : folder / "a.mp4");
  request.repeat = true;
  request.rate = 10;
  const auto camera = open(request);
  for (std::uint64_t i = 0; i < 10; ++i) {
    const auto frame = camera->read({}).value();
    REQUIRE(frame);
    CHECK(frame->number == i);
    CHECK(in_seconds(frame->position) == Approx(static_cast<double>(i) / 10));
  }
  CHECK(camera->damage().empty());
}
