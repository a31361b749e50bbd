// SPDX-License-Identifier: Apache-2.0
// What one dead slave costs the others on its line: their rate with it and without it, measured side by side on two lines of
// the same kind. kuzet-bench-bus [SECONDS], 60 a scenario by default.
#include "drivers/line.hpp"
#include "tests/bench/figures.hpp"
#include "tests/buses/fake_bus.hpp"
#include "tests/buses/servers.hpp"

#include <algorithm>
#include <atomic>
#include <cstdio>
#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

namespace {

using namespace kuzet;
using namespace std::chrono_literals;
using test::FakeBus;
using test::Octets;

constexpr int dead = 10;                // its number
constexpr int answer_time = 20;         // milliseconds: some 15 bytes at 9600 bit/s, and a slave that thinks
constexpr int gateway_patience = 1000;  // milliseconds that a gateway waits for a slave by itself

class RealClock : public Clock {
 public:
  [[nodiscard]] Moment now() const override {
    return {std::chrono::steady_clock::now(),
            std::chrono::time_point_cast<std::chrono::milliseconds>(std::chrono::system_clock::now()),
            {}};
  }
};

/// Counts what the others give; the dead slave is the last sensor, where there is one.
struct Count : drivers::LineEvents {
  explicit Count(std::size_t others) : others_(others) {}
  void sampled(std::size_t sensor, std::vector<Sample>) override { (sensor < others_ ? samples : of_dead) += 1; }
  void passed(std::size_t, Passage) override {}
  void alive(std::size_t) override {}
  void failed(std::size_t sensor, const std::string&) override { (sensor < others_ ? failures : unanswered) += 1; }
  void described(std::size_t, const std::string&) override {}
  void switched(std::size_t, bool, const Result<>&) override {}

  std::atomic<int> samples = 0, failures = 0, of_dead = 0, unanswered = 0;

 private:
  std::size_t others_;
};

/// Slaves of one kind: how many answer, and how to make a line of them.
struct Scenario {
  std::string name;
  int others;
  std::function<std::shared_ptr<void>(std::string& address)> make;
};

drivers::Device sensor(const std::string& address, int slave) {
  Faults faults("bench");
  const Node node = read_yaml("{address: '" + address + "', slave: " + std::to_string(slave) +
                                  ", every: 100ms, readings: [{name: a, register: 1}, {name: b, register: 2}]}",
                              {}, faults);
  auto out = drivers::find_device("modbus")->sensor(node, "sensor", faults);
  if (!faults.none()) throw std::runtime_error(faults.text());
  return out;
}

/// Runs a line for so long; samples of the others a second.
double rate(const std::string& address, const Scenario& scenario, bool with_dead, std::chrono::seconds length, Count& count) {
  const RealClock clock;
  drivers::LinePlan plan;
  for (int slave = 1; slave <= scenario.others; ++slave) plan.sensors.push_back(sensor(address, slave));
  if (with_dead) plan.sensors.push_back(sensor(address, dead));
  const auto line = drivers::find_device("modbus")->open(std::move(plan), clock);
  std::string why;
  std::jthread thread([&](std::stop_token stop) {
    if (const auto done = line->work(count, std::move(stop)); !done) why = done.error().what;
  });
  std::this_thread::sleep_for(length);
  const int samples = count.samples;
  thread.request_stop();
  thread.join();
  if (!why.empty()) throw std::runtime_error(why);
  return samples / static_cast<double>(length.count());
}

void measure(const Scenario& scenario, std::chrono::seconds length) {
  std::string with_address, without_address;
  const auto with_slaves = scenario.make(with_address), without_slaves = scenario.make(without_address);
  Count with_count(static_cast<std::size_t>(scenario.others)), without_count(static_cast<std::size_t>(scenario.others));
  double with = 0;
  std::thread other([&] { with = rate(with_address, scenario, true, length, with_count); });
  const double without = rate(without_address, scenario, false, length, without_count);
  other.join();
  bench::print_row({scenario.name, std::to_string(scenario.others), bench::figure(without), bench::figure(with),
                    bench::figure(with / without, 3), std::to_string(with_count.unanswered),
                    std::to_string(with_count.failures + without_count.failures)});
  std::fflush(stdout);
}

std::shared_ptr<void> fake(FakeBus::Kind kind, FakeBus::Script script, std::string& address) {
  auto bus = std::make_shared<FakeBus>(kind, std::move(script));
  address = bus->address();
  return bus;
}

std::vector<Scenario> scenarios() {
  const auto slow = [](FakeBus& bus, const Octets& asked) {
    if (asked[0] == dead || !bus.nap(answer_time)) return;
    test::answer_well(bus, asked);
  };
  const auto gateway = [](FakeBus& bus, const Octets& asked) {
    if (!bus.nap(asked[0] == dead ? gateway_patience : answer_time)) return;
    asked[0] == dead ? bus.answer({asked[0], static_cast<std::uint8_t>(asked[1] | 0x80), 11}) : test::answer_well(bus, asked);
  };
  const auto serial = [](auto server) {
    return [server](std::string& address) -> std::shared_ptr<void> {
      auto cable = std::make_shared<test::Cable>();
      address = cable->here();
      return std::make_shared<std::pair<std::shared_ptr<test::Cable>, std::shared_ptr<void>>>(cable, server(cable->there()));
    };
  };
  return {
      {"RTU, pymodbus", 9,
       serial([](const std::string& port) { return std::make_shared<test::PymodbusServer>("1,2,3,4,5,6,7,8,9", port); })},
      {"RTU, libmodbus", 1, serial([](const std::string& port) { return std::make_shared<test::LibmodbusServer>(1, port); })},
      {"RTU, each answer takes 20 ms: a line without idle time", 9,
       [=](std::string& address) { return fake(FakeBus::Kind::serial, slow, address); }},
      {"TCP, pymodbus, which says nothing for the dead slave", 9,
       [](std::string& address) -> std::shared_ptr<void> {
         auto server = std::make_shared<test::PymodbusServer>("1,2,3,4,5,6,7,8,9");
         address = server->address();
         return server;
       }},
      {"TCP gateway, which waits 1 s for the dead slave and says so", 9,
       [=](std::string& address) { return fake(FakeBus::Kind::tcp, gateway, address); }},
  };
}

}  // namespace

int main(int count, char** words) {
  try {
    const auto length = std::chrono::seconds(count > 1 ? std::max(1, std::stoi(words[1])) : 60);
    std::printf("%d s each, every slave asked each 100 ms, from the first request on:\n\n", static_cast<int>(length.count()));
    bench::print_head(
        {"slaves", "others", "their samples/s without it", "with the dead slave", "ratio", "unanswered", "others failed"});
    for (const auto& scenario : scenarios()) measure(scenario, length);
    return 0;
  } catch (const std::exception& failure) {
    std::fprintf(stderr, "kuzet-bench-bus: %s\n", failure.what());
    return 1;
  }
}
