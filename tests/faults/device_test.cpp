// SPDX-License-Identifier: Apache-2.0
// The whole agent, and the commands for technicians, with cameras of the board that a fake libv4l2 shows.
#include "tests/cameras/fake_v4l2/control.hpp"
#include "tests/faults/command.hpp"
#include "tests/harness/catch.hpp"
#include "tests/harness/footage.hpp"
#include "tests/harness/temp_folder.hpp"

#include <csignal>

namespace kuzet::test {

using namespace std::chrono_literals;
using v4l2::FakeCamera;

namespace {

/// A board with cameras, on which every `kuzet` is run with the fake library.
class Board {
 public:
  explicit Board(const FakeCamera& camera) : camera_(camera) {
    plug(camera);
    Shape shape;
    shape.source = camera.by_id();
    shape.after = "    timeout: 2s\n";
    site_.configure(shape);
  }

  void plug(const FakeCamera& camera) const { v4l2::write_bus(folder_ / "bus", {camera}); }
  /// Waits until the agent has started the camera.
  void wait_for_start() const {
    REQUIRE(eventually([&] { return std::filesystem::exists(v4l2::was_opened(folder_ / "bus")); }, 10s));
  }
  void unplug() const { v4l2::write_bus(folder_ / "bus", {}); }

  [[nodiscard]] Process start() const { return {words("run", {}), site_ / "log"}; }
  [[nodiscard]] Ran run(const std::string& command, const std::vector<std::string>& further = {}) const {
    return test::run(words(command, further), 30s);
  }
  [[nodiscard]] const Site& site() const { return site_; }

 private:
  [[nodiscard]] std::vector<std::string> words(const std::string& command, const std::vector<std::string>& further) const {
    std::vector<std::string> out{"env", "LD_PRELOAD=" KUZET_FAKE_V4L2_LIBRARY,
                                 std::string(v4l2::variable) + "=" + (folder_ / "bus").string(), KUZET_PROGRAM, command};
    if (command != "describe") out.insert(out.end(), {"--config", site_.configuration().string()});
    out.insert(out.end(), further.begin(), further.end());
    return out;
  }

  FakeCamera camera_;
  TempFolder folder_;
  Site site_;
};

FakeCamera usb_camera() {
  FakeCamera out;
  out.modes = {{"YUYV", 640, 480, {30, 15, 5}, {}}};
  return out;
}

}  // namespace

TEST_CASE("a USB camera that is unplugged is told and comes back under another number", "[faults][K7][cameras]") {
  auto camera = usb_camera();
  const Board board(camera);
  auto agent = board.start();
  board.wait_for_start();
  board.unplug();
  board.site().wait_for("camera cam: unplugged");
  camera.node = "/dev/video2";
  board.plug(camera);
  board.site().wait_for("pictures come again");
  check_stops(agent);
}

TEST_CASE("a USB camera that another program holds, or that hangs, is told and does not hold up the end",
          "[faults][K7][cameras]") {
  const auto [trait, sentence] =
      GENERATE(table<std::string, std::string>({{"busy", "busy: another program uses it"},
                                                {"denied", "permission denied: add the service's user to the group video"},
                                                {"stalls", "timed out: no picture within 2s"},
                                                {"hangs", "timed out: the device does not answer within 2s"}}));
  auto camera = usb_camera();
  camera.traits = {trait};
  const Board board(camera);
  auto agent = board.start();
  board.site().wait_for(sentence);
  check_stops(agent);
}

TEST_CASE("a USB camera that hangs while it is closed holds up nobody", "[faults][K7][cameras]") {
  auto camera = usb_camera();
  camera.traits = {"hangs_at_end"};
  const Board board(camera);
  auto agent = board.start();
  board.wait_for_start();
  board.unplug();
  board.site().wait_for("camera cam: unplugged", v4l2::hanging - 1s);
  check_stops(agent);
}

TEST_CASE("describe tells the settings that matter to a driver", "[faults]") {
  const auto usb = run_kuzet({"describe", "v4l2"});
  CHECK(usb.code == 0);
  for (const auto* name : {"source (", "format (", "size (", "rate ("}) CHECK(contains(usb.output, name));
  CHECK_FALSE(contains(usb.output, "transport ("));
  CHECK(contains(run_kuzet({"describe", "stream"}).output, "transport ("));
  CHECK(contains(run_kuzet({"describe", "files"}).output, "repeat ("));
}

TEST_CASE("probe tells what a USB camera gives", "[faults][cameras]") {
  const Board board(usb_camera());
  const auto ran = board.run("probe", {"--json", "--for", "1s"});
  CHECK(ran.code == 0);
  const auto lines = json_lines(ran.output);
  REQUIRE(lines.size() == 1);
  CHECK(word(lines[0], "camera") == "cam");
  CHECK(word(lines[0], "driver") == "v4l2");
  CHECK(word(lines[0], "codec") == "YUYV");
  CHECK(lines[0].at("width").as_int64() == 640);
  CHECK(lines[0].at("declared_rate").to_number<double>() == 15);
  CHECK(lines[0].at("rate").to_number<double>() == Approx(15).margin(3));
  board.unplug();
  const auto gone = board.run("probe", {"--for", "1s"});
  check_refused(gone, 1, {"camera cam", "no such device: is it plugged in?"});
}

}  // namespace kuzet::test
