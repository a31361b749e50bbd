// SPDX-License-Identifier: Apache-2.0
// Sensors of the kernel in a folder that looks like its own.
#include "drivers/sysfs/line_fixture.hpp"
#include "tests/harness/temp_folder.hpp"

#include <sys/stat.h>

namespace kuzet::drivers {
const DeviceType& iio_device();
}

using namespace kuzet;
using namespace kuzet::drivers;
using test::AtWork;
using test::Listener;
using test::write_file;
namespace fs = std::filesystem;

namespace {

constexpr const char* three =
    "{name: t, channel: in_temp}, {name: h, channel: in_humidityrelative}, {name: p, channel: in_pressure}";

class Board {
 public:
  explicit Board(const std::string& readings = three) {
    fs::create_directories(devices());
    LinePlan plan;
    plan.sensors.push_back(
        test::sensor_of(iio_device(), "{device: bme280, root: " + root_.path().string() + ", readings: [" + readings + "]}"));
    channels = plan.sensors[0].channels;
    line_ = iio_device().open(std::move(plan), clock_);
  }

  /// As an I2C device appears: where it hangs, and a link with a number.
  void plug(int number, const std::map<std::string, std::string>& files, const std::string& at = "1-0076") {
    const auto name = "iio:device" + std::to_string(number);
    const auto place = root_ / "devices/i2c-1" / at / name;
    fs::create_directories(place);
    for (const auto& [file, text] : files) write_file(place / file, text);
    fs::create_directory_symlink(place, devices() / name);
  }
  void unplug(int number, const std::string& at = "1-0076") {
    fs::remove(devices() / ("iio:device" + std::to_string(number)));
    fs::remove_all(root_ / "devices/i2c-1" / at);
  }
  [[nodiscard]] fs::path devices() const { return root_ / "bus/iio/devices"; }
  Line& line() { return *line_; }

  std::vector<Channel> channels;

 private:
  test::TempFolder root_;
  test::RealClock clock_;
  std::unique_ptr<Line> line_;
};

const std::map<std::string, std::string> bme280{{"name", "bme280\n"},
                                                {"in_temp_input", "21530\n"},
                                                {"in_humidityrelative_input", "45123\n"},
                                                {"in_pressure_input", "95.312500\n"}};

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

TEST_CASE("the kernel's units become ours", "[sensors]") {
  Board board;
  board.plug(0, bme280);
  Listener told;
  AtWork work(board.line(), told);
  CHECK(told.comes([&] { return is(told, 0, 21.53) && is(told, 1, 45.123) && is(told, 2, 95.3125); }));
  CHECK(work.finish().has_value());
  CHECK(board.channels[0].unit == "degC");
  CHECK(board.channels[1].most == 100.0);
  CHECK(board.channels[2].unit == "kPa");
}

TEST_CASE("raw values are offset, then scaled, as the kernel's book says", "[sensors]") {
  Board board("{name: co2, channel: in_concentration_co2}, {name: u, channel: in_voltage1}, {name: t, channel: in_temp}");
  board.plug(0, {{"name", "bme280"},
                 {"in_concentration_co2_raw", "900"},
                 {"in_concentration_co2_scale", "0.0001"},
                 {"in_voltage1_raw", "1000"},
                 {"in_voltage_scale", "0.8"},
                 {"in_temp_raw", "26000"},
                 {"in_temp_offset", "-16852"},
                 {"in_temp_scale", "2.67"}});
  Listener told;
  AtWork work(board.line(), told);
  CHECK(told.comes([&] { return is(told, 0, 900) && is(told, 1, 0.8) && is(told, 2, (26000 - 16852) * 2.67 / 1000); }));
  CHECK(work.finish().has_value());
}

TEST_CASE("a sensor that comes back with another number is found again", "[K7][sensors]") {
  Board board;
  board.plug(0, bme280);
  Listener told;
  AtWork work(board.line(), told);
  CHECK(told.comes([&] { return is(told, 0, 21.53); }));
  board.unplug(0);
  CHECK(told.comes([&] { return fails(told, "no device \"bme280\""); }));
  board.plug(0, {{"name", "ads1015"}, {"in_voltage0_raw", "1"}}, "1-0048");
  auto warmer = bme280;
  warmer["in_temp_input"] = "30000";
  board.plug(1, warmer);
  CHECK(told.comes([&] { return is(told, 0, 30) && told.about[0] == "bme280 at iio:device1"; }));
  CHECK(work.finish().has_value());
}

TEST_CASE("one channel that holds garbage or cannot be read leaves the others", "[K7][sensors]") {
  Board board;
  auto files = bme280;
  files["in_temp_input"] = "warm\n";
  files["in_humidityrelative_input"] = std::string(1 << 20, '1');
  board.plug(0, files);
  fs::remove(board.devices() / "iio:device0/in_pressure_input");
  Listener told;
  AtWork work(board.line(), told);
  CHECK(told.comes(
      [&] { return bad(told, 0, flaw::no_number) && bad(told, 1, flaw::no_number) && bad(told, 2, flaw::device_fault); }));
  const auto about = told.locked([&] { return told.about[0]; });
  CHECK(about.find("in_temp_input: holds no number but \"warm\"; ") != std::string::npos);
  CHECK(about.find("in_humidityrelative_input: is longer than any file of the kernel; ") != std::string::npos);
  CHECK(about.ends_with("; it has no in_pressure; there are: in_humidityrelative, in_temp"));
  fs::remove(board.devices() / "iio:device0/in_humidityrelative_input");
  REQUIRE(::mkfifo((board.devices() / "iio:device0/in_humidityrelative_input").c_str(), 0600) == 0);
  write_file(board.devices() / "iio:device0/in_temp_input", "1000");
  CHECK(told.comes([&] { return is(told, 0, 1) && bad(told, 1, flaw::device_fault); }));
  CHECK(work.finish().has_value());
}

TEST_CASE("two sensors of one name are not guessed at", "[K7][sensors]") {
  Board board;
  board.plug(0, bme280);
  board.plug(1, bme280, "1-0077");
  Listener told;
  AtWork work(board.line(), told);
  CHECK(told.comes([&] { return fails(told, "2 devices are \"bme280\"; say which with `at`; there are: 1-0076, 1-0077"); }));
  CHECK(work.finish().has_value());
}

TEST_CASE("settings of a sensor of the kernel are checked", "[K6][sensors]") {
  const auto faults = [](const std::string& yaml) { return test::faults_of(iio_device(), yaml); };
  CHECK(faults("{device: bme280, readings: [{name: t, channel: in_temp}]}").empty());
  CHECK(faults("{device: bme280}").find("readings") != std::string::npos);
  CHECK(faults("{device: bme280, readings: [{name: t, channel: in_tmp}]}").find("did you mean \"in_temp\"?") !=
        std::string::npos);
  CHECK(faults("{device: bme280, readings: [{name: t, channel: in_temp_raw}]}").find("did you mean \"in_temp\"?") !=
        std::string::npos);
  CHECK(faults("{device: b, readings: [{name: t, channel: in_temp}, {name: t, channel: in_ph}]}").find("already") !=
        std::string::npos);
  CHECK(faults("{device: b, readings: [{name: t}]}").find("channel") != std::string::npos);
}

TEST_CASE("a unit of one's own has no limits of ours", "[sensors]") {
  const Board board("{name: p, channel: in_pressure, scale: 10, unit: hPa}, {name: t, channel: in_temp, most: 40}");
  CHECK(board.channels[0].unit == "hPa");
  CHECK_FALSE(board.channels[0].most.has_value());
  CHECK(board.channels[1].most == 40.0);
  CHECK(board.channels[1].least == -200.0);
}
