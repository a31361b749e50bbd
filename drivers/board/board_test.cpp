// SPDX-License-Identifier: Apache-2.0
// What a board tells, what it does not, and that nothing is invented.
#include "drivers/sysfs/health.hpp"
#include "drivers/sysfs/line_fixture.hpp"
#include "tests/harness/temp_folder.hpp"

namespace kuzet::drivers {
const DeviceType& board_device();
}

using namespace kuzet;
using namespace kuzet::drivers;
using test::AtWork;
using test::Listener;
using test::write_file;
namespace fs = std::filesystem;

namespace {

void put(const test::TempFolder& root, const std::string& file, const std::string& text) {
  fs::create_directories((root / file).parent_path());
  write_file(root / file, text);
}

constexpr const char* throttled = "devices/platform/soc/soc:firmware/get_throttled";

struct BoardLine {
  explicit BoardLine(const test::TempFolder& root) {
    LinePlan plan;
    const std::string at = root.path().string();
    plan.sensors.push_back(test::sensor_of(board_device(), "{root: " + at + ", proc: " + at + "/proc, path: " + at + "}"));
    for (const auto& channel : plan.sensors[0].channels) names.push_back(channel.name);
    line = board_device().open(std::move(plan), clock);
  }
  /// nullopt: was not told.
  std::optional<double> value(Listener& told, const std::string& name) {
    const auto place = static_cast<std::size_t>(std::ranges::find(names, name) - names.begin());
    REQUIRE(place < names.size());
    const auto found = told.last.find({0, place});
    return found == told.last.end() ? std::nullopt : std::optional(found->second.value);
  }
  test::RealClock clock;
  std::vector<std::string> names;
  std::unique_ptr<Line> line;
};

}  // namespace

TEST_CASE("the firmware's word tells weak supply and heat, now and since the start", "[sensors]") {
  const test::TempFolder root;
  std::uint32_t seen = 0;
  const auto figures = [&](const std::string& word) {
    put(root, throttled, word + "\n");
    board::Figures out;
    board::read_power({.root = root.path()}, seen, out);
    return out;
  };
  auto told = figures("0");
  CHECK((told["undervoltage"] == 0 && told["throttled"] == 0 && told["undervoltage_since_boot"] == 0));
  told = figures("50005");
  CHECK((told["undervoltage"] == 1 && told["throttled"] == 1 && told["undervoltage_since_boot"] == 1));
  told = figures("0");  // another program made the firmware forget
  CHECK((told["undervoltage"] == 0 && told["undervoltage_since_boot"] == 1 && told["throttled_since_boot"] == 1));
  CHECK(figures("garbage").empty());
  CHECK(figures("").empty());
  seen = 0;
  told = figures("80000");  // the soft limit, once
  CHECK((told["throttled"] == 0 && told["throttled_since_boot"] == 1 && told["undervoltage_since_boot"] == 0));
}

TEST_CASE("a board whose firmware has no such file is asked through its supply's chip", "[sensors]") {
  const test::TempFolder root;
  put(root, "class/hwmon/hwmon0/name", "cpu_thermal\n");
  put(root, "class/hwmon/hwmon1/name", "rpi_volt\n");
  put(root, "class/hwmon/hwmon1/in0_lcrit_alarm", "1\n");
  board::Figures out;
  std::uint32_t seen = 0;
  board::read_power({.root = root.path()}, seen, out);
  CHECK(out == board::Figures{{"undervoltage", 1}});
}

TEST_CASE("wear is told as the card tells it, and not where it does not", "[sensors]") {
  CHECK(board::parse_life_time("0x02 0x03") == 30.0);
  CHECK(board::parse_life_time("0x01 0x00") == 10.0);
  CHECK(board::parse_life_time("0x0b 0x01") == 110.0);
  for (const char* text : {"0x00 0x00", "", "0x01", "0x0c 0x01", "x y", "0x01 0x01 0x01"})
    CHECK_FALSE(board::parse_life_time(text));
  const test::TempFolder root;
  board::Figures out;
  put(root, "block/mmcblk0/device/type", "SD\n");
  board::read_cards({.root = root.path()}, out);
  CHECK(out.empty());
  put(root, "block/mmcblk1/device/life_time", "0x04 0x01\n");
  put(root, "block/mmcblk1/device/pre_eol_info", "0x02\n");
  put(root, "block/mmcblk2/device/life_time", "0x01 0x01\n");
  put(root, "block/mmcblk2/device/pre_eol_info", "0x00\n");
  board::read_cards({.root = root.path()}, out);
  CHECK(out == board::Figures{{"card_wear", 40}, {"card_warning", 1}});
}

TEST_CASE("the processor's zone is told, or the one that was named", "[sensors]") {
  const test::TempFolder root;
  put(root, "class/thermal/thermal_zone0/type", "gpu-thermal\n");
  put(root, "class/thermal/thermal_zone0/temp", "30000\n");
  put(root, "class/thermal/thermal_zone1/type", "cpu-thermal\n");
  put(root, "class/thermal/thermal_zone1/temp", "61500\n");
  const auto told = [&](const std::string& zone) {
    board::Figures out;
    board::read_temperature({.root = root.path(), .zone = zone}, out);
    return out;
  };
  CHECK(told("") == board::Figures{{"cpu_temperature", 61.5}});
  CHECK(told("gpu-thermal") == board::Figures{{"cpu_temperature", 30}});
  CHECK(told("none").empty());
  put(root, "class/thermal/thermal_zone1/temp", "hot\n");
  CHECK(told("").empty());
}

TEST_CASE("memory is read from the line that has it", "[sensors]") {
  const std::string text =
      "MemTotal:        1000 kB\nMemFree:          100 kB\nMemAvailable:     250 kB\nHugePages_Total:  0\n";
  CHECK(board::parse_meminfo(text, "MemAvailable") == 250.0);
  CHECK_FALSE(board::parse_meminfo(text, "Mem"));
  CHECK_FALSE(board::parse_meminfo(text, "HugePages_Total"));
  CHECK_FALSE(board::parse_meminfo("", "MemTotal"));
}

TEST_CASE("a bare board tells what every machine has, and names what it lacks", "[K7][sensors]") {
  const test::TempFolder root;
  put(root, "proc/meminfo", "MemTotal: 1000 kB\nMemAvailable: 250 kB\n");
  put(root, "proc/loadavg", "0.50 0.4 0.3 1/100 12\n");
  put(root, "proc/uptime", "3600.55 7000.1\n");
  BoardLine one(root);
  Listener told;
  AtWork work(*one.line, told);
  CHECK(told.comes([&] { return told.samples_of[0] >= 4; }));
  CHECK(work.finish().has_value());
  CHECK(one.value(told, "memory_free") == 25.0);
  CHECK(one.value(told, "uptime") == 3600.55);
  CHECK(one.value(told, "disk_free").value_or(-1) > 0);
  CHECK_FALSE(one.value(told, "card_wear").has_value());
  CHECK_FALSE(one.value(told, "undervoltage").has_value());
  CHECK(told.about[0].find("this board does not tell: cpu_temperature, undervoltage, undervoltage_since_boot") == 0);
  CHECK(told.about[0].find("card_wear") != std::string::npos);
}

TEST_CASE("a weak supply is said in words", "[sensors]") {
  const test::TempFolder root;
  put(root, throttled, "50000\n");
  BoardLine one(root);
  Listener told;
  AtWork work(*one.line, told);
  CHECK(told.comes(
      [&] { return told.about[0].starts_with("the supply was too weak since the start; the processor was slowed down"); }));
  CHECK(work.finish().has_value());
}

TEST_CASE("settings of the board are checked", "[K6][sensors]") {
  CHECK(test::faults_of(board_device(), "{}").empty());
  CHECK(test::faults_of(board_device(), "{readings: [{name: cpu_temperatur, most: 90}]}").find("did you mean") !=
        std::string::npos);
}
