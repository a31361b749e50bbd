// SPDX-License-Identifier: Apache-2.0
// Modbus lines that misbehave: slaves that are late, half, damaged or babble, ports that go and come back.
#include "drivers/modbus/bus.hpp"
#include "drivers/modbus/line_fixture.hpp"
#include "tests/buses/fake_bus.hpp"
#include "tests/buses/servers.hpp"
#include "tests/harness/peer.hpp"
#include "tests/harness/stopwatch.hpp"

#include <csignal>
#include <ctime>

namespace kuzet::drivers::modbus {

namespace {

using namespace std::chrono_literals;
using test::FakeBus;
using test::Octets;
using Kind = FakeBus::Kind;

const std::string quick = "every: 100ms, timeout: 600ms";

std::string slave(const FakeBus& bus, int number, const std::string& more = quick) {
  return sensor_yaml(bus.address(), number, "{name: a, register: 1}", more);
}

/// Slave 7 is as `rude` says, the others are well.
FakeBus::Script with_seven(FakeBus::Script rude) {
  return [rude = std::move(rude)](FakeBus& bus, const Octets& asked) {
    asked[0] == 7 ? rude(bus, asked) : test::answer_well(bus, asked);
  };
}

struct Rude {
  int number;
  std::string told;
  FakeBus::Script does;
};

/// Slaves 3 and 8 go on while the others are rude, each in its way.
void check_rude(Kind kind, const std::vector<Rude>& rude) {
  FakeBus bus(kind, [&](FakeBus& self, const Octets& asked) {
    const auto found = std::ranges::find(rude, int{asked[0]}, &Rude::number);
    found == rude.end() ? test::answer_well(self, asked) : found->does(self, asked);
  });
  const std::string more = kind == Kind::tcp ? "every: 100ms, timeout: 200ms" : quick;
  std::vector<std::string> sensors{slave(bus, 3, more), slave(bus, 8, more)};
  for (const auto& one : rude) sensors.push_back(slave(bus, one.number, more));
  AtWork it(sensors);
  it.start();
  for (std::size_t i = 0; i < rude.size(); ++i) {
    CAPTURE(rude[i].number);
    REQUIRE(it.fails(i + 2));
    CHECK(it.failure(i + 2) == rude[i].told);
    CHECK(it.heard.counts[i + 2] == 0);
  }
  for (const std::size_t well : {0U, 1U}) {
    CHECK(it.samples(well, 3));
    CHECK(it.failure(well).empty());
    CHECK(it.value(well, 0) == (well == 0 ? 301 : 801));
  }
  CHECK(it.stop() < 1s);
}

double cpu_seconds() { return static_cast<double>(std::clock()) / CLOCKS_PER_SEC; }

std::string damaged(int number) { return "no sound answer from slave " + std::to_string(number) + ": what comes is damaged"; }

/// What slave 8 would answer.
void lie(FakeBus& bus, const Octets& asked) { test::answer_well(bus, {8, asked[1], asked[2], asked[3], asked[4], asked[5]}); }

}  // namespace

TEST_CASE("dead, lying, damaged, half and babbling slaves of a serial line are told as such, the others go on",
          "[sensors][K7]") {
  check_rude(Kind::serial, {{7, "no answer from slave 7 within 600ms", [](FakeBus&, const Octets&) {}},
                            {9, "no answer from slave 9 within 600ms", lie},
                            {10, damaged(10),
                             [](FakeBus& bus, const Octets&) {
                               bus.say({10, 3, 2, 0, 1, 0xAA, 0xBB});
                             }},
                            {11, damaged(11),
                             [](FakeBus& bus, const Octets&) {
                               bus.say({11, 3, 2});
                             }},
                            {12, damaged(12), [](FakeBus& bus, const Octets&) { bus.say(Octets(300, 0xFF)); }},
                            {13, damaged(13), [](FakeBus& bus, const Octets&) { bus.say(Octets(3000, 0x03)); }}});
}

TEST_CASE("dead, lying, half and babbling slaves over TCP are told as such, the others go on", "[sensors][K7]") {
  check_rude(Kind::tcp, {{7, "no answer from slave 7 within 200ms", [](FakeBus&, const Octets&) {}},
                         {9, damaged(9), lie},
                         {10, damaged(10),
                          [](FakeBus& bus, const Octets&) {
                            bus.say({0, 0, 0, 0, 0});
                          }},
                         {11, damaged(11), [](FakeBus& bus, const Octets&) { bus.say(Octets(300, 0xFF)); }},
                         {12, damaged(12), [](FakeBus& bus, const Octets&) {
                            bus.say({0, 9, 0, 0, 0, 5, 12, 3, 2, 0, 1});
                          }}});
}

TEST_CASE("a slave that answers too late is silent, and its answer is nobody else's", "[sensors][K7]") {
  // It comes while the next slave's answer is waited for, and but for its number it is what that one could say.
  const auto late = [](int milliseconds) {
    return [milliseconds](FakeBus& bus, const Octets& asked) {
      bus.nap(milliseconds);
      test::answer_well(bus, asked);
    };
  };
  check_rude(Kind::serial, {{7, "no answer from slave 7 within 600ms", late(620)}});
  check_rude(Kind::tcp, {{7, "no answer from slave 7 within 200ms", late(220)}});
}

TEST_CASE("an answer that drips is waited for no longer than the time-out", "[sensors][K7]") {
  const auto drip = [](FakeBus& bus, const Octets&) {
    for (const std::uint8_t byte : Octets{7, 3, 200, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9})
      if (bus.nap(100)) bus.say({byte});
  };
  FakeBus bus(Kind::serial, drip);
  AtWork it({slave(bus, 7)});
  const auto begin = std::chrono::steady_clock::now();
  it.start();
  REQUIRE(it.fails(0));
  CHECK(std::chrono::steady_clock::now() - begin < 1s);
}

TEST_CASE("a port that babbles all the time is told, costs little and can be stopped", "[sensors][K7]") {
  for (const auto kind : {Kind::serial, Kind::tcp}) {
    FakeBus bus(kind, [](FakeBus& self, const Octets&) {
      while (self.nap(10)) self.say(Octets(1000, 0x55));
    });
    AtWork it({slave(bus, 3), slave(bus, 4)});
    const double before = cpu_seconds();
    it.start();
    REQUIRE(it.fails(0));
    CHECK(it.failure(0) == damaged(3));
    test::eventually([] { return false; }, 500ms);
    CHECK(it.stop() < 1200ms);
    CHECK(cpu_seconds() - before < 1.0);
  }
}

TEST_CASE("exceptions are told in words, and the slave is not taken for dead", "[sensors]") {
  FakeBus bus(Kind::serial, with_seven([](FakeBus& self, const Octets& asked) {
                self.answer({7, static_cast<std::uint8_t>(asked[1] | 0x80), 2});
              }));
  AtWork it({slave(bus, 7)});
  it.start();
  REQUIRE(it.eventually([](Heard& all) { return all.failures[0].size() > 5; }));
  CHECK(it.failure(0) == "slave 7 has no holding register 1 (illegal data address)");
}

TEST_CASE("a joint request that the slave refuses is taken apart, what it has not is bad", "[sensors]") {
  FakeBus bus(Kind::serial, [](FakeBus& self, const Octets& asked) {
    const int first = asked[3], last = first + asked[5] - 1;
    const bool gap = first <= 5 && last >= 5;  // it has no register 5, and no request may touch it
    gap ? self.answer({asked[0], static_cast<std::uint8_t>(asked[1] | 0x80), 2}) : test::answer_well(self, asked);
  });
  AtWork it({sensor_yaml(bus.address(), 3, "{name: a, register: 1}, {name: b, register: 8}, {name: c, register: 2, type: u32}"),
             sensor_yaml(bus.address(), 4, "{name: a, register: 1}, {name: b, register: 5}")});
  it.start();
  REQUIRE(it.samples(0, 3));
  CHECK(it.value(0, 0) == 301);
  CHECK(it.value(0, 1) == 308);
  CHECK(it.value(0, 2) == 302 * 65536 + 303);
  REQUIRE(it.samples(1, 3));
  CHECK(it.value(1, 0) == 401);
  CHECK(it.heard.last[{1, 1}].quality == Quality::bad);
  CHECK(it.heard.last[{1, 1}].why == flaw::device_fault);
  CHECK(it.heard.descriptions == std::vector<std::string>{"slave 4 has no holding register 5 (illegal data address)"});
  CHECK(bus.asked()[0] == Octets{3, 3, 0, 1, 0, 8});
}

TEST_CASE("a slave that says nothing to one question does not hold up its other readings", "[sensors][K7]") {
  FakeBus bus(Kind::serial, [](FakeBus& self, const Octets& asked) {
    if (asked[1] == 3) test::answer_well(self, asked);
  });
  AtWork it(
      {slave(bus, 3), sensor_yaml(bus.address(), 3, "{name: a, table: input, register: 1}", "every: 200ms, timeout: 600ms")});
  it.start();
  REQUIRE(it.fails(1));
  CHECK(it.samples(0, 10));
  CHECK(it.failure(0).empty());
  CHECK(it.heard.counts[1] == 0);
  const auto asked = bus.asked();
  CHECK(std::ranges::count(asked, 4, [](const Octets& one) { return one[1]; }) <= 2);
}

TEST_CASE("a slave that comes back is noticed", "[sensors][K7]") {
  std::atomic<bool> dead = true;
  FakeBus bus(Kind::serial, with_seven([&](FakeBus& self, const Octets& asked) {
                if (!dead) test::answer_well(self, asked);
              }));
  AtWork it({slave(bus, 7)});
  it.start();
  REQUIRE(it.fails(0));
  dead = false;
  CHECK(it.samples(0, 5));
}

TEST_CASE("a gateway that says that a slave is dead is believed and not asked for it at once again", "[sensors][K7]") {
  FakeBus bus(Kind::tcp, with_seven([](FakeBus& self, const Octets& asked) {
                self.answer({7, static_cast<std::uint8_t>(asked[1] | 0x80), 11});
              }));
  AtWork it({slave(bus, 7), slave(bus, 8)});
  it.start();
  REQUIRE(it.fails(0));
  CHECK(it.samples(1, 10));
  CHECK(it.failure(0) == "the gateway gets no answer from slave 7 (gateway target failed to respond)");
  const auto asked = bus.asked();
  CHECK(std::ranges::count(asked, 7, [](const Octets& one) { return one[0]; }) <= 3);
}

TEST_CASE("a port that goes is told in one sentence, and works when it comes back", "[sensors][K7]") {
  for (const auto kind : {Kind::serial, Kind::tcp}) {
    FakeBus bus(kind, test::answer_well);
    AtWork it({slave(bus, 3)});
    const std::string name = bus.address();
    it.start();
    REQUIRE(it.samples(0, 3));
    bus.unplug();
    REQUIRE(it.ends());
    CHECK(it.result == name + (kind == Kind::serial ? ": no such device" : ": connection refused"));
    it.stop();
    it.start();
    REQUIRE(it.ends());
    CHECK(it.result == name + (kind == Kind::serial ? ": no such device" : ": connection refused"));
    bus.plug();
    CHECK(test::eventually(
        [&] {
          it.stop();
          it.start();
          return it.eventually([&](Heard& all) { return all.counts[0] > 10; }, 500ms);
        },
        10s));
  }
}

TEST_CASE("a port that goes between two questions is noticed at once", "[sensors][K7]") {
  FakeBus bus(Kind::serial, test::answer_well);
  AtWork it({slave(bus, 3, "every: 1h")});
  it.start();
  REQUIRE(it.samples(0));
  bus.unplug();
  REQUIRE(it.eventually([&](Heard&) { return it.ended; }, 2s));
}

TEST_CASE("a port that goes just before a question is gone, and does not babble", "[sensors][K7]") {
  FakeBus fake(Kind::serial, test::answer_well);
  Address address;
  address.device = fake.address();
  Bus bus(fake.address(), address, {});
  REQUIRE(bus.open(1s, {}).has_value());
  fake.unplug();
  REQUIRE(test::eventually([&] { return bus.hung_up(); }, 2s));
  CHECK(bus.exchange({}, 100ms, {}).why == address.device + ": no such device");
}

TEST_CASE("a gateway that closes what is idle is asked over a new connection, without a word", "[sensors]") {
  FakeBus bus(Kind::tcp, [](FakeBus& self, const Octets& asked) {
    test::answer_well(self, asked);
    self.nap(20);
    self.hang_up();
  });
  AtWork it({slave(bus, 3)});
  it.start();
  CHECK(it.samples(0, 10));
  CHECK(it.failure(0).empty());
  CHECK_FALSE(it.ended);
}

TEST_CASE("a host that takes connections and never answers is a line that failed", "[sensors][K7]") {
  FakeBus bus(Kind::tcp, [](FakeBus&, const Octets&) {});
  AtWork it({slave(bus, 3, "every: 100ms, timeout: 100ms"), slave(bus, 4, "every: 100ms, timeout: 100ms")});
  it.start();
  REQUIRE(it.ends());
  CHECK(it.result == bus.address() + ": takes connections, but no slave answers");
}

TEST_CASE("a host that is not there is a line that failed within seconds, and can be stopped", "[sensors][K7]") {
  AtWork refused({sensor_yaml("tcp://127.0.0.1:" + std::to_string(test::closed_port()), 1, "{name: a, register: 0}")});
  refused.start();
  REQUIRE(refused.ends());
  CHECK(refused.result.ends_with(": connection refused"));
  AtWork nobody(
      {sensor_yaml("tcp://192.0.2.1:502", 1, "{name: a, register: 0}")});  // RFC 5737: leads nowhere, or is refused at once
  nobody.start();
  CHECK(nobody.stop() < 500ms);
  AtWork nameless({sensor_yaml("tcp://no-such-host.invalid", 1, "{name: a, register: 0}")});
  nameless.start();
  REQUIRE(nameless.ends());
  CHECK_FALSE(nameless.result.empty());
}

TEST_CASE("what is no serial port is refused with a sentence", "[sensors][K7]") {
  const test::TempFolder folder;
  test::write_file(folder / "file", "words");
  for (const std::string& name : {std::string("/dev/null"), (folder / "file").string(), folder.path().string()}) {
    AtWork it({sensor_yaml(name, 1, "{name: a, register: 0}")});
    it.start();
    REQUIRE(it.ends());
    CHECK(it.result.starts_with(name + ": "));
    CHECK(it.result.find('\n') == std::string::npos);
  }
}

TEST_CASE("a stop ends the wait for a silent slave", "[sensors][K7]") {
  for (const auto kind : {Kind::serial, Kind::tcp}) {
    FakeBus bus(kind, [](FakeBus&, const Octets&) {});
    AtWork it({slave(bus, 3, "every: 1s, timeout: 1s")});
    it.start();
    REQUIRE(test::eventually([&] { return !bus.asked().empty(); }, 5s));
    CHECK(it.stop() < 200ms + test::busy);
    CHECK(it.result.empty());
  }
}

TEST_CASE("outputs go before readings, are read back, and are wanted again after the line was away", "[outputs][K7]") {
  std::mutex mutex;
  bool coil = false, stuck = true;
  const auto set = [&](bool& what, bool to) {
    const std::lock_guard lock(mutex);
    what = to;
  };
  FakeBus bus(Kind::serial, [&](FakeBus& self, const Octets& asked) {
    const std::lock_guard lock(mutex);
    if (asked[1] == 5 && !stuck) coil = asked[4] == 0xFF;
    if (asked[1] == 1) return self.answer({asked[0], 1, 1, static_cast<std::uint8_t>(coil ? 1 : 0)});
    test::answer_well(self, asked);
  });
  AtWork it({slave(bus, 3)}, {"{address: " + bus.address() + ", slave: 4, coil: 2, check: 100ms}"});
  it.line->want(0, true);
  it.start();
  CHECK(it.switched("0 on: slave 4 took the write, but coil 2 is still off"));
  set(stuck, false);
  it.line->want(0, true);
  REQUIRE(it.switched("0 on"));
  CHECK(it.samples(0, 3));
  it.heard.switches.clear();
  set(coil, false);  // somebody else
  REQUIRE(it.switched("0 on"));
  bus.unplug();
  REQUIRE(it.ends());
  it.stop();
  it.heard.switches.clear();
  it.line->want(0, false);
  bus.plug();
  REQUIRE(test::eventually([&] { return std::filesystem::exists(bus.address()); }, 5s));
  it.start();
  REQUIRE(it.switched("0 off"));
  CHECK_FALSE(it.switched_now("0 on"));
}

TEST_CASE("an output on a dead slave is told, and is wanted as soon as the slave is back", "[outputs][K7]") {
  std::atomic<bool> dead = true;
  FakeBus bus(Kind::serial, [&](FakeBus& self, const Octets& asked) {
    if (asked[0] != 4 || !dead) test::answer_well(self, asked);
  });
  AtWork it({slave(bus, 3)},
            {"{address: " + bus.address() + ", slave: 4, register: 401, on_value: 801, timeout: 600ms, check: 0s}"});
  it.start();
  it.line->want(0, true);
  CHECK(it.switched("0 on: no answer from slave 4 within 600ms"));
  CHECK(it.samples(0, 3));
  dead = false;
  it.line->want(0, true);
  CHECK(it.switched("0 on"));
}

}  // namespace kuzet::drivers::modbus
