// SPDX-License-Identifier: Apache-2.0
// A real agent answers a fire with a light and a siren on a real bus: in order, never twice, and not beyond its own death.
#include "agent/core/time.hpp"
#include "agent/outbox/sqlite.hpp"
#include "tests/faults/command.hpp"
#include "tests/faults/flames.hpp"
#include "tests/harness/broker.hpp"
#include "tests/harness/catch.hpp"
#include "tests/harness/modbus_slave.hpp"

#include <algorithm>
#include <csignal>
#include <thread>

using namespace kuzet;
using namespace kuzet::test;
using namespace std::chrono_literals;

namespace {

constexpr auto soon = 30s;  // for a loaded machine
constexpr std::size_t light = 0, siren = 1, gate = 2;

/// A yard that burns for as long as the film lasts, with three outputs.
struct Yard {
  ModbusSlave slave;
  Site site;

  explicit Yard(const std::string& answer, const std::string& uplink = "") {
    write_flames(site / "fire.mp4", {4});
    Shape shape;
    shape.source = (site / "fire.mp4").string();
    shape.detect = "[{type: fire}]";
    shape.before = uplink;
    shape.after = "outputs:\n" + output("light", light, "") + output("siren", siren, "") + output("gate", gate, ", safe: on") +
                  "answers:\n  - " + answer + "\n";
    site.configure(shape);
    for (const auto coil : {light, siren}) slave.set(coil, true);  // as a crash may have left them
  }
  [[nodiscard]] std::string output(const std::string& id, std::size_t coil, const std::string& more) const {
    return "  - {id: " + id + ", driver: modbus, address: \"" + slave.address() +
           "\", slave: 1, coil: " + std::to_string(coil) + more + "}\n";
  }
  bool on(std::size_t coil) { return slave.on(coil); }
  bool safe() { return !on(light) && !on(siren) && on(gate); }
  bool become(std::size_t coil, bool state) {
    return eventually([&] { return on(coil) == state; }, soon);
  }
  /// What was written down of switches.
  [[nodiscard]] std::vector<std::string> journal() const {
    std::vector<std::string> out;
    auto db = outbox::Database::open((site.store() / "kuzet.db").string(), outbox::Database::Mode::read_only);
    if (!db) return out;
    auto query = db->prepare("SELECT body FROM command ORDER BY n");
    for (auto more = query.step(); more && *more; more = query.step()) out.push_back(query.text(0));
    return out;
  }
};

const std::string by_steps =
    "{kind: fire, steps: [{after: 0s, output: light}, {after: 0s, output: gate}, {after: 3s, output: siren, for: 2s}]}";

}  // namespace

TEST_CASE("an answer is switched step by step, taken back at a crash, and goes on after it", "[K3][K7][K8][answers][faults]") {
  Yard yard(by_steps);
  auto agent = yard.site.start();
  REQUIRE(eventually([&] { return yard.safe(); }, soon));  // before anything burns
  REQUIRE(yard.become(light, true));
  CHECK(yard.become(gate, false));
  CHECK_FALSE(yard.on(siren));
  REQUIRE(yard.become(siren, true));
  REQUIRE(yard.become(siren, false));
  CHECK(yard.on(light));
  agent.kill(SIGKILL);
  CHECK(eventually([&] { return yard.safe(); }, soon));
  yard.site.wait_for("guardian: the agent ended without a word; in their safe state: gate, light, siren");

  auto again = yard.site.start();
  REQUIRE(yard.become(light, true));
  std::this_thread::sleep_for(5s);  // a siren that forgot that it has sounded would sound by now
  CHECK(yard.slave.rises(siren) == 1);
  again.kill(SIGTERM);
  CHECK(again.wait(soon) == 0);
  CHECK(yard.safe());
  const auto verified = run_kuzet({"verify", "--store", yard.site.store().string()});
  CHECK(verified.code == 0);
  const auto journal = yard.journal();
  const auto said = [&](const std::string& part) {
    return std::ranges::any_of(journal, [&](const std::string& one) { return contains(one, part); });
  };
  CHECK(said(R"("switch":"light","on":false,"why":"start")"));
  CHECK(said(R"("switch":"siren","on":true,"why":"answer","alert":")"));
  CHECK(said(R"("switch":"gate","on":true,"why":"stop")"));
}

TEST_CASE("a bus that is dumb is one line and an alert, and is brought to safety when it hears again",
          "[K7][answers][faults]") {
  Yard yard(by_steps);
  yard.slave.dumb = true;
  auto agent = yard.site.start();
  yard.site.wait_for("output light: could not be switched off");
  yard.site.wait_for("node_fault light");
  yard.slave.dumb = false;
  CHECK(eventually([&] { return yard.on(gate) || yard.on(light); }, soon));
  yard.site.wait_for("it works again");
  agent.kill(SIGKILL);
  CHECK(eventually([&] { return yard.safe(); }, soon));
}

TEST_CASE("what the centre has confirmed is not escalated, and commands go before answers", "[answers][faults]") {
  const std::string tool = find_program("mosquitto_pub");
  if (!Broker::available() || tool.empty()) {
    WARN("skipped: mosquitto and mosquitto_pub are not installed");
    return;
  }
  Broker broker;
  broker.start();
  Yard yard("{kind: fire, until: confirmed, steps: [{after: 0s, output: light}, {after: 6s, output: siren}]}",
            "uplink: {servers: [\"" + broker.url() + "\"]}\n");
  const auto publish = [&](const std::string& topic, const std::string& payload) {
    const auto ran = run({tool, "-p", std::to_string(broker.port()), "-q", "1", "-t", topic, "-m", payload});
    CHECK(ran.code == 0);
  };
  auto agent = yard.site.start();
  REQUIRE(eventually([&] { return yard.safe(); }, soon));
  REQUIRE(yard.become(light, true));
  yard.site.wait_for("alert ");
  yard.site.wait_for(" opened: fire");
  const auto alerts = yard.site.alerts({});
  REQUIRE_FALSE(alerts.empty());
  const std::string board = "kuzet/v1/" + word(alerts[0], "site") + "/" + word(alerts[0], "node");
  publish(board + "/ack", "{\"ids\":[\"" + word(alerts[0], "id") + "\"]}");
  CHECK(yard.become(light, false));
  publish(board + "/cmd/switch",
          "{\"schema\":\"kuzet.cmd/1\",\"id\":\"c1\",\"expires\":\"" +
              rfc3339(std::chrono::time_point_cast<std::chrono::milliseconds>(std::chrono::system_clock::now() + 1min)) +
              "\",\"args\":{\"output\":\"gate\",\"state\":\"off\",\"for\":\"3s\"}}");
  CHECK(yard.become(gate, false));
  CHECK(yard.become(gate, true));
  std::this_thread::sleep_for(4s);
  CHECK(yard.slave.rises(siren) == 0);
}
