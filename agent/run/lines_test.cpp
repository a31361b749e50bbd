// SPDX-License-Identifier: Apache-2.0
// A line that fails, throws, floods or hangs is one line of log and nobody else's trouble.
#include "agent/run/lines.hpp"

#include "agent/run/sensors.hpp"
#include "agent/run/system_clock.hpp"
#include "tests/harness/catch.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>

#include <algorithm>
#include <atomic>
#include <stdexcept>
#include <thread>
#include <utility>

namespace kuzet::run {

namespace {

using namespace std::chrono_literals;
using drivers::LineEvents;
using Script = std::function<Result<>(LineEvents& events, const std::stop_token& stop)>;

std::atomic<int> opened = 0;
std::map<std::string, Script> scripts;  // by the line's name

class ScriptedLine final : public drivers::Line {
 public:
  explicit ScriptedLine(const drivers::LinePlan& plan) : name_(plan.sensors.empty() ? "" : plan.sensors.front().line) {
    ++opened;
  }
  Result<> work(LineEvents& events, std::stop_token stop) override { return scripts.at(name_)(events, stop); }

 private:
  std::string name_;
};

const drivers::DeviceType scripted{"scripted",
                                   "",
                                   nullptr,
                                   nullptr,
                                   nullptr,
                                   nullptr,
                                   [](drivers::LinePlan plan, const Clock&) -> std::unique_ptr<drivers::Line> {
                                     return std::make_unique<ScriptedLine>(plan);
                                   }};

void until_stopped(const std::stop_token& stop) {
  while (!stop.stop_requested()) std::this_thread::sleep_for(1ms);
}

SensorSettings sensor(const std::string& id, const std::string& line) {
  SensorSettings out;
  out.id = id;
  out.offline_after = 1min;
  out.attached.type = &scripted;
  out.attached.device.id = id;
  out.attached.device.line = line;
  out.attached.device.channels.push_back({"co", "ppm", 1, 0, {}, 100, {}, {}});
  return out;
}

struct Site {
  boost::asio::io_context io;
  SystemClock clock;
  std::vector<std::string> said;
  std::vector<Reading> read;
  std::map<std::string, std::string> state;
  std::vector<SensorSettings> settings;
  std::unique_ptr<Sensors> sensors;

  void opens(std::vector<SensorSettings> all) {
    opened = 0;
    settings = std::move(all);
    Sensors::Hooks hooks;
    hooks.read = [this](const Reading& reading) { read.push_back(reading); };
    hooks.state = [this](const std::string& id, bool works, const std::string& cause) { state[id] = works ? "works" : cause; };
    hooks.said = [this](const std::string& sentence) { said.push_back(sentence); };
    sensors = std::make_unique<Sensors>(
        settings, std::vector<Attached>{}, clock, [this](std::function<void()> job) { boost::asio::post(io, std::move(job)); },
        std::move(hooks));
  }
  bool until(const std::function<bool()>& condition) {
    const auto deadline = std::chrono::steady_clock::now() + 20s;
    while (!condition() && std::chrono::steady_clock::now() < deadline) {
      io.run_for(5ms);
      io.restart();
    }
    return condition();
  }
  [[nodiscard]] long lines_with(const std::string& what) const {
    return std::ranges::count_if(said, [&](const std::string& one) { return one.find(what) != std::string::npos; });
  }
};

}  // namespace

TEST_CASE("sensors of one line share it, and others have their own", "[sensors]") {
  scripts["a"] = scripts["b"] = [](LineEvents& events, const std::stop_token& stop) {
    events.sampled(0, {{0, 12, {}, Quality::good, {}}});
    until_stopped(stop);
    return Result<>();
  };
  Site site;
  site.opens({sensor("one", "a"), sensor("two", "a"), sensor("three", "b")});
  REQUIRE(site.until([&] { return site.read.size() == 2; }));
  CHECK(opened == 2);
  CHECK(site.state["one"] == "works");
  CHECK(site.state["three"] == "works");
  CHECK_FALSE(site.state.contains("two"));
}

TEST_CASE("a line that fails is opened again, said once, and its sensors have its cause", "[K7][sensors]") {
  static std::atomic<int> tries = 0;
  tries = 0;
  scripts["a"] = [](LineEvents& events, const std::stop_token& stop) -> Result<> {
    if (++tries < 3) return Error{Code::io, "/dev/ttyUSB0: no such device"};
    events.sampled(0, {{0, 12, {}, Quality::good, {}}});
    events.alive(1);
    until_stopped(stop);
    return {};
  };
  Site site;
  site.opens({sensor("one", "a"), sensor("two", "a")});
  REQUIRE(site.until([&] { return site.state.size() == 2; }));
  CHECK(site.state["two"] == "/dev/ttyUSB0: no such device");
  REQUIRE(site.until([&] { return site.state["two"] == "works"; }));
  CHECK(site.lines_with("no such device") == 1);
  CHECK(site.said.front() == "scripted a (one, two): /dev/ttyUSB0: no such device; trying again");
  CHECK(site.said.back() == "scripted a: works again");
  CHECK(site.said.size() == 2);
}

TEST_CASE("an exception of a driver's library is a failure of its line alone", "[K7][sensors]") {
  scripts["a"] = [](LineEvents&, const std::stop_token&) -> Result<> { throw std::runtime_error("library: out of luck"); };
  scripts["b"] = [](LineEvents& events, const std::stop_token& stop) {
    while (!stop.stop_requested()) {
      events.sampled(0, {{0, 12, {}, Quality::good, {}}});
      std::this_thread::sleep_for(1ms);
    }
    return Result<>();
  };
  Site site;
  site.opens({sensor("bad", "a"), sensor("good", "b")});
  REQUIRE(site.until([&] { return site.state["bad"] == "fault: library: out of luck"; }));
  const auto before = site.read.size();
  REQUIRE(site.until([&] { return site.read.size() > before + 20; }));
  CHECK(site.state["good"] == "works");
}

TEST_CASE("a sensor that fails a thousand times is said once", "[K7][sensors]") {
  scripts["a"] = [](LineEvents& events, const std::stop_token& stop) {
    for (int i = 0; i < 1000; ++i) events.failed(0, "no answer from slave 7");
    events.sampled(1, {{0, 12, {}, Quality::good, {}}});
    until_stopped(stop);
    return Result<>();
  };
  Site site;
  site.opens({sensor("one", "a"), sensor("two", "a")});
  REQUIRE(site.until([&] { return !site.read.empty(); }));
  CHECK(site.said == std::vector<std::string>{"sensor one: no answer from slave 7"});
  CHECK(site.state["one"] == "no answer from slave 7");
}

TEST_CASE("a flood ends at the door while home is busy, and is said once", "[K7][sensors]") {
  static std::atomic<int> given = 0;
  given = 0;
  scripts["a"] = [](LineEvents& events, const std::stop_token& stop) {
    for (; given < 20000 && !stop.stop_requested(); ++given)
      events.sampled(0, std::vector<Sample>(100, Sample{0, 12, {}, Quality::good, {}}));
    until_stopped(stop);
    return Result<>();
  };
  Site site;
  site.opens({sensor("one", "a")});
  while (given < 20000) std::this_thread::sleep_for(1ms);  // two million values, and nobody at home
  REQUIRE(site.until([&] { return site.lines_with("gives more than this board can take") > 0; }));
  CHECK(site.lines_with("gives more than this board can take") == 1);
  CHECK(site.read.size() <= 20000);
  CHECK(site.read.size() >= 10000);
}

TEST_CASE("a site stops while its lines wait for devices and for their next try", "[K7][sensors]") {
  scripts["a"] = [](LineEvents&, const std::stop_token& stop) {
    until_stopped(stop);
    return Result<>();
  };
  scripts["b"] = [](LineEvents&, const std::stop_token&) -> Result<> { return Error{Code::io, "refused"}; };
  Site site;
  site.opens({sensor("one", "a"), sensor("two", "b")});
  REQUIRE(site.until([&] { return site.state["two"] == "refused"; }));
  const auto began = std::chrono::steady_clock::now();
  site.sensors.reset();
  CHECK(std::chrono::steady_clock::now() - began < 2s);  // the next try is up to a minute away
}

TEST_CASE("what a sensor reads now is told with its quality, and silence makes it unknown", "[K7][sensors]") {
  scripts["a"] = [](LineEvents& events, const std::stop_token& stop) {
    events.sampled(0, {{0, 12, SystemClock().now(), Quality::good, {}}});
    events.sampled(0, {{0, 101, SystemClock().now(), Quality::good, {}}});
    events.described(0, "a device");
    until_stopped(stop);
    return Result<>();
  };
  Site site;
  site.opens({sensor("one", "a")});
  REQUIRE(site.until([&] { return site.read.size() == 2; }));
  const Moment now = site.clock.now();
  const auto about = site.sensors->about(now).at(0).as_object();
  CHECK(about.at("state") == "online");
  CHECK(about.at("about") == "a device");
  CHECK(about.at("readings").at(0).at("value").is_null());
  CHECK(about.at("readings").at(0).at("why").as_string() == flaw::out_of_range);
  site.sensors->tick({now.steady + 61s, now.wall + 61s});
  REQUIRE(site.read.size() == 3);
  CHECK(site.read.back().why == flaw::too_old);
}

TEST_CASE("a line that serves the same devices goes on through a reload, another one is opened anew", "[reload][sensors]") {
  scripts["a"] = scripts["b"] = [](LineEvents& events, const std::stop_token& stop) {
    events.sampled(0, {{0, 12, {}, Quality::good, {}}});
    until_stopped(stop);
    return Result<>();
  };
  Site site;
  site.opens({sensor("one", "a"), sensor("two", "b")});
  REQUIRE(site.until([&] { return site.read.size() == 2; }));
  REQUIRE(opened == 2);
  auto next = std::vector{sensor("one", "a"), sensor("two", "b"), sensor("three", "b")};
  next[0].offline_after = 5min;  // no matter of the line's
  const auto before = std::exchange(site.settings, next);
  site.sensors->adopt(site.settings, {});
  REQUIRE(site.until([&] { return site.read.size() == 3; }));
  CHECK(opened == 3);  // b, for who is new on it
  CHECK(site.sensors->newest().size() == 2);
  CHECK(site.sensors->about(site.clock.now()).size() == 3);
  CHECK(site.state["one"] == "works");

  next[0].attached.fingerprint = "asked more often";
  next.pop_back();
  site.settings = next;
  site.sensors->adopt(site.settings, {});
  CHECK(site.sensors->newest().size() == 1);  // of "one" nothing is known as it is now
  CHECK(site.until([&] { return site.sensors->newest().size() == 2; }));
  CHECK(opened == 5);
  CHECK(site.sensors->about(site.clock.now()).size() == 2);
}

}  // namespace kuzet::run
