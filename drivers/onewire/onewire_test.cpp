// SPDX-License-Identifier: Apache-2.0
// Thermometers in a folder that looks like the kernel's.
#include "drivers/sysfs/line_fixture.hpp"
#include "tests/harness/temp_folder.hpp"

namespace kuzet::drivers {
const DeviceType& onewire_device();
}

using namespace kuzet;
using namespace kuzet::drivers;
using test::AtWork;
using test::Listener;
using test::TempFolder;
using test::write_file;
namespace fs = std::filesystem;

namespace {

constexpr const char* one = "28-00000a1b2c3d";

std::string conversion(int milli, const char* crc = "YES") {
  const std::string bytes = "72 01 4b 46 7f ff 0e 10 57 ";
  return bytes + ": crc=57 " + crc + "\n" + bytes + "t=" + std::to_string(milli) + "\n";
}

/// A bus that can be plugged, and a line with one thermometer on it.
class Bus {
 public:
  explicit Bus(const std::string& device = one) {
    fs::create_directories(folder());
    LinePlan plan;
    plan.sensors.push_back(test::sensor_of(onewire_device(), "{device: " + device + ", root: " + root_.path().string() + "}"));
    line_ = onewire_device().open(std::move(plan), clock_);
  }

  void plug(const std::string& text, const std::string& device = one) {
    fs::create_directories(folder() / device);
    write_file(folder() / device / "w1_slave.new", text);
    fs::rename(folder() / device / "w1_slave.new", folder() / device / "w1_slave");
  }
  void unplug() { fs::remove_all(folder() / one); }
  [[nodiscard]] fs::path folder() const { return root_ / "bus/w1/devices"; }
  Line& line() { return *line_; }

 private:
  TempFolder root_;
  test::RealClock clock_;
  std::unique_ptr<Line> line_;
};

bool good(Listener& told, double value) {
  const auto found = told.last.find({0, 0});
  return found != told.last.end() && found->second.quality == Quality::good && std::abs(found->second.value - value) < 1e-9;
}

bool bad(Listener& told, std::string_view why) {
  const auto found = told.last.find({0, 0});
  return found != told.last.end() && found->second.quality == Quality::bad && found->second.why == why;
}

bool fails(Listener& told, const std::string& with) {
  return !told.failures[0].empty() && told.failures[0].back().find(with) != std::string::npos;
}

}  // namespace

TEST_CASE("a thermometer is read, lost, plugged in again and read again", "[K7][sensors]") {
  Bus bus;
  bus.plug(conversion(23125));
  Listener told;
  AtWork work(bus.line(), told);
  CHECK(told.comes([&] { return good(told, 23.125); }));
  bus.unplug();
  CHECK(told.comes([&] { return fails(told, "no 28-00000a1b2c3d on the bus; there is none"); }));
  bus.plug(conversion(-5000));
  CHECK(told.comes([&] { return good(told, -5); }));
  CHECK(work.finish().has_value());
}

TEST_CASE("a wrong CRC, the power-on value, garbage and a shorted bus are each told", "[K7][sensors]") {
  Bus bus;
  bus.plug(conversion(23125, "NO"));
  Listener told;
  AtWork work(bus.line(), told);
  CHECK(told.comes([&] { return bad(told, flaw::checksum); }));
  bus.plug(conversion(85000));
  CHECK(told.comes([&] { return bad(told, flaw::power_on); }));
  bus.plug(std::string(1 << 20, 'x'));
  CHECK(told.comes([&] { return fails(told, "longer than any file"); }));
  bus.plug("nonsense\n\x01");
  CHECK(told.comes([&] { return fails(told, "holds \"nonsense"); }));
  const std::string zeros = "00 00 00 00 00 00 00 00 00 ";
  bus.plug(zeros + ": crc=00 YES\n" + zeros + "t=0");
  CHECK(told.comes([&] { return fails(told, "does not answer: the bus is shorted"); }));
  CHECK(work.finish().has_value());
}

TEST_CASE("a kernel without w1_slave is read by its newer file", "[sensors]") {
  Bus bus;
  fs::create_directories(bus.folder() / one);
  write_file(bus.folder() / one / "temperature", "21937\n");
  Listener told;
  AtWork work(bus.line(), told);
  CHECK(told.comes([&] { return good(told, 21.937); }));
  CHECK(work.finish().has_value());
}

TEST_CASE("a wrong number is answered with what hangs on the bus", "[K6][sensors]") {
  Bus bus("28-00000a1b2c33");
  bus.plug(conversion(1000));
  fs::create_directories(bus.folder() / "w1_bus_master1");
  Listener told;
  AtWork work(bus.line(), told);
  CHECK(told.comes(
      [&] { return fails(told, "no 28-00000a1b2c33 on the bus; is it 28-00000a1b2c3d?; there are: 28-00000a1b2c3d"); }));
  fs::remove_all(bus.folder());
  CHECK(told.comes([&] { return fails(told, "no 1-Wire bus"); }));
  CHECK(work.finish().has_value());
}

TEST_CASE("settings of a thermometer are checked", "[K6][sensors]") {
  using test::faults_of;
  CHECK(faults_of(onewire_device(), "{device: 28-00000a1b2c3d}").empty());
  CHECK(faults_of(onewire_device(), "{device: compost}").find("must be the number of a device") != std::string::npos);
  CHECK(faults_of(onewire_device(), "{every: 10s}").find("device") != std::string::npos);
  CHECK(faults_of(onewire_device(), "{device: 28-00000a1b2c3d, evry: 10s}").find("did you mean \"every\"") !=
        std::string::npos);
}
