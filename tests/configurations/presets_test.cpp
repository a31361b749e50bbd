// SPDX-License-Identifier: Apache-2.0
// A preset on any board is a right configuration, whole, with everything switched on, and without a camera.
#include "agent/cli/found_chips.hpp"
#include "agent/cli/preset.hpp"
#include "agent/cli/preset_parts.hpp"
#include "agent/run/configuration.hpp"
#include "tests/configurations/sources.hpp"
#include "tests/harness/catch.hpp"
#include "tests/harness/process.hpp"
#include "tests/harness/temp_folder.hpp"

#include <algorithm>

namespace kuzet::test {

namespace {

namespace fs = std::filesystem;

Result<run::Configuration> read(const std::string& text) {
  return run::parse(text, "kuzet.yaml", [](std::string_view) { return std::nullopt; });
}

run::Configuration right(const std::string& text) {
  INFO(text);
  auto all = read(text);
  if (!all) FAIL(all.error().what);
  return std::move(*all);
}

bool holds(const std::string& text, const std::string& part) {
  UNSCOPED_INFO(text);
  return text.find(part) != std::string::npos;
}

std::vector<std::string> places() {
  std::vector<std::string> out;
  for (const auto& preset : cli::preset_texts()) out.emplace_back(preset.name);
  return out;
}

void put(const fs::path& file, const std::string& text) {
  fs::create_directories(file.parent_path());
  write_file(file, text);
}

/// What Debian puts below / for a board with devices.
void make_board(const fs::path& root) {
  put(root / "etc/hostname", "Bin Yard_7.city.example\n");
  fs::create_directory_symlink("/usr/share/zoneinfo/Asia/Almaty", root / "etc/localtime");
  for (const char* name : {"usb-C920-video-index0", "usb-C920-video-index1"}) put(root / "dev/v4l/by-id" / name, "");
  put(root / "dev/serial/by-id/usb-FTDI-if00-port0", "");
  put(root / "sys/bus/w1/devices/28-00000a1b2c3d/w1_slave", "");
  put(root / "sys/bus/w1/devices/w1_bus_master1/name", "");
  const auto chip = root / "sys/devices/soc/i2c-1/1-0044/hwmon/hwmon2";
  put(chip / "name", "sht3x\n");
  put(chip / "temp1_input", "21000\n");
  put(chip / "humidity1_input", "40000\n");
  fs::create_directory_symlink(root / "sys/devices/soc/i2c-1/1-0044", chip / "device");
  fs::create_directories(root / "sys/class/hwmon");
  fs::create_directory_symlink(chip, root / "sys/class/hwmon/hwmon2");
  put(root / "sys/devices/virtual/thermal/hwmon0/name", "cpu_thermal\n");
  put(root / "sys/devices/virtual/thermal/hwmon0/temp1_input", "50000\n");
  fs::create_directory_symlink(root / "sys/devices/virtual/thermal/hwmon0", root / "sys/class/hwmon/hwmon0");
  const auto air = root / "sys/devices/soc/i2c-1/1-0061/iio:device0";
  put(air / "name", "scd30\n");
  put(air / "in_concentration_co2_raw", "1\n");
  fs::create_directories(root / "sys/bus/iio/devices");
  fs::create_directory_symlink(air, root / "sys/bus/iio/devices/iio:device0");
}

}  // namespace

TEST_CASE("every preset is right on a bare board and on a rich one", "[K6][presets]") {
  for (const auto& place : places()) {
    CAPTURE(place);
    const auto bare = right(preset_on(place, {.host = "board"}));
    CHECK(bare.node.id == "board");
    CHECK(bare.node.kind == place);
    CHECK(bare.cameras.empty());
    CHECK_FALSE(bare.uplink.has_value());
    const auto rich = right(preset_on(place, rich_board(), {"gate=rtsp://10.0.0.6/sub"}));
    REQUIRE(rich.cameras.size() == 2);
    CHECK(rich.cameras[1].id == "gate");
    CHECK(rich.cameras[0].detect.size() >= 4);
    CHECK(rich.cameras[0].detect.size() == rich.cameras[1].detect.size());
    CHECK(rich.uplink->servers == std::vector<std::string>{"mqtts://mqtt.city.example:8883"});
    CHECK(rich.uplink->identity == "/var/lib/kuzet/identity");
    CHECK(rich.node.id == "n07");
    CHECK(rich.node.timezone == "Asia/Almaty");
    CHECK(rich.sensors.size() == 5);  // the board, three chips, a thermometer
  }
}

TEST_CASE("what a preset switches off is right where it is switched on", "[K6][presets]") {
  for (const auto& place : places()) {
    CAPTURE(place);
    const auto all = read(all_switched_on(preset_on(place, {.host = "board"})));
    if (!all) {  // the model that it names is no file here, and nothing else is wrong
      INFO(all.error().what);
      CHECK(std::ranges::count(all.error().what, '\n') <= 2);
      const bool files_alone = holds(all.error().what, "nanodet.onnx") || holds(all.error().what, "holidays.txt");
      CHECK(files_alone);
    }
  }
}

TEST_CASE("a preset watches for what its place needs", "[K6][presets]") {
  const auto types = [](const std::string& place) {
    std::vector<std::string> out;
    const auto all = right(preset_on(place, rich_board()));
    for (const auto& watch : all.cameras[0].detect) out.emplace_back(watch.type->name);
    return out;
  };
  const auto has = [](const std::vector<std::string>& all, std::initializer_list<const char*> wanted) {
    return std::ranges::all_of(wanted, [&](const char* one) { return std::ranges::find(all, one) != all.end(); });
  };
  CHECK(has(types("landfill"), {"fire", "waste_overflow", "illegal_parking", "crowding", "intrusion"}));
  CHECK(has(types("school"), {"intrusion", "crowding", "fire"}));
  CHECK(has(types("road"), {"illegal_parking", "parking_space", "crowding", "fire"}));
  const auto school = right(preset_on("school", rich_board()));
  CHECK(school.cameras[0].covers_persons);
  CHECK(school.site.arming.calendar == "closed");
}

TEST_CASE("a preset tells the technician what to change and with which commands", "[K6][presets]") {
  for (const auto& place : places()) {
    const auto text = preset_on(place, rich_board());
    CHECK(text.starts_with("# yaml-language-server: $schema=/usr/share/kuzet/schema/kuzet.schema.json\n"));
    for (const char* part :
         {"# CHANGE: ", "kuzet check", "kuzet probe", "kuzet snapshot --camera camera-1 -o camera-1.jpg", "/dev/serial/by-id/"})
      CHECK(holds(text, part));
    CHECK(text.find("#@") == std::string::npos);
    CHECK(text.find("<serial>") == std::string::npos);
    CHECK(holds(preset_on(place, {.host = "board"}), "no camera was found on this board"));
  }
}

TEST_CASE("a password in a camera's address is not written", "[K5][presets]") {
  const auto text = preset_on("road", {.host = "board"}, {"rtsp://admin:s3cr3t-word@10.0.0.5:554/sub?x=1"});
  CHECK(text.find("s3cr3t") == std::string::npos);
  const auto all = right(text);
  CHECK(all.cameras[0].source == "rtsp://10.0.0.5:554/sub?x=1");
  CHECK(all.cameras[0].username == "admin");
  CHECK(all.cameras[0].password_file == "/etc/kuzet/camera-1.password");
}

TEST_CASE("a camera may be given a name, and a wrong one is refused", "[K6][presets]") {
  CHECK(cli::camera_named("yard=rtsp://10.0.0.5/sub", 1)->id == "yard");
  CHECK(cli::camera_named("rtsp://10.0.0.5/sub?a=b", 3)->id == "camera-3");
  CHECK(cli::camera_named("rtsp://10.0.0.5/sub?a=b", 3)->source == "rtsp://10.0.0.5/sub?a=b");
  CHECK_FALSE(cli::camera_named("Yard=rtsp://10.0.0.5/sub", 1).has_value());
  CHECK_FALSE(cli::camera_named("=rtsp://10.0.0.5/sub", 1).has_value());
}

TEST_CASE("any host name becomes an id, or none", "[K6][presets]") {
  CHECK(cli::as_id("raspberrypi") == "raspberrypi");
  CHECK(cli::as_id("Bin Yard_7") == "bin-yard_7");
  CHECK(cli::as_id("..жер..") == "");
  CHECK(cli::as_id("West ... 7") == "west-7");
  CHECK(cli::is_id("n-"));
  CHECK_FALSE(cli::is_id("N"));
  CHECK_FALSE(cli::is_id(""));
  CHECK(cli::as_id(std::string(100, 'a')).size() == 40);
}

TEST_CASE("text that YAML would take for something else is quoted", "[K6][presets]") {
  for (const char* text : {"", "yes", "a: b", "# x", "x #y", "\"", "a\\b", "5", "-", "[a]", "*a", "a ",
                           "rtsp://10.0.0.5:554/x?y=1&z=%20", "Жер 88"}) {
    Faults faults("f");
    const auto root = read_yaml(
        "a: " + cli::yaml_text(text) + "\n", [](std::string_view) { return std::nullopt; }, faults);
    CAPTURE(text, cli::yaml_text(text));
    REQUIRE(faults.none());
    CHECK(root.find("a")->text == text);
  }
}

TEST_CASE("what hangs on a board is found by names that stay", "[K6][presets]") {
  const TempFolder folder;
  make_board(folder.path() / "root");
  put(folder / "store/identity/enrolment.json",
      R"({"url": "https://city.example/enrol", "node": "n7", "site": "west", "servers": ["mqtts://a:8883"]})");
  put(folder / "store/models/broken.onnx", "no model");
  const auto found = cli::look_at_board({folder.path() / "root", folder.path() / "store"});
  CHECK(found.host == "bin-yard_7");
  CHECK(found.timezone == "Asia/Almaty");
  CHECK(found.cameras == std::vector<std::string>{"/dev/v4l/by-id/usb-C920-video-index0"});
  CHECK(found.serial_ports == std::vector<std::string>{"/dev/serial/by-id/usb-FTDI-if00-port0"});
  CHECK(found.thermometers == std::vector<std::string>{"28-00000a1b2c3d"});
  REQUIRE(found.chips.size() == 2);
  CHECK(found.chips[0].name == "sht3x");
  CHECK(found.chips[0].channels.size() == 2);
  CHECK(found.chips[1].driver == "iio");
  CHECK(found.chips[1].channels.at(0).name == "co2");
  CHECK(found.models.empty());
  REQUIRE(found.remarks.size() == 1);
  CHECK(holds(found.remarks[0], "broken.onnx"));
  REQUIRE(found.identity.has_value());
  CHECK(found.identity->site == "west");
  right(preset_on("school", found));
}

TEST_CASE("an enrolment that is none is told and not used", "[K6][presets]") {
  for (const char* text : {"", "{", "[]", "{\"node\": 5}", R"({"node": "A B", "site": "x", "servers": ["mqtts://a"]})",
                           R"({"node": "a", "site": "x", "servers": []})"}) {
    const TempFolder folder;
    put(folder / "store/identity/enrolment.json", text);
    const auto found = cli::look_at_board({folder.path(), folder.path() / "store"});
    CAPTURE(text);
    CHECK_FALSE(found.identity.has_value());
    CHECK(found.remarks.size() == 1);
  }
}

}  // namespace kuzet::test
