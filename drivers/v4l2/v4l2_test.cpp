// SPDX-License-Identifier: Apache-2.0
// Cameras of the board as they behave and misbehave; libv4l2 is the fake of tests/cameras/fake_v4l2.
#include "drivers/camera.hpp"
#include "tests/cameras/fake_v4l2/control.hpp"
#include "tests/harness/catch.hpp"
#include "tests/harness/footage.hpp"
#include "tests/harness/stopwatch.hpp"
#include "tests/harness/temp_folder.hpp"

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <thread>

using namespace kuzet;
using namespace kuzet::drivers;
using namespace kuzet::test;
using namespace std::chrono_literals;
using v4l2::FakeCamera;
using v4l2::FakeMode;

namespace {

namespace fs = std::filesystem;

struct SystemClock final : Clock {
  [[nodiscard]] Moment now() const override {
    return {std::chrono::steady_clock::now(), std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now()),
            ClockState::synced};
  }
};

/// The cameras that are plugged in.
class Bus {
 public:
  explicit Bus(const FakeCamera& camera = {}) {
    ::setenv(v4l2::variable, file().c_str(), 1);
    plug(camera);
  }
  void plug(const FakeCamera& camera) {
    camera_ = camera;
    v4l2::write_bus(file(), {camera});
  }
  void unplug() { v4l2::write_bus(file(), {}); }
  /// From now on.
  void misbehave(const std::string& trait) {
    camera_.traits = {trait};
    plug(FakeCamera(camera_));
  }
  [[nodiscard]] fs::path folder() const { return folder_.path(); }

 private:
  [[nodiscard]] fs::path file() const { return folder_ / "bus"; }
  TempFolder folder_;
  FakeCamera camera_;
};

FakeCamera camera_with(std::vector<FakeMode> modes, std::vector<std::string> traits = {}) {
  FakeCamera out;
  out.modes = std::move(modes);
  out.traits = std::move(traits);
  return out;
}

FakeCamera camera_that(const std::string& trait) { return camera_with({FakeMode{}}, {trait}); }

FakeMode mode(const std::string& fourcc, int width, int height, double rate = 100, const fs::path& footage = {}) {
  return {fourcc, width, height, {rate}, footage};
}

CameraRequest request(const std::string& source = "/dev/video0") {
  CameraRequest out;
  out.source = source;
  out.timeout = 2s;
  return out;
}

const SystemClock clock_now;

Result<std::unique_ptr<Camera>> try_open(const CameraRequest& wanted = request(), std::stop_token stop = {}) {
  const auto* type = find_camera(wanted.source);
  REQUIRE(type != nullptr);
  REQUIRE(type->name == "v4l2");
  return type->open(wanted, clock_now, std::move(stop));
}

std::unique_ptr<Camera> open(const CameraRequest& wanted = request()) { return try_open(wanted).value(); }

std::string refusal(const CameraRequest& wanted = request(), std::stop_token stop = {}) {
  const auto camera = try_open(wanted, std::move(stop));
  if (camera) return "opened";
  CHECK(camera.error().code == Code::io);
  return camera.error().what;
}

std::vector<Frame> read(Camera& camera, int pictures) {
  std::vector<Frame> out;
  while (static_cast<int>(out.size()) < pictures) out.push_back(camera.read({}).value().value());
  return out;
}

/// The failure that ends a camera that was well until now.
std::string end_of(Camera& camera) {
  for (int i = 0; i < 1000; ++i) {
    const auto frame = camera.read({});
    if (!frame) return frame.error().what;
  }
  return "it goes on";
}

/// Which picture of the camera's this is, by what it shows; -1 where it is not whole.
int number_of(const Frame& frame) {
  const auto level = [&](int x, int y) { return static_cast<int>(frame.luma.at<std::uint8_t>(y, x)); };
  for (int number = 0; number < 200; ++number) {
    const auto fits = [&](int x, int y) { return level(x, y) == v4l2::painted_luma(x, y, static_cast<std::uint64_t>(number)); };
    if (fits(0, 0) && fits(frame.width() - 1, 0) && fits(0, frame.height() - 1) && fits(frame.width() - 1, frame.height() - 1))
      return number;
  }
  return -1;
}

/// Little changes from one picture to the next, so that the encoder needs no key frames but those that it is asked for.
void paint_square(cv::Mat& canvas, int index) {
  canvas.setTo(cv::Scalar(90, 90, 90));
  canvas(cv::Rect(100 + 4 * index, 100, 60, 60)).setTo(cv::Scalar(200, 40, 40));
}

std::size_t entries(const char* folder) {
  return static_cast<std::size_t>(std::distance(fs::directory_iterator(folder), fs::directory_iterator()));
}

}  // namespace

TEST_CASE("the driver takes devices, and leaves files, URLs and disks in memory to others", "[cameras]") {
  const auto* type = find_camera("/dev/video0");
  REQUIRE(type != nullptr);
  CHECK(type->name == "v4l2");
  CHECK(type->live);
  CHECK(type->accepts("/dev/v4l/by-id/usb-Some_Camera-video-index0"));
  CHECK(type->accepts("/dev/v4l/by-path/platform-fe801000.csi-video-index0"));
  for (const auto* source : {"", "video0", "/srv/video0", "rtsp://camera/1", "/dev/shm/a.mp4"})
    CHECK_FALSE(type->accepts(source));
}

TEST_CASE("raw pictures come as planes, whatever the format and the length of a row", "[cameras]") {
  const std::string fourcc = GENERATE("YU12", "YV12", "NV12", "YUYV", "GREY");
  CAPTURE(fourcc);
  const Bus bus(camera_with({mode(fourcc, 640, 360)}));
  const auto camera = open();
  const auto frames = read(*camera, 5);
  for (const auto& frame : frames) {
    CHECK(frame.luma.size() == cv::Size(640, 360));
    CHECK(frame.cb.size() == cv::Size(320, 180));
    CHECK(frame.cr.size() == cv::Size(320, 180));
    CHECK(number_of(frame) >= 0);
    CHECK(frame.full_range == (fourcc == "GREY"));
    CHECK(frame.cb.at<std::uint8_t>(100, 100) == (fourcc == "GREY" ? 128 : v4l2::painted_cb));
    CHECK(frame.cr.at<std::uint8_t>(100, 100) == (fourcc == "GREY" ? 128 : v4l2::painted_cr));
  }
  const auto about = camera->about();
  CHECK(about.driver == "v4l2");
  CHECK(about.codec == fourcc);
  CHECK(about.size == PictureSize{640, 360});
  CHECK(about.rate == 100);
  CHECK(about.decoder.empty());
  const auto counts = camera->counts();
  CHECK(counts.received == 5);
  CHECK(counts.decoded == 5);
  CHECK(counts.damaged == 0);
  CHECK(counts.bytes >= 5 * 640 * 360);
}

TEST_CASE("JPEG pictures are decoded, each for itself, in full range", "[cameras]") {
  const TempFolder folder;
  write_video(folder / "a.avi", 640, 480, 25, 10, paint_ramp, {"mjpeg", "yuvj420p"});
  const Bus bus(camera_with({mode("MJPG", 640, 480, 100, folder / "a.avi")}));
  const auto camera = open();
  for (const auto& frame : read(*camera, 10)) {
    CHECK(frame.luma.size() == cv::Size(640, 480));
    CHECK(frame.full_range);
  }
  CHECK(camera->about().codec == "mjpeg");
  CHECK(camera->about().decoder == "mjpeg");
  CHECK(camera->counts().damaged == 0);
  CHECK(camera->counts().decoding > 0ms);
}

TEST_CASE("JPEG pictures that are garbage or cut off are skipped, and given up when there are no others", "[cameras][K7]") {
  const TempFolder folder;
  write_video(folder / "a.avi", 640, 480, 25, 10, paint_ramp, {"mjpeg", "yuvj420p"});
  const std::string trait = GENERATE("garbage", "short");
  CAPTURE(trait);
  Bus bus(camera_with({mode("MJPG", 640, 480, 50, folder / "a.avi")}));
  auto wanted = request();
  wanted.timeout = 400ms;
  const auto camera = open(wanted);
  read(*camera, 3);
  bus.misbehave(trait);
  CHECK(end_of(*camera).ends_with(" damaged: its cable, hub or power"));
  CHECK(camera->counts().damaged > 3);
}

TEST_CASE("a video that the camera compresses is decoded, and key frames alone where no more is wanted", "[cameras]") {
  const TempFolder folder;
  write_video(folder / "a.ts", 640, 480, 25, 40, paint_square, {"libx264", "yuv420p", 10});
  const Bus bus(camera_with({mode("H264", 640, 480, 100, folder / "a.ts")}));
  const auto camera = open();
  read(*camera, 25);
  CHECK(camera->about().codec == "h264");
  CHECK(camera->counts().decoded == camera->counts().received);
  CHECK(in_seconds(camera->counts().key_distance.value()) == Approx(0.1).margin(0.05));
  camera->want(Decode::key);
  const auto before = camera->counts();
  read(*camera, 4);
  CHECK(camera->counts().received - before.received >= 30);
  camera->want(Decode::all);
  read(*camera, 10);
  CHECK(camera->counts().received - camera->counts().decoded < 45);
  CHECK(camera->counts().damaged == 0);
}

TEST_CASE("after a loss a video goes on with the next key frame", "[cameras][K7]") {
  const TempFolder folder;
  write_video(folder / "a.ts", 640, 480, 25, 40, paint_square, {"libx264", "yuv420p", 10});
  const Bus bus(camera_with({mode("H264", 640, 480, 100, folder / "a.ts")}, {"some_errors"}));
  const auto camera = open();
  read(*camera, 10);
  CHECK(camera->counts().damaged * 3 >= camera->counts().received - 4);
  CHECK(camera->counts().decoded == 10);
}

TEST_CASE("a device that says full range is believed", "[cameras]") {
  const Bus bus(camera_that("full_range"));
  CHECK(read(*open(), 1)[0].full_range);
}

TEST_CASE("a frame is a copy: what the camera does next does not change it", "[cameras]") {
  const std::string fourcc = GENERATE("YU12", "YUYV", "GREY");
  const Bus bus(camera_with({mode(fourcc, 640, 480)}));
  const auto camera = open();
  const auto frames = read(*camera, 12);
  std::vector<int> numbers;
  for (const auto& frame : frames) numbers.push_back(number_of(frame));
  CHECK(numbers.front() >= 0);
  CHECK(std::ranges::is_sorted(numbers));
  CHECK(std::ranges::adjacent_find(numbers) == numbers.end());
}

TEST_CASE("pictures are dated by when the camera took them, and positions rise from 0", "[cameras]") {
  const std::string trait = GENERATE("", "realtime_stamps");
  CAPTURE(trait);
  const Bus bus(camera_with({mode("YUYV", 640, 480, 50)}, {trait}));
  const auto camera = open();
  Duration before = -1ms;
  for (std::uint64_t i = 0; i < 8; ++i) {
    const auto frame = read(*camera, 1)[0];
    const Duration age = clock_now.now().steady - frame.taken.steady;
    CHECK(age >= (trait.empty() ? 20ms : 0ms));
    CHECK(age < 500ms);
    CHECK(frame.number == i);
    CHECK((i > 0 || frame.position == Duration{}));
    CHECK(frame.position > before);
    before = frame.position;
  }
}

TEST_CASE("format, size and rate are asked for as the configuration says", "[cameras]") {
  const Bus bus(camera_with({{"YUYV", 640, 480, {30, 15, 5}, {}}, {"YU12", 320, 240, {60, 30, 20}, {}}}));
  auto wanted = request();
  CHECK(open(wanted)->about().codec == "YUYV");
  CHECK(open(wanted)->about().rate == 15);
  wanted.rate = 5;
  CHECK(open(wanted)->about().rate == 5);
  wanted.rate = 25;
  wanted.format = "YU12";
  CHECK(open(wanted)->about().rate == 30);
  wanted.format.clear();
  wanted.size = PictureSize{320, 240};
  CHECK(open(wanted)->about().size == PictureSize{320, 240});
  wanted.size = PictureSize{1920, 1080};
  CHECK(refusal(wanted) == "it has no size 1920x1080: it has 320x240, 640x480");
  wanted.format = "H264";
  CHECK(refusal(wanted) == "it has no format H264: it has YU12, YUYV");
}

TEST_CASE("of a device that takes any size a usual one is asked for", "[cameras]") {
  const Bus bus(camera_with({mode("YU12", 640, 480)}, {"any_size"}));
  const auto about = open()->about();
  CHECK(about.size == PictureSize{1280, 720});
  CHECK(about.rate == 12);
  auto wanted = request();
  wanted.size = PictureSize{1920, 1080};
  CHECK(open(wanted)->about().size == PictureSize{1920, 1080});
}

TEST_CASE("a device that cannot be slowed down is sieved", "[cameras]") {
  const Bus bus(camera_with({mode("YUYV", 640, 480, 100)}, {"fixed_rate"}));
  auto wanted = request();
  wanted.rate = 10;
  const auto camera = open(wanted);
  const auto frames = read(*camera, 5);
  CHECK(in_seconds(frames.back().position) == Approx(0.4).margin(0.06));
  CHECK(camera->counts().decoded == 5);
  CHECK(camera->counts().received > 8);
}

TEST_CASE("what cannot be opened is refused with a sentence that says what to do", "[cameras][K7]") {
  const auto [trait, sentence] = GENERATE(table<std::string, std::string>(
      {{"denied", "permission denied: add the service's user to the group video"},
       {"busy", "busy: another program uses it"},
       {"metadata", "is no camera: it gives only data about the pictures of one, whose number is mostly one less"},
       {"codec", "is no camera: it is a codec"},
       {"planes", "is a camera whose pictures lie in several buffers, and libv4l's plugin for these is missing"},
       {"other_size", "it was asked for YUYV 640x480 and gives YUYV 320x480 instead"},
       {"no_bus", "no room on its USB bus: a smaller size, MJPG, or another port"}}));
  const Bus bus(camera_that(trait));
  CHECK(refusal() == sentence);
  CHECK(refusal(request("/dev/video7")).starts_with("no such device: is it plugged in?"));
  CHECK(refusal(request("/dev/null")) == "is no camera");
}

TEST_CASE("a device that hangs while it is opened is given up at the time-out, or when a stop is requested", "[cameras][K7]") {
  const Bus bus(camera_that("hangs"));
  auto wanted = request();
  wanted.timeout = 200ms;
  std::string said;
  CHECK(duration_of([&] { said = refusal(wanted); }) < 200ms + test::busy);
  CHECK(said == "timed out: the device does not answer within 200ms");
  wanted.timeout = 1h;
  std::stop_source stop;
  std::jthread stopper([&] { std::this_thread::sleep_for(50ms), stop.request_stop(); });
  CHECK(duration_of([&] { said = refusal(wanted, stop.get_token()); }) < 250ms + test::busy);
  CHECK(said == "stopped");
}

TEST_CASE("a device that hangs while it is closed is left to itself", "[cameras][K7]") {
  const Bus bus(camera_that("hangs_at_end"));
  auto camera = open();
  read(*camera, 1);
  CHECK(duration_of([&] { camera.reset(); }) < 100ms + test::busy);
}

TEST_CASE("a camera that stops giving pictures is given up at the time-out, or when a stop is requested", "[cameras][K7]") {
  Bus bus;
  auto wanted = request();
  wanted.timeout = 300ms;
  const auto camera = open(wanted);
  read(*camera, 1);
  bus.misbehave("stalls");
  std::string said;
  CHECK(duration_of([&] { said = end_of(*camera); }) < 700ms);
  CHECK(said == "timed out: no picture within 300ms");
  std::stop_source stop;
  std::jthread stopper([&] { std::this_thread::sleep_for(50ms), stop.request_stop(); });
  CHECK(duration_of([&] { CHECK_FALSE(camera->read(stop.get_token()).value().has_value()); }) < 250ms + test::busy);
}

TEST_CASE("a camera that is unplugged says so at once, and comes back by its id under another number", "[cameras][K7]") {
  FakeCamera camera;
  Bus bus(camera);
  const auto source = request(camera.by_id());
  auto reader = open(source);
  read(*reader, 2);
  bus.unplug();
  std::string said;
  CHECK(duration_of([&] { said = end_of(*reader); }) < 500ms);
  CHECK(said == "unplugged");
  CHECK(end_of(*reader) == "unplugged");
  CHECK(refusal(source).starts_with("no such device: is it plugged in?"));
  camera.node = "/dev/video2";
  bus.plug(camera);
  reader = open(source);
  const auto frame = read(*reader, 1)[0];
  CHECK(frame.number == 0);
  CHECK(frame.position == Duration{});
}

TEST_CASE("a camera that was unplugged and is back under the same name is opened anew", "[cameras][K7]") {
  Bus bus;
  auto camera = open();
  read(*camera, 2);
  bus.unplug();
  CHECK(end_of(*camera) == "unplugged");
  bus.plug({});
  camera = open();
  CHECK(number_of(read(*camera, 1)[0]) >= 0);
}

TEST_CASE("pictures that the driver calls damaged are skipped and counted", "[cameras][K7]") {
  const Bus bus(camera_with({mode("YUYV", 640, 480)}, {"some_errors"}));
  const auto camera = open();
  for (const auto& frame : read(*camera, 10)) CHECK(number_of(frame) % 3 != 0);
  CHECK(camera->counts().damaged >= 4);
  CHECK(camera->counts().decoded == 10);
}

TEST_CASE("a camera whose pictures are all damaged is given up with a hint at its cable", "[cameras][K7]") {
  const std::string trait = GENERATE("errors", "short", "empty");
  CAPTURE(trait);
  const Bus bus(camera_with({mode("YUYV", 640, 480, 50)}, {trait}));
  auto wanted = request();
  wanted.timeout = 400ms;
  const auto camera = open(wanted);
  const auto said = end_of(*camera);
  CAPTURE(said);
  CHECK(said.starts_with("timed out: no picture within 400ms that is whole, "));
  CHECK(said.ends_with(" damaged: its cable, hub or power"));
  CHECK(camera->counts().damaged > 3);
}

TEST_CASE("a driver that reports errors without end is given up", "[cameras][K7]") {
  const Bus bus(camera_with({mode("YUYV", 640, 480, 200)}, {"io_errors"}));
  auto wanted = request();
  wanted.timeout = 30s;
  CHECK(end_of(*open(wanted)) == "it gives no pictures: Input/output error");
}

TEST_CASE("a grabber whose signal becomes another one is opened again", "[cameras][K7]") {
  const Bus bus(camera_with({mode("YUYV", 640, 480)}, {"signal_changed"}));
  CHECK(end_of(*open()) == "its signal changed");
}

TEST_CASE("no thread, descriptor or picture is left behind by hundreds of reopenings", "[cameras][K7]") {
  Bus bus(camera_with({mode("YUYV", 64, 48, 1000)}));
  const auto once = [&](int i) {
    auto camera = open();
    if (i % 10 == 0) read(*camera, 1);
  };
  once(0);
  const auto threads = entries("/proc/self/task"), descriptors = entries("/proc/self/fd");
  for (int i = 0; i < 300; ++i) once(i);
  CHECK(entries("/proc/self/task") <= threads);  // fewer, when a device that hung in an earlier test has ended meanwhile
  CHECK(entries("/proc/self/fd") <= descriptors);
}
