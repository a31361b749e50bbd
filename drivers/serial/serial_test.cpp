// SPDX-License-Identifier: Apache-2.0
// Ports and connections with somebody at the other end: how they open, what ends a wait, and what is said when they are gone.
#include "drivers/serial/conversation.hpp"
#include "drivers/serial/pty_fixture.hpp"
#include "drivers/serial/tally.hpp"
#include "drivers/serial/told_fixture.hpp"
#include "tests/harness/catch.hpp"
#include "tests/harness/moments.hpp"
#include "tests/harness/peer.hpp"
#include "tests/harness/stopwatch.hpp"

#include <sys/file.h>

#include <thread>

namespace kuzet::drivers::serial {

namespace {

using namespace std::chrono_literals;
using test::at;

std::string failure(const Port& port) {
  const auto wire = Wire::open(port, {});
  return wire ? "" : wire.error().what;
}

std::string read_all(Wire& wire, std::size_t size) {
  std::string out;
  std::array<char, 100> bytes{};
  while (out.size() < size) {
    const auto count = wire.read(bytes, 5s);
    if (!count || *count == 0) return out + "!";
    out.append(bytes.data(), *count);
  }
  return out;
}

std::string faults_of(const Port& port) {
  Faults faults("test");
  check(port, {}, "sensors.a", faults);
  return faults.text();
}

}  // namespace

TEST_CASE("a port is raw and set as it should be", "[sensors][serial]") {
  const Pty pty;
  const auto wire =
      Wire::open({.device = pty.path(), .baud = 4800, .data_bits = 7, .parity = "even", .stop_bits = 2}, {}).value();
  const auto line = pty.line();
  CHECK(::cfgetospeed(&line) == B4800);
  CHECK((line.c_cflag & CSTOPB) != 0);
  CHECK((line.c_lflag & (ICANON | ECHO | ISIG)) == 0);
  CHECK((line.c_iflag & (IXON | ICRNL | ISTRIP)) == 0);
  CHECK((line.c_oflag & OPOST) == 0);
  std::string all(256, ' ');
  for (std::size_t i = 0; i < all.size(); ++i) all[i] = static_cast<char>(i);
  REQUIRE(pty.send(all));
  CHECK(read_all(*wire, 256) == all);
  REQUIRE(wire->write(std::string_view(all).substr(0, 200), 1s).has_value());
  CHECK(pty.hear() == all.substr(0, 200));
}

TEST_CASE("what cannot be opened is told in one sentence", "[sensors][serial][K7]") {
  CHECK(failure({.device = "/dev/kuzet-nowhere"}) == "/dev/kuzet-nowhere: no such device");
  CHECK(failure({.device = "/dev/null"}) == "/dev/null: is no serial port");
  CHECK(failure({.device = "/tmp"}) == "/tmp: is no serial port");
  const std::string closed = "tcp://127.0.0.1:" + std::to_string(test::closed_port());
  CHECK(failure({.device = closed}) == closed + ": connection refused");
  CHECK(failure({.device = "tcp://kuzet.invalid:1"}).starts_with("tcp://kuzet.invalid:1: "));
  const Pty pty;
  const auto first = Wire::open({.device = pty.path()}, {});
  REQUIRE(first.has_value());
  CHECK(failure({.device = pty.path()}) == pty.path() + ": another program uses it");
}

TEST_CASE("a wait ends with its patience, and at once when a stop is requested", "[sensors][serial][K7]") {
  const Pty pty;
  std::stop_source stop;
  const auto wire = Wire::open({.device = pty.path()}, stop.get_token()).value();
  std::array<char, 10> bytes{};
  CHECK(wire->read(bytes, 30ms).value() == 0);
  std::jthread other([&] {
    std::this_thread::sleep_for(50ms);
    stop.request_stop();
  });
  CHECK(test::duration_of([&] { CHECK(wire->read(bytes, 1h).value() == 0); }) < 1s);
}

TEST_CASE("a port that is unplugged says so, and works again under its name", "[sensors][serial][K7]") {
  Pty pty;
  std::array<char, 10> bytes{};
  {
    const auto wire = Wire::open({.device = pty.path()}, {}).value();
    pty.unplug();
    CHECK(wire->read(bytes, 5s).error().what == pty.path() + ": unplugged");
    CHECK(wire->write("x", 5s).error().what == pty.path() + ": unplugged");
    CHECK(failure({.device = pty.path()}) == pty.path() + ": no such device");
  }
  pty.plug();
  const auto wire = Wire::open({.device = pty.path()}, {}).value();
  REQUIRE(pty.send("back"));
  CHECK(read_all(*wire, 4) == "back");
}

TEST_CASE("a device server is read, and its end is told", "[sensors][serial][K7]") {
  test::Peer peer([](test::Talk& talk, const std::string&) { talk.send("12.5\r\n"); });
  const std::string device = "tcp://127.0.0.1:" + std::to_string(peer.port());
  const auto wire = Wire::open({.device = device}, {}).value();
  REQUIRE(wire->write("\r\n\r\n", 1s).has_value());  // an empty line is what this peer waits for
  CHECK(read_all(*wire, 6) == "12.5\r\n");
  std::array<char, 10> bytes{};
  CHECK(wire->read(bytes, 5s).error().what == device + ": closed by the other side");
}

TEST_CASE("a device that takes nothing is told, not waited for", "[sensors][serial][K7]") {
  const Pty pty;
  const auto wire = Wire::open({.device = pty.path()}, {}).value();
  const auto written = wire->write(std::string(1 << 20, 'x'), 50ms);
  REQUIRE(written.has_error());
  CHECK(written.error().what == pty.path() + ": takes no commands: its buffer is full");
}

TEST_CASE("a flood waits with the sender", "[sensors][serial][K7]") {
  Throttle throttle;
  const Steady now = at(0).steady;
  CHECK(throttle.taken(100'000, now) == Duration::zero());
  CHECK(throttle.taken(100'000, now + 20ms) == 80ms);
  CHECK(throttle.taken(4096, now + 100ms) == Duration::zero());
}

TEST_CASE("devices and rates that cannot be are faults", "[sensors][serial][K6]") {
  for (const char* good : {"/dev/ttyS0", "tcp://10.0.0.9:4001", "tcp://[::1]:1", "tcp://moxa.example:65535"}) {
    CAPTURE(good);
    CHECK(faults_of({.device = good}).empty());
  }
  for (const char* bad : {"COM3", "ttyUSB0", "tcp://host", "tcp://:1", "tcp://host:0", "tcp://host:65536", "tcp://host:1/x",
                          "tcp://::1:4001", "tcp://a@b:1", "tcp://host:", "tcp://host:99999999999999999999"}) {
    CAPTURE(bad);
    CHECK_FALSE(faults_of({.device = bad}).empty());
  }
  CHECK(faults_of({.device = "/dev/x", .baud = 9601}) ==
        "test:0:0: sensors.a.baud: no port knows this rate; usual ones: 4800, 9600, 19200, 38400, 115200\n");
}

TEST_CASE("a name that may change gets advice, a good one does not", "[sensors][serial]") {
  const test::TempFolder folder;
  const auto device = (folder / "ttyUSB0").string();
  test::write_file(device, "");
  std::filesystem::create_directories(folder / "by-id");
  const auto names = (folder / "by-id").string();
  CHECK(advice_on_name(device, names).empty());
  std::filesystem::create_symlink("../ttyUSB0", folder / "by-id" / "usb-X-if00");
  CHECK(advice_on_name(device, names) ==
        device + " may be another device after it is plugged in again: write " + names + "/usb-X-if00");
  CHECK(advice_on_name(names + "/usb-X-if00", names).empty());
  CHECK(advice_on_name("/dev/ttyS0", names).empty());
}

TEST_CASE("damage is told when most is bad, and seldom", "[sensors][serial]") {
  Tally tally("lines could not be read", false);
  tally.bad("wrong checksum", "a\x01\xff");
  tally.bad("wrong checksum", "a\x01\xff");
  CHECK_FALSE(tally.verdict(at(0).steady));
  tally.bad("wrong checksum", "a\x01\"\xff");
  tally.good();
  CHECK(tally.verdict(at(0).steady) == "3 of 4 lines could not be read: wrong checksum: \"a\\x01\\x22\\xff\"");
  for (int i = 0; i < 1000; ++i) tally.bad("no checksum");
  CHECK_FALSE(tally.verdict(at(29).steady));
  CHECK(tally.verdict(at(31).steady) == "1000 of 1000 lines could not be read: no checksum");
  for (int i = 0; i < 100; ++i) tally.good();
  for (int i = 0; i < 90; ++i) tally.bad("no checksum");
  CHECK_FALSE(tally.verdict(at(90).steady));

  Tally lenient("lines could not be read", true);
  lenient.good();
  for (int i = 0; i < 10; ++i) lenient.bad("does not match the pattern");
  CHECK_FALSE(lenient.verdict(at(0).steady));
}

TEST_CASE("an excerpt is short and plain", "[sensors][serial]") {
  CHECK(excerpt(std::string_view("a\0\x1b[2J\xd0\x9a", 7)) == "a\\x00\\x1b[2J\\xd0");
  CHECK(excerpt(std::string(100, 'x'), 10) == "xxxxxxxxxx...");
}

}  // namespace kuzet::drivers::serial
