// SPDX-License-Identifier: Apache-2.0
// Dust sensors on real pseudo-terminals: a script is the sensor, and the port is pulled.
#include "drivers/particulate/frames.hpp"
#include "drivers/particulate/frames_fixture.hpp"
#include "drivers/serial/line_fixture.hpp"
#include "drivers/serial/pty_fixture.hpp"
#include "tests/harness/catch.hpp"
#include "tests/harness/stopwatch.hpp"

#include <fstream>
#include <sstream>

namespace kuzet::drivers {

const DeviceType& particulate_device();

namespace {

using namespace std::chrono_literals;
using namespace particulate::samples;
using serial::AtWork;
using serial::Pty;

const DeviceType& type = particulate_device();

std::string on(const Pty& pty, const std::string& rest) { return "device: " + pty.path() + "\n" + rest; }
const std::string quick = "warm_up: 0s\nrest: 0s\n";

/// Whether this command comes within five seconds.
bool hears(const Pty& pty, const std::string& command) {
  pty.opened();
  std::string heard;
  for (int i = 0; i < 10 && heard.find(command) == std::string::npos; ++i) heard += pty.hear(500);
  return heard.find(command) != std::string::npos;
}

}  // namespace

TEST_CASE("the sample of dust sensors is accepted and names every setting", "[sensors][dust][K6]") {
  std::ifstream stream(std::string(KUZET_SOURCE_DIR) + "/drivers/particulate/sample.yaml");
  std::ostringstream text;
  text << stream.rdbuf();
  Node entry = serial::node_of(text.str()).find("sensors")->items.at(0);
  for (const auto& field : *type.sensor_fields) CHECK(entry.find(field.name) != nullptr);
  std::erase_if(entry.members, [](const Node::Member& one) { return one.key == "id" || one.key == "driver"; });
  Faults faults("sample.yaml");
  const auto device = type.sensor(entry, "sensors.air-1", faults);
  CHECK(faults.text().empty());
  CHECK(device.channels.at(0).most == 500.0);
  CHECK(device.channels.at(1).most == 999.9);
  CHECK(device.every == 5min);
}

TEST_CASE("a duty cycle without a good value is a fault", "[sensors][dust][K6]") {
  const auto refused = [](const std::string& rest) { return serial::faults_of(type, "device: /dev/ttyS0\n" + rest); };
  CHECK(refused("").empty());
  CHECK(refused("measure: 20s\n").find("must be at least 2s longer than warm_up") != std::string::npos);
  CHECK(refused("measure: 20s\nrest: 0s\n").empty());
  CHECK(refused("readings: [{name: pm1}]\n").find("does not measure \"pm1\"") != std::string::npos);
  CHECK(refused("model: pms5003\nreadings: [{name: pm1}]\n").empty());
}

TEST_CASE("an SDS011 is woken, read among noise, and put to sleep at the end", "[sensors][dust][K7]") {
  const Pty pty;
  AtWork work(type, {on(pty, quick)});
  REQUIRE(hears(pty, particulate::sds_command(6, 1, 1)));
  REQUIRE(pty.send("garbage\xAA\xC0" + sds_work_answer + sds_values.substr(3)));
  REQUIRE(hears(pty, particulate::sds_command(2)));
  for (const char byte : sds_values + sds_values) REQUIRE(pty.send({&byte, 1}));
  REQUIRE(work.told.until([&] { return !work.told.sets().empty(); }));
  CHECK(work.told.sets()[0].samples[0].value == Approx(123.6));
  CHECK(work.told.sets()[0].samples[1].value == Approx(261.8));
  CHECK(work.told.sets()[0].samples[0].quality == Quality::good);
  CHECK(work.stopped() < 200ms + test::busy);
  CHECK(pty.hear().ends_with(particulate::sds_command(6, 1, 0)));
}

TEST_CASE("a PMS5003 is read with pm1 through a flood of garbage", "[sensors][dust][K7]") {
  const Pty pty;
  AtWork work(type, {on(pty, quick + "model: pms5003\n")});
  REQUIRE(hears(pty, particulate::pms_command(0xE4, 1)));
  std::string noise;
  while (noise.size() < (1 << 20)) noise += std::string("\x42\x4D\x00\x1C\xFF\x42", 6);
  REQUIRE(pty.send(noise + pms_values));
  REQUIRE(work.told.until([&] { return !work.told.sets().empty(); }));
  CHECK(work.told.sets()[0].samples[2].value == 4);
  CHECK(work.told.sets()[0].samples.size() == 4);
  CHECK(work.told.failures().size() <= 2);
  CHECK(work.stopped() < 200ms + test::busy);
}

TEST_CASE("a dust sensor that is unplugged goes on when it is back", "[sensors][dust][K7]") {
  Pty pty;
  AtWork work(type, {on(pty, quick)});
  REQUIRE(hears(pty, particulate::sds_command(6, 1, 1)));
  REQUIRE(pty.send(sds_values.substr(0, 6)));
  pty.unplug();
  CHECK(work.ended() == pty.path() + ": unplugged");
  pty.plug();
  work.start();
  REQUIRE(hears(pty, particulate::sds_command(6, 1, 1)));
  REQUIRE(pty.send(sds_values));
  CHECK(work.told.until([&] { return work.told.sets().size() == 1; }));
  CHECK(work.stopped() < 200ms + test::busy);
}

}  // namespace kuzet::drivers
