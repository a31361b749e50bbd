// SPDX-License-Identifier: Apache-2.0
// Devices that write lines, on real pseudo-terminals and connections: noise, floods, unplugging, silence, terminals at doors.
#include "drivers/serial/line_fixture.hpp"
#include "drivers/serial/pty_fixture.hpp"
#include "drivers/serial_line/listener.hpp"
#include "tests/harness/catch.hpp"
#include "tests/harness/moments.hpp"
#include "tests/harness/stopwatch.hpp"

#include <netinet/in.h>
#include <sys/socket.h>
#include <time.h>

#include <cstring>
#include <fstream>
#include <sstream>

namespace kuzet::drivers {

const DeviceType& serial_line_device();

namespace {

using namespace std::chrono_literals;
using serial::AtWork;
using serial::Pty;
using serial_line::Listener;
using test::at;

const DeviceType& type = serial_line_device();

const std::string volts = "format: regex\npattern: 'U=(?P<u>[-\\d.]+)$'\nreadings: [{name: u, unit: V}]\nevery: 100ms\n";
const std::string door = "format: regex\npattern: '^(?P<word>\\w+) (?P<person>[0-9A-F]{8})$'\npassage: {}\n";

std::string on(const std::string& device, const std::string& rest) { return "device: \"" + device + "\"\n" + rest; }
std::string refused(const std::string& rest) { return serial::faults_of(type, on("/dev/ttyS0", rest)); }

/// A listener without a port, for the hours of its life.
struct Desk {
  serial::Told told;
  std::unique_ptr<Listener> listener;

  explicit Desk(const std::vector<std::string>& sensors) {
    std::vector<Device> devices;
    for (const auto& yaml : sensors) {
      Faults faults("test");
      devices.push_back(type.sensor(serial::node_of(on("/dev/x", yaml)), "sensors.a", faults));
      REQUIRE(faults.text().empty());
    }
    listener = std::make_unique<Listener>(devices);
    listener->tell(told);
    listener->opened(at(0));
  }
  void hear(double when, const std::string& bytes) {
    listener->heard(bytes, at(when));
    (void)listener->turn(at(when));
  }
  std::optional<Steady> turn(double when) { return listener->turn(at(when)).next; }
};

/// A device server on a port of its own.
class Server {
 public:
  Server() : listening_(::socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in any{};
    any.sin_family = AF_INET;
    any.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    sockaddr generic{};
    std::memcpy(&generic, &any, sizeof any);
    REQUIRE(::bind(listening_.get(), &generic, sizeof any) == 0);
    REQUIRE(::listen(listening_.get(), 5) == 0);
    socklen_t size = sizeof generic;
    ::getsockname(listening_.get(), &generic, &size);
    std::memcpy(&any, &generic, sizeof any);
    port_ = ntohs(any.sin_port);
  }
  [[nodiscard]] int port() const { return port_; }
  [[nodiscard]] serial::Handle accepted() const { return serial::Handle(::accept(listening_.get(), nullptr, nullptr)); }

 private:
  serial::Handle listening_;
  int port_ = 0;
};

double cpu_seconds() {
  timespec used{};
  ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used);
  return static_cast<double>(used.tv_sec) + 1e-9 * static_cast<double>(used.tv_nsec);
}

}  // namespace

TEST_CASE("the sample of serial lines is accepted and names every setting", "[sensors][lines][K6]") {
  std::ifstream stream(std::string(KUZET_SOURCE_DIR) + "/drivers/serial_line/sample.yaml");
  std::ostringstream text;
  text << stream.rdbuf();
  Node entry = serial::node_of(text.str()).find("sensors")->items.at(0);
  for (const auto& field : *type.sensor_fields) CHECK(entry.find(field.name) != nullptr);
  std::erase_if(entry.members, [](const Node::Member& one) { return one.key == "id" || one.key == "driver"; });
  Faults faults("sample.yaml");
  const auto device = type.sensor(entry, "sensors.door-1", faults);
  CHECK(faults.text().empty());
  CHECK(device.passages);
  CHECK(device.channels.at(0).name == "temperature");
}

TEST_CASE("settings of a line that cannot work are faults", "[sensors][lines][K6]") {
  CHECK(refused(volts).empty());
  CHECK(refused("format: csv\nreadings: [{name: t}]\n").empty());
  CHECK(refused("format: nmea\n").find("without readings or passage") != std::string::npos);
  CHECK(refused("format: nmea\nreadings: [{name: t}]\n").find("readings[0].sentence: is missing") != std::string::npos);
  CHECK(refused("format: regex\nreadings: [{name: t}]\n").find("pattern: is missing") != std::string::npos);
  CHECK(refused("format: regex\npattern: '('\nreadings: [{name: t}]\n").find("missing )") != std::string::npos);
  CHECK(refused("format: regex\npattern: 'x'\nreadings: [{name: t}]\n").find("has no group (?P<t>...)") != std::string::npos);
  CHECK(refused("format: regex\npattern: 'x'\npassage: {}\n").find("has no group (?P<person>...)") != std::string::npos);
  CHECK(refused("format: csv\nreadings: [{name: t}]\npassage: {}\n").find("needs format: regex") != std::string::npos);
  for (const char* separator : {"", "ab", "1", "."})
    CHECK_FALSE(refused("format: csv\nreadings: [{name: t}]\nseparator: \"" + std::string(separator) + "\"\n").empty());
  CHECK(refused("format: csv\nreadings: [{name: t, colum: 1}]\n").find("did you mean \"column\"?") != std::string::npos);
}

TEST_CASE("values come through a port whatever lies between the lines", "[sensors][lines][K7]") {
  const Pty pty;
  AtWork work(type, {on(pty.path(), volts)});
  REQUIRE(pty.opened());
  const std::string noise("\xff\xfe\0\0\r\nU=nonsense\r\nU=1", 19);
  CHECK(work.told.until([&] { return pty.send(noise + "\r\nU=12.5\r\nU=13"), !work.told.sets().empty(); }));
  CHECK(work.told.sets()[0].samples[0].quality == Quality::good);
  for (const char byte : std::string("\r\nU=-3.25\r\n")) REQUIRE(pty.send({&byte, 1}));
  CHECK(work.told.until([&] { return work.told.sets().back().samples[0].value == -3.25; }));
  CHECK(work.stopped() < 200ms + test::busy);
}

TEST_CASE("a port that is unplugged and plugged in again goes on", "[sensors][lines][K7]") {
  Pty pty;
  AtWork work(type, {on(pty.path(), volts)});
  REQUIRE(pty.opened());
  pty.unplug();
  CHECK(work.ended() == pty.path() + ": unplugged");
  work.start();
  CHECK(work.ended() == pty.path() + ": no such device");
  pty.plug();
  work.start();
  REQUIRE(pty.opened());
  CHECK(work.told.until([&] { return pty.send("U=1\n"), !work.told.sets().empty(); }));
  CHECK(work.stopped() < 200ms + test::busy);
}

TEST_CASE("lines come from a device server too", "[sensors][lines][K7]") {
  Server server;
  AtWork work(type, {on("tcp://127.0.0.1:" + std::to_string(server.port()), volts)});
  {
    const serial::Handle device = server.accepted();
    CHECK(work.told.until([&] { return ::send(device.get(), "U=7\r\n", 5, MSG_NOSIGNAL) == 5 && !work.told.sets().empty(); }));
    CHECK(work.told.sets()[0].samples[0].value == 7);
  }
  CHECK(work.ended().ends_with(": closed by the other side"));
  work.start();
  const serial::Handle again = server.accepted();
  CHECK(work.stopped() < 200ms + test::busy);
}

TEST_CASE("ten megabytes of garbage are over soon, and the value behind them is heard", "[sensors][lines][K7]") {
  const Pty pty;
  AtWork work(type, {on(pty.path(), volts)});
  REQUIRE(pty.opened());
  std::string noise(1 << 20, '\0');
  std::uint32_t state = 1;
  for (auto& c : noise) c = static_cast<char>((state = state * 1664525 + 1013904223) >> 24U);
  const double before = cpu_seconds();
  REQUIRE(pty.send(noise));  // the parsers are fed ten of these in their own test; here the port is what counts
  CHECK(work.told.until([&] { return pty.send("\r\nU=5\r\n"), !work.told.sets().empty(); }));
  CHECK(cpu_seconds() - before < 3);  // under sanitizers too; without, a tenth of a second
  REQUIRE(work.told.until([&] { return !work.told.failures().empty(); }));
  CHECK(work.told.failures().size() < 3);
  CHECK(work.stopped() < 200ms + test::busy);
}

TEST_CASE("values that come too fast are told as often as is wanted, the newest of them", "[sensors][lines]") {
  Desk desk({volts});
  for (int i = 0; i < 1000; ++i) desk.hear(1 + i * 0.001, "U=" + std::to_string(i) + "\n");
  CHECK(desk.told.sets().size() == 10);
  CHECK(desk.turn(2.1));
  CHECK(desk.told.sets().back().samples[0].value == 999);
}

TEST_CASE("a device without a word for us, or without a word, is told", "[sensors][lines][K7]") {
  Desk desk({"format: nmea\nreadings: [{name: t, sentence: MTA}]\n"});
  CHECK(desk.turn(1) == at(300).steady);
  desk.turn(300);
  CHECK(desk.told.failures() == std::vector<std::string>{"nothing that can be read for 5min"});
  desk.hear(310, "$GPGSA,A,3,10,07,05,02,29,04,08,13,,,,,1.72,1.03,1.38*0A\r\n");
  CHECK(desk.told.alive() == 1);
  desk.turn(599);
  CHECK(desk.told.failures().size() == 1);
  desk.turn(600);
  CHECK(desk.told.failures().back() == "no value among its lines for 5min");
}

TEST_CASE("a wrong baud rate is told once in a while, with a piece of what came", "[sensors][lines][K7]") {
  Desk desk({"format: nmea\nreadings: [{name: t, sentence: MTA}]\n"});
  for (int i = 0; i < 50; ++i) desk.hear(1 + i, "\xf8\x81\x1b]0;x\xfe\r\n");
  REQUIRE(desk.told.failures().size() == 2);
  CHECK(desk.told.failures()[0] == "3 of 3 lines could not be read: is no sentence: \"\\xf8\\x81\\x1b]0;x\\xfe\"");
  CHECK(desk.told.failures()[1].starts_with("30 of 30 lines"));
}

TEST_CASE("sensors on one port each take their own lines", "[sensors][lines]") {
  Desk desk({volts, "format: regex\npattern: 'I=(?P<i>[\\d.]+)$'\nreadings: [{name: i}]\n"});
  for (int i = 0; i < 100; ++i) desk.hear(1 + i, "U=1\r\nI=2\r\n");
  CHECK(desk.told.failures().empty());
  CHECK(desk.told.sets().size() == 200);
  desk.listener->opened(at(200));
  CHECK(desk.told.failures().empty());
  Desk unequal({volts, "baud: 4800\nformat: regex\npattern: 'I=(?P<i>[\\d.]+)$'\nreadings: [{name: i}]\n"});
  CHECK(unequal.told.failures() ==
        std::vector<std::string>{"/dev/x: another sensor on this port is set to another baud rate, parity or number of bits"});
}

TEST_CASE("passages are told once each, as their words say", "[sensors][passages]") {
  Desk desk({door});
  desk.hear(1, "IN 0004A1B2\r\n");
  desk.hear(1.5, "IN 0004A1B2\r\nIN 0004A1B2\r\n");  // the card is held to the reader
  desk.hear(2, "out 0004A1B2\r\n");
  desk.hear(3, "IN 0004A1B3\r\n");
  desk.hear(100, "IN 0004A1B3\r\n");
  std::vector<Passage::What> whats;
  for (const auto& one : desk.told.passages()) whats.push_back(one.what);
  using enum Passage::What;
  CHECK(whats == std::vector{entry, exit, entry, entry});
  CHECK(desk.told.passages()[0].at.steady == at(1).steady);
}

TEST_CASE("a terminal gone mad does not flood the agent", "[sensors][passages][K4]") {
  Desk desk({door});
  char line[32];
  for (unsigned i = 0; i < 10'000; ++i) {
    std::snprintf(line, sizeof line, "IN %08X\r\n", i);
    desk.hear(1.5 + i * 0.0001, line);
  }
  CHECK(desk.told.passages().size() <= 40);
}

TEST_CASE("nothing that a terminal says is ever in a sentence", "[sensors][passages][K5]") {
  const std::string person = "0004A1B2", name = "Aigerim";
  Desk desk({door, volts});
  for (int i = 0; i < 100; ++i)
    desk.hear(1 + i,
              "DENIED " + person + "\r\n" + name + "\r\nIN " + person + "X\r\n" + std::string(5000, 'A') + person + "\n");
  REQUIRE_FALSE(desk.told.failures().empty());
  for (const auto& sentence : desk.told.failures()) {
    CHECK(sentence.find(person.substr(2)) == std::string::npos);
    CHECK(sentence.find(name) == std::string::npos);
    CHECK(sentence.find('"') == std::string::npos);
  }
  CHECK(desk.told.texts().empty());
}

}  // namespace kuzet::drivers
