// SPDX-License-Identifier: Apache-2.0
// Chips that watch over hardware, in a folder that looks like the kernel's.
#include "drivers/sysfs/line_fixture.hpp"
#include "tests/harness/temp_folder.hpp"

namespace kuzet::drivers {
const DeviceType& hwmon_device();
}

using namespace kuzet;
using namespace kuzet::drivers;
using test::AtWork;
using test::Listener;
using test::write_file;
namespace fs = std::filesystem;

namespace {

class Board {
 public:
  explicit Board(const std::string& readings) {
    fs::create_directories(folder());
    LinePlan plan;
    plan.sensors.push_back(
        test::sensor_of(hwmon_device(), "{chip: nct6798, root: " + root_.path().string() + ", readings: [" + readings + "]}"));
    channels = plan.sensors[0].channels;
    line_ = hwmon_device().open(std::move(plan), clock_);
  }
  void plug(const std::map<std::string, std::string>& files, const std::string& name = "hwmon0") {
    fs::create_directories(folder() / name);
    for (const auto& [file, text] : files) {
      write_file(folder() / name / "new", text);
      fs::rename(folder() / name / "new", folder() / name / file);
    }
  }
  void unplug(const std::string& name = "hwmon0") { fs::remove_all(folder() / name); }
  [[nodiscard]] fs::path folder() const { return root_ / "class/hwmon"; }
  Line& line() { return *line_; }

  std::vector<Channel> channels;

 private:
  test::TempFolder root_;
  test::RealClock clock_;
  std::unique_ptr<Line> line_;
};

bool is(Listener& told, std::size_t channel, double value) {
  const auto found = told.last.find({0, channel});
  return found != told.last.end() && found->second.quality == Quality::good && std::abs(found->second.value - value) < 1e-9;
}

bool bad(Listener& told, std::size_t channel, std::string_view why) {
  const auto found = told.last.find({0, channel});
  return found != told.last.end() && found->second.quality == Quality::bad && found->second.why == why;
}

bool fails(Listener& told, const std::string& with) {
  return !told.failures[0].empty() && told.failures[0].back().find(with) != std::string::npos;
}

}  // namespace

TEST_CASE("each kind of channel comes in its unit", "[sensors]") {
  Board board(
      "{name: t, channel: temp1}, {name: u, channel: in0}, {name: f, channel: fan2}, {name: i, channel: curr1}, "
      "{name: p, channel: power1}, {name: h, channel: humidity1}");
  board.plug({{"name", "nct6798"},
              {"temp1_input", "41500"},
              {"in0_input", "12040"},
              {"fan2_input", "1180"},
              {"curr1_input", "250"},
              {"power1_average", "3300000"},
              {"humidity1_input", "51200"}});
  Listener told;
  AtWork work(board.line(), told);
  CHECK(told.comes([&] {
    return is(told, 0, 41.5) && is(told, 1, 12.04) && is(told, 2, 1180) && is(told, 3, 0.25) && is(told, 4, 3.3) &&
           is(told, 5, 51.2);
  }));
  CHECK(work.finish().has_value());
  CHECK(board.channels[2].unit == "1/min");
}

TEST_CASE("a channel is found by its label when numbers change", "[K7][sensors]") {
  Board board("{name: t, channel: temp, label: SYSTIN}");
  board.plug({{"name", "nct6798"},
              {"temp1_input", "20000"},
              {"temp1_label", "CPUTIN"},
              {"temp2_input", "30000"},
              {"temp2_label", "SYSTIN"}});
  Listener told;
  AtWork work(board.line(), told);
  CHECK(told.comes([&] { return is(told, 0, 30); }));
  board.unplug();
  CHECK(told.comes([&] { return fails(told, "no device \"nct6798\""); }));
  board.plug({{"name", "nct6798"}, {"temp1_input", "31000"}, {"temp1_label", "SYSTIN"}}, "hwmon3");
  CHECK(told.comes([&] { return is(told, 0, 31) && told.about[0] == "nct6798 at hwmon3"; }));
  board.plug({{"temp1_label", "OTHER"}}, "hwmon3");
  CHECK(told.comes([&] { return fails(told, "it has no temp labelled \"SYSTIN\"; there are: OTHER"); }));
  CHECK(work.finish().has_value());
}

TEST_CASE("a chip that says that its sensor is broken is believed", "[sensors]") {
  Board board("{name: t, channel: temp1}");
  board.plug({{"name", "nct6798"}, {"temp1_input", "127000"}, {"temp1_fault", "1"}});
  Listener told;
  AtWork work(board.line(), told);
  CHECK(told.comes([&] { return bad(told, 0, flaw::device_fault); }));
  board.plug({{"temp1_input", "22000"}, {"temp1_fault", "0"}});
  CHECK(told.comes([&] { return is(told, 0, 22); }));
  board.plug({{"temp1_input", "garbage"}});
  CHECK(told.comes([&] { return bad(told, 0, flaw::no_number); }));
  CHECK(work.finish().has_value());
}

TEST_CASE("settings of a chip are checked", "[K6][sensors]") {
  const auto faults = [](const std::string& reading) {
    return test::faults_of(hwmon_device(), "{chip: sht3x, readings: [" + reading + "]}");
  };
  CHECK(faults("{name: t, channel: temp1}").empty());
  CHECK(faults("{name: t, channel: temp, label: CPU}").empty());
  CHECK(faults("{name: t, channel: tmp1}").find("did you mean \"temp1\"?") != std::string::npos);
  CHECK(faults("{name: t, channel: temp}").find("must have a number") != std::string::npos);
  CHECK(faults("{name: t, channel: temp1, label: CPU}").find("must have no number") != std::string::npos);
}
