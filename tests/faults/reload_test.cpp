// SPDX-License-Identifier: Apache-2.0
// A new configuration while all works: what it does not concern does not notice, on the wire, at the broker and in pictures.
#include "agent/run/control.hpp"
#include "tests/cameras/rtsp_camera.hpp"
#include "tests/faults/board.hpp"
#include "tests/faults/flames.hpp"
#include "tests/faults/sockets.hpp"
#include "tests/harness/catch.hpp"
#include "tests/harness/http_post.hpp"
#include "tests/harness/json_schema.hpp"

#include <boost/json/parse.hpp>

#include <algorithm>
#include <csignal>
#include <optional>
#include <set>
#include <thread>

using namespace kuzet::test;
using namespace std::chrono_literals;
namespace json = boost::json;

namespace {

using Clock = std::chrono::steady_clock;
constexpr auto soon = 30s;      // for a loaded machine
constexpr auto blink = 1500ms;  // a camera that is opened anew is dark for longer

bool skipped() {
  if (Broker::available()) return false;
  WARN("skipped: mosquitto and mosquitto_sub are not installed");
  return true;
}

/// A site of two cameras, a bus, a serial line and a door; each test changes some of it.
class Place {
 public:
  Place() {
    write_flames(board / "fire.mp4", {4}, "libx264");
    fire.emplace(RtspCameraSettings{.mounts = {"/fire=" + (board / "fire.mp4").string()}});
    bus.set(1, 235);
    board.configure(lines());
    board.clock_was_set();
    agent.emplace(board.start());
  }

  [[nodiscard]] std::string lines() const {
    return "cameras:\n  - {id: a, source: \"" + fire->url("/fire") + "\", detect: [{type: fire, evidence: clip}]" + camera_a +
           "}\n  - {id: b, source: \"" + other.url("/main") + "\", detect: [{type: fire}]" + camera_b + "}\n" + cameras +
           "sensors:\n  - {id: air-1, driver: modbus, address: \"" + bus.address() +
           "\", slave: 1, every: 300ms, timeout: 300ms, offline_after: 3s, readings: [{name: temperature, table: input, "
           "register: 0, type: s16, unit: degC, scale: 0.1}], rules: [{reading: temperature, above: " +
           limit + ", for: 1s, clear: 10, over_for: 1s}]}\n  - {id: rtu, driver: modbus, address: \"" + serial.address() +
           "\", slave: 1, every: 1s, timeout: 600ms, readings: [{name: level, table: input, register: 1}]}\n" +
           "  - {id: door, driver: webhook, listen: \"127.0.0.1:" + std::to_string(door) + "\", readings: [{name: open}]}\n" +
           more;
  }
  /// What `kuzet status` says, without the cost of a program.
  [[nodiscard]] json::object status() const {
    const auto text = kuzet::run::ask_status(board / "store");
    return text ? json::parse(*text).as_object() : json::object();
  }
  [[nodiscard]] json::object camera(const std::string& id) const {
    const auto all = status();
    if (const auto* list = all.if_contains("cameras"))
      for (const auto& one : list->as_array())
        if (word(one.as_object(), "id") == id) return one.as_object();
    return {};
  }
  [[nodiscard]] long looks(const std::string& id) const {
    const auto one = camera(id);
    return one.contains("looks") ? one.at("looks").to_number<long>() : -1;
  }
  [[nodiscard]] bool watches(const std::string& id) const {
    return eventually([&] { return word(camera(id), "state") == "online" && looks(id) > 3; }, soon);
  }
  [[nodiscard]] std::set<std::string> sockets(int port) const { return sockets_of(agent->pid(), port); }
  /// Everything that has to stay, by inode.
  [[nodiscard]] std::set<std::string> kept() const {
    std::set<std::string> out = terminals_of(agent->pid());
    const int gateway = std::stoi(bus.address().substr(bus.address().rfind(':') + 1));
    for (const int port : {fire->port(), board.broker().port(), gateway, door}) out.merge(sockets(port));
    return out;
  }
  [[nodiscard]] std::size_t connects() const { return count(board.broker().log(), "as kuzet-yard-n1"); }

  /// Writes the configuration as it is by now, and waits until it is taken over; how long that took.
  std::chrono::milliseconds reload() {
    const auto before = count(board.log(), "watching with");
    board.configure(lines());
    const auto began = Clock::now();
    agent->kill(SIGHUP);
    while (count(board.log(), "watching with") == before && Clock::now() - began < soon) std::this_thread::sleep_for(2ms);
    INFO(board.log());
    REQUIRE(count(board.log(), "watching with") > before);
    return std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - began);
  }

  Board board;
  std::optional<RtspCamera> fire;
  RtspCamera other{{.mounts = {"/main=h264:320x180@15/15", "/second=h264:320x180@15/15"}}};
  Gateway bus;
  FakeBus serial{FakeBus::Kind::serial, answer_well};
  int door = free_port();
  std::string camera_a, camera_b, cameras, limit = "50", more;
  std::optional<Process> agent;
};

/// The longest time without a new look of camera a, until it is asked for.
class Gap {
 public:
  explicit Gap(const Place& place)
      : thread_([this, &place](const std::stop_token& stop) {
          long seen = place.looks("a");
          for (auto since = Clock::now(); !stop.stop_requested(); std::this_thread::sleep_for(5ms)) {
            const auto now = Clock::now();
            longest_ = std::max(longest_, now - since);
            if (const long looks = place.looks("a"); looks >= 0 && looks != seen) seen = looks, since = now;
          }
        }) {}
  std::chrono::milliseconds end() {
    thread_.request_stop();
    thread_.join();
    return std::chrono::duration_cast<std::chrono::milliseconds>(longest_);
  }

 private:
  Clock::duration longest_{};
  std::jthread thread_;
};

}  // namespace

TEST_CASE("a reload that changes other cameras and a sensor's rule costs the rest nothing", "[K3][K6][K7][reload][faults]") {
  if (skipped()) return;
  Place place;
  INFO(place.board.log());
  REQUIRE(place.watches("a"));
  REQUIRE(place.watches("b"));
  REQUIRE(place.board.comes("alert/a/fire", {R"("phase":"opened")"}));
  REQUIRE(eventually([&] { return place.kept().size() == 5; }, soon));  // camera, broker, bus, serial line, door
  const auto kept = place.kept();
  const auto b = place.sockets(place.other.port());
  const auto before = place.camera("a");
  const auto births = place.board.heard("birth").size();

  place.camera_b = ", timeout: 5s";
  place.cameras = "  - {id: c, source: \"" + place.other.url("/second") + "\", detect: [{type: fire}]}\n";
  place.limit = "20";
  Gap gap(place);
  std::this_thread::sleep_for(1s);
  const auto took = place.reload();
  REQUIRE(place.watches("c"));
  REQUIRE(place.watches("b"));
  std::this_thread::sleep_for(1s);
  const auto longest = gap.end();
  WARN("a reload took " << took.count() << " ms; the longest time without a look of camera a: " << longest.count() << " ms");
  CHECK(longest < blink);

  CHECK(place.kept() == kept);
  CHECK(place.sockets(place.other.port()) != b);
  const auto after = place.camera("a");
  CHECK(after.at("looks").to_number<long>() > before.at("looks").to_number<long>());
  CHECK(after.at("since_s").to_number<double>() > before.at("since_s").to_number<double>());
  CHECK(after.at("reconnects_1h") == before.at("reconnects_1h"));
  CHECK(place.connects() == 1);
  CHECK(place.board.heard("state").size() == 1);  // online, once
  CHECK(eventually([&] { return place.board.heard("birth").size() == births + 1; }, soon));
  CHECK(contains(place.board.heard("birth").back(), R"("id":"c")"));
  CHECK(place.board.comes("alert/air-1/reading", {R"("phase":"opened")", R"("limit":20)"}));  // at once: the value was known

  std::set<std::string> alerts;
  for (const auto& one : place.board.heard("alert/a/fire")) alerts.insert(word(json::parse(one).as_object(), "id"));
  CHECK(alerts.size() == 1);
  CHECK(std::ranges::count_if(place.board.heard("alert/a/fire"), [](const auto& one) {
          return contains(one, R"("phase":"opened")") || contains(one, R"("phase":"closed")");
        }) == 1);
  CHECK(contains(post(place.door, "/hook/door", R"({"open": 1})"), " 204"));

  place.cameras = "";
  (void)place.reload();
  CHECK(eventually([&] { return place.camera("c").empty(); }, soon));
  CHECK(place.kept() == kept);
  CHECK(place.connects() == 1);
  if (can_judge_json()) CHECK(place.board.faults_by_schemas() == "");
  check_stops(*place.agent);
}

TEST_CASE("a changed uplink alone is connected anew, and nothing else", "[K6][reload][faults]") {
  if (skipped()) return;
  Place place;
  REQUIRE(place.watches("a"));
  REQUIRE(eventually([&] { return place.kept().size() == 5; }, soon));
  const auto camera = place.sockets(place.fire->port());
  const auto serial = terminals_of(place.agent->pid());
  place.board.configure_uplink(", keep_alive: 10s");
  (void)place.reload();
  CHECK(eventually([&] { return place.connects() == 2; }, soon));
  CHECK(eventually([&] { return contains(place.board.heard("state").back(), "online"); }, soon));
  CHECK(place.sockets(place.fire->port()) == camera);
  CHECK(terminals_of(place.agent->pid()) == serial);
  INFO(place.board.log());
  CHECK(eventually([&] { return place.board.heard("birth").size() == 2; }, soon));
  place.board.command("ping", "{}");
  CHECK(place.board.comes("cmd/ping/res", {R"("ok":true)"}));
  check_stops(*place.agent);
}

TEST_CASE("reloads one upon the other, and a stop in their middle, end well", "[K6][reload][faults]") {
  if (skipped()) return;
  Place place;
  REQUIRE(place.watches("a"));
  for (int i = 0; i < 20; ++i) {
    place.camera_b = ", timeout: " + std::to_string(2 + i) + "s";
    place.limit = std::to_string(30 + i);
    place.board.configure(place.lines());
    place.agent->kill(SIGHUP);
    std::this_thread::sleep_for(std::chrono::milliseconds(i * 7));
  }
  REQUIRE(place.watches("b"));
  CHECK(place.watches("a"));
  CHECK(place.camera("a").at("reconnects_1h") == json::value(0));
  CHECK(place.connects() == 1);
  place.agent->kill(SIGHUP);
  check_stops(*place.agent);
}
