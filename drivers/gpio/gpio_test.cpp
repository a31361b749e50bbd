// SPDX-License-Identifier: Apache-2.0
// Inputs and outputs of a chip that bounces, floods, is busy and is pulled out.
#include "drivers/gpio/pin_line.hpp"
#include "drivers/gpio/settings.hpp"
#include "drivers/sysfs/line_fixture.hpp"
#include "tests/harness/stopwatch.hpp"

#include <sys/eventfd.h>
#include <unistd.h>

#include <deque>
#include <set>

namespace kuzet::drivers {
const DeviceType& gpio_device();
}

using namespace kuzet;
using namespace kuzet::drivers;
using namespace std::chrono_literals;
using test::AtWork;
using test::Listener;

namespace {

/// The wires of a chip, as the world sees them.
struct Wires {
  struct Wire {
    bool level = false;
    std::deque<gpio::Edge> edges;  // not yet read
    int fd = -1;                   // of who watches it
    bool floods = false;
    bool stuck = false;  // readable for ever, and nothing there
    int reads = 0;
  };

  /// The world moves a contact.
  void move(const std::string& pin, bool active) {
    const std::lock_guard lock(mutex);
    auto& wire = wires[pin];
    wire.level = active;
    wire.edges.push_back({active, std::chrono::steady_clock::now()});
    if (wire.fd >= 0) (void)::eventfd_write(wire.fd, 1);
  }
  void flood(const std::string& pin, bool on) {
    const std::lock_guard lock(mutex);
    wires[pin].floods = on;
    if (wires[pin].fd >= 0) (void)::eventfd_write(wires[pin].fd, 1);
  }
  void pull_out() {
    const std::lock_guard lock(mutex);
    gone = true;
    for (auto& [name, wire] : wires)
      if (wire.fd >= 0) (void)::eventfd_write(wire.fd, 1);
  }
  void plug_in() {
    const std::lock_guard lock(mutex);
    gone = false;
  }
  int reads(const std::string& pin) {
    const std::lock_guard lock(mutex);
    return wires[pin].reads;
  }

  std::mutex mutex;
  std::map<std::string, Wire> wires;
  std::set<std::string> busy;
  std::vector<std::string> driven;  // "27=1": everything that was ever driven
  bool gone = false;
  int open_pins = 0;
};

class FakePin final : public gpio::Pin {
 public:
  FakePin(Wires& wires, std::string name) : wires_(wires), name_(std::move(name)), fd_(::eventfd(0, EFD_NONBLOCK)) {
    wires_.wires[name_].fd = fd_;
    wires_.wires[name_].edges.clear();
    ++wires_.open_pins;
  }
  FakePin(const FakePin&) = delete;
  FakePin& operator=(const FakePin&) = delete;
  ~FakePin() override {
    const std::lock_guard lock(wires_.mutex);
    wires_.wires[name_].fd = -1;
    --wires_.open_pins;
    ::close(fd_);
  }
  Result<bool> value() override {
    const std::lock_guard lock(wires_.mutex);
    if (wires_.gone) return gpio::pin_failure(name_, ENODEV, "");
    return wires_.wires[name_].level;
  }
  Result<> set(bool active) override {
    const std::lock_guard lock(wires_.mutex);
    if (wires_.gone) return gpio::pin_failure(name_, ENODEV, "");
    wires_.driven.push_back(name_ + "=" + (active ? "1" : "0"));
    return {};
  }
  Result<std::vector<gpio::Edge>> edges() override {
    const std::lock_guard lock(wires_.mutex);
    if (wires_.gone) return gpio::pin_failure(name_, ENODEV, "");
    auto& wire = wires_.wires[name_];
    ++wire.reads;
    std::vector<gpio::Edge> out;
    const Steady now = std::chrono::steady_clock::now();
    for (std::size_t i = 0; wire.floods && i < gpio::most_edges; ++i) out.push_back({i % 2 == 0, now});
    for (; out.size() < gpio::most_edges && !wire.edges.empty(); wire.edges.pop_front()) out.push_back(wire.edges.front());
    eventfd_t rung = 0;
    if (!wire.floods && !wire.stuck && wire.edges.empty()) (void)::eventfd_read(fd_, &rung);
    return out;
  }
  [[nodiscard]] int fd() const override { return fd_; }

 private:
  Wires& wires_;
  std::string name_;
  int fd_;
};

class FakeChip final : public gpio::Chip {
 public:
  explicit FakeChip(Wires& wires) : wires_(wires) {}
  [[nodiscard]] std::string about() const override { return "gpiochip9 (fake), 8 lines"; }
  Result<std::unique_ptr<gpio::Pin>> input(const gpio::PinWish& wish) override { return request(wish.pin); }
  Result<std::unique_ptr<gpio::Pin>> output(const gpio::PinWish& wish, bool active) override {
    auto pin = request(wish.pin);
    const std::lock_guard lock(wires_.mutex);
    if (pin) wires_.driven.push_back(wish.pin + "=" + (active ? "1" : "0"));
    return pin;
  }

 private:
  Result<std::unique_ptr<gpio::Pin>> request(const std::string& pin) {
    const std::lock_guard lock(wires_.mutex);
    if (wires_.gone) return gpio::pin_failure(pin, ENODEV, "");
    if (wires_.busy.contains(pin)) return gpio::pin_failure(pin, EBUSY, "spi0 CS0");
    if (wires_.wires[pin].fd >= 0) return gpio::pin_failure(pin, EBUSY, "kuzet");
    return std::unique_ptr<gpio::Pin>(std::make_unique<FakePin>(wires_, pin));
  }
  Wires& wires_;
};

Device output_of(const std::string& yaml) {
  Faults faults("test");
  Device device = gpio_device().output(test::node_of(yaml), "outputs.o", faults);
  INFO(faults.text());
  REQUIRE(faults.none());
  return device;
}

struct Bench {
  explicit Bench(const std::vector<std::string>& sensors, const std::vector<std::string>& outputs = {}) {
    LinePlan plan;
    for (const auto& yaml : sensors) plan.sensors.push_back(test::sensor_of(gpio_device(), yaml));
    for (const auto& yaml : outputs) plan.outputs.push_back(output_of(yaml));
    line = gpio::make_pin_line(std::move(plan), clock, [this](const std::string& chip) -> Result<std::unique_ptr<gpio::Chip>> {
      const std::lock_guard lock(wires.mutex);
      if (wires.gone) return Error{Code::io, "no GPIO chip \"" + chip + "\"; there is none"};
      return std::unique_ptr<gpio::Chip>(std::make_unique<FakeChip>(wires));
    });
  }
  [[nodiscard]] bool is(std::size_t sensor, std::size_t channel, double value) {
    const auto found = told.last.find({sensor, channel});
    return found != told.last.end() && std::abs(found->second.value - value) < 1e-9;
  }
  std::vector<std::string> driven() {
    const std::lock_guard lock(wires.mutex);
    return wires.driven;
  }

  test::RealClock clock;
  Wires wires;
  Listener told;
  std::unique_ptr<Line> line;
};

using Words = std::vector<std::string>;

}  // namespace

TEST_CASE("a contact is told when it has settled, and its pulses are counted", "[sensors]") {
  Bench bench({"{pin: 17, counts: true, debounce: 5ms}"});
  AtWork work(*bench.line, bench.told);
  REQUIRE(bench.told.comes([&] { return bench.is(0, 0, 0) && bench.is(0, 1, 0); }));
  CHECK(bench.told.locked([&] { return bench.told.about[0]; }) == "pin 17 of gpiochip9 (fake), 8 lines");
  for (const bool level : {true, false, true, false, true}) bench.wires.move("17", level);
  CHECK(bench.told.comes([&] { return bench.is(0, 0, 1) && bench.is(0, 1, 1); }));
  bench.wires.move("17", false);
  CHECK(bench.told.comes([&] { return bench.is(0, 0, 0); }));
  bench.wires.move("17", true);
  CHECK(bench.told.comes([&] { return bench.is(0, 0, 1) && bench.is(0, 1, 2); }));
  CHECK(work.finish().has_value());
  CHECK(bench.wires.open_pins == 0);
}

TEST_CASE("a flood of edges costs fifty fetches a second, is told in one line, and ends", "[K7][sensors]") {
  Bench bench({"{pin: 17, counts: true}", "{pin: 18, debounce: 1ms}"});
  AtWork work(*bench.line, bench.told);
  REQUIRE(bench.told.comes([&] { return bench.is(0, 0, 0) && bench.is(1, 0, 0); }));
  const int before = bench.wires.reads("17");
  const auto start = std::chrono::steady_clock::now();
  bench.wires.flood("17", true);
  REQUIRE(bench.told.comes([&] { return bench.told.failures[0].size() == 2; }));
  const double passed = in_seconds(std::chrono::steady_clock::now() - start);
  CHECK(bench.wires.reads("17") - before <= static_cast<int>(passed * 50) + 5);
  CHECK(bench.told.locked([&] { return bench.told.failures[0][0]; }) ==
        "pin 17: more than 800 edges a second: a loose contact or noise on the wire; nothing is counted until it settles");
  bench.wires.move("18", true);  // the others are served meanwhile
  CHECK(bench.told.comes([&] { return bench.is(1, 0, 1); }));
  CHECK(bench.told.locked([&] { return bench.is(0, 1, 0); }));
  const int samples = bench.told.locked([&] { return bench.told.samples_of[0]; });
  bench.wires.flood("17", false);
  bench.wires.move("17", true);
  CHECK(bench.told.comes([&] { return bench.is(0, 0, 1) && bench.is(0, 1, 1) && bench.told.samples_of[0] > samples; }));
  CHECK(work.finish().has_value());
}

TEST_CASE("a pin that says that it has edges and has none does not keep the processor busy", "[K7][sensors]") {
  Bench bench({"{pin: 17}"});
  bench.wires.wires["17"].stuck = true;
  AtWork work(*bench.line, bench.told);
  REQUIRE(bench.told.comes([&] { return bench.is(0, 0, 0); }));
  const int before = bench.wires.reads("17");
  const auto start = std::chrono::steady_clock::now();
  bench.wires.move("17", true);
  CHECK(bench.told.comes([&] { return bench.is(0, 0, 1); }));
  while (bench.wires.reads("17") < before + 10 && std::chrono::steady_clock::now() < start + 10s)
    std::this_thread::sleep_for(1ms);
  const double passed = in_seconds(std::chrono::steady_clock::now() - start);
  CHECK(bench.wires.reads("17") - before <= static_cast<int>(passed * 60) + 5);
  CHECK(work.finish().has_value());
}

TEST_CASE("changes that come fast are told twenty times a second, and the last is never left out", "[K7][sensors]") {
  Bench bench({"{pin: 17, counts: true, debounce: 0s}"});
  AtWork work(*bench.line, bench.told);
  REQUIRE(bench.told.comes([&] { return bench.is(0, 0, 0); }));
  const auto start = std::chrono::steady_clock::now();
  for (int i = 0; i < 100; ++i) {
    bench.wires.move("17", true);
    bench.wires.move("17", false);
    std::this_thread::sleep_for(1ms);
  }
  bench.wires.move("17", true);
  CHECK(bench.told.comes([&] { return bench.is(0, 0, 1); }));  // how many they were is lost where the machine is too slow
  const double passed = in_seconds(std::chrono::steady_clock::now() - start);
  CHECK(bench.told.samples_of[0] <= 2 * (passed * 20 + 4));
  CHECK(work.finish().has_value());
}

TEST_CASE("a chip that is pulled out ends the line, and outputs come back as they were wanted", "[K7][answers]") {
  Bench bench({"{pin: 17, debounce: 1ms}"}, {"{pin: 27}"});
  bench.line->want(0, true);  // before anybody works
  {
    AtWork work(*bench.line, bench.told);
    REQUIRE(bench.told.comes([&] { return bench.is(0, 0, 0) && bench.told.switches.size() == 1; }));
    bench.wires.pull_out();
    const auto end = work.end();
    REQUIRE(end.has_error());
    CHECK(end.error().what == "pin 17: no such device (any more)");
    CHECK(bench.wires.open_pins == 0);
  }
  {
    AtWork work(*bench.line, bench.told);
    const auto end = work.end();
    REQUIRE(end.has_error());
    CHECK(end.error().what == "no GPIO chip \"gpiochip0\"; there is none");
  }
  bench.wires.plug_in();
  bench.wires.wires["17"].level = true;
  AtWork work(*bench.line, bench.told);
  CHECK(bench.told.comes([&] { return bench.is(0, 0, 1) && bench.told.switches.size() == 2; }));
  CHECK(bench.driven() == Words{"27=1", "27=1"});
  CHECK(work.finish().has_value());
}

TEST_CASE("an output is not touched before somebody wants it, follows the newest wish, and is made safe before it is let go",
          "[answers]") {
  Bench bench({}, {"{pin: 27}", "{pin: 22}"});
  AtWork work(*bench.line, bench.told);
  bench.line->want(0, true);
  REQUIRE(bench.told.comes([&] { return bench.told.switches.size() == 1; }));
  CHECK(bench.driven() == Words{"27=1"});
  bench.line->want(0, false);
  const auto done = work.finish();  // the stop comes right behind the last wish
  CHECK(done.has_value());
  CHECK(bench.driven() == Words{"27=1", "27=0"});
  CHECK(bench.told.switches.back().on == false);
  CHECK(bench.told.switches.back().error.empty());
}

TEST_CASE("pins that somebody else has are told with who has them, and the others work", "[K7][sensors]") {
  Bench bench({"{pin: 17}", "{pin: 18}", "{pin: 18}"}, {"{pin: 27}"});
  bench.wires.busy = {"17", "27"};
  bench.line->want(0, true);
  AtWork work(*bench.line, bench.told);
  CHECK(bench.told.comes(
      [&] { return bench.is(1, 0, 0) && bench.told.failures[0].size() == 1 && bench.told.switches.size() == 1; }));
  CHECK(bench.told.failures[0][0] == "pin 17 is already used by \"spi0 CS0\"");
  CHECK(bench.told.failures[2][0] == "pin 18 is already used by \"kuzet\"");
  CHECK(bench.told.switches[0].error == "pin 27 is already used by \"spi0 CS0\"");
  {
    const std::lock_guard lock(bench.wires.mutex);
    bench.wires.busy.clear();
  }
  bench.line->want(0, true);  // a new wish is tried at once
  CHECK(bench.told.comes([&] { return bench.told.switches.size() == 2; }));
  CHECK(bench.told.switches[1].error.empty());
  CHECK(work.finish().has_value());
}

TEST_CASE("a line that waits for edges ends at once", "[K7][sensors]") {
  Bench bench({"{pin: 17}"});
  AtWork work(*bench.line, bench.told);
  REQUIRE(bench.told.comes([&] { return bench.is(0, 0, 0); }));
  const auto start = std::chrono::steady_clock::now();
  CHECK(work.finish().has_value());
  CHECK(std::chrono::steady_clock::now() - start < 200ms + test::busy);
}

TEST_CASE("settings of pins are checked", "[K6][sensors]") {
  const auto faults = [](const std::string& yaml) { return test::faults_of(gpio_device(), yaml); };
  CHECK(faults("{pin: GPIO17, pull: up, active_low: true}").empty());
  CHECK(faults("{chip: gpiochip0}").find("pin") != std::string::npos);
  CHECK(faults("{pin: 17, pull: upp}").find("did you mean \"up\"") != std::string::npos);
  CHECK(faults("{pin: ''}").find("must be a number or a name") != std::string::npos);
  CHECK(faults("{pin: 17, readings: [{name: count, unit: mm}]}").find("does not measure \"count\"") != std::string::npos);
  CHECK(faults("{pin: 17, counts: true, readings: [{name: count, unit: mm}]}").empty());
  const auto device = test::sensor_of(gpio_device(), "{pin: 17, chip: pinctrl-rp1, active_low: true, pull: up}");
  CHECK(device.line == "pinctrl-rp1");
  const auto& own = dynamic_cast<const gpio::InputSettings&>(*device.settings);
  CHECK((own.wish.active_low && own.wish.pull == gpio::Pull::up));
  CHECK(dynamic_cast<const gpio::OutputSettings&>(*output_of("{pin: 1, drive: open_drain}").settings).wish.drive ==
        gpio::Drive::open_drain);
}
