// SPDX-License-Identifier: Apache-2.0
// The control centre and the technician, with the real program and a real broker: commands, status, reload, verify.
#include "tests/faults/command.hpp"
#include "tests/harness/broker.hpp"
#include "tests/harness/catch.hpp"

#include <boost/json/parse.hpp>

#include <algorithm>
#include <array>
#include <chrono>
#include <csignal>
#include <ctime>
#include <sstream>

using namespace kuzet::test;
using namespace std::chrono_literals;
namespace json = boost::json;

namespace {

/// RFC 3339, so many seconds from now.
std::string in(std::chrono::seconds later) {
  const std::time_t then = std::chrono::system_clock::to_time_t(std::chrono::system_clock::now() + later);
  std::tm parts{};
  ::gmtime_r(&then, &parts);
  std::array<char, 32> text{};
  (void)std::strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%SZ", &parts);
  return text.data();
}

/// An agent whose camera shows a ramp again and again, and a centre that listens.
struct Room {
  Broker broker;
  Site site;
  TempFolder folder;
  Process ears{{"mosquitto_sub", "-h", "127.0.0.1", "-p", std::to_string(broker.port()), "-V", "5", "-q", "1", "-t",
                "kuzet/v1/yard/n1/#", "-F", "%t\t%p"},
               folder / "heard"};
  Process agent = started();

  Process started() {
    write_ramp(site / "ramp.mp4");
    site.configure({.source = (site / "ramp.mp4").string(),
                    .before = "uplink: {servers: [\"" + broker.url() + "\"]}\n",
                    .after = "    repeat: true\n"});
    return site.start();
  }
  void say(const std::string& command, const std::string& text, const std::vector<std::string>& words = {}) const {
    std::vector<std::string> all{
        "mosquitto_pub",         "-h", "127.0.0.1", "-p", std::to_string(broker.port()), "-V", "5", "-q", "1", "-t",
        topic("cmd/" + command), "-m", text};
    all.insert(all.end(), words.begin(), words.end());
    REQUIRE(run(all).code == 0);
  }
  static std::string order(const std::string& id, const std::string& args, std::chrono::seconds later = 60s) {
    return R"({"schema":"kuzet.cmd/1","id":")" + id + R"(","expires":")" + in(later) + R"(","args":)" + args + "}";
  }
  /// What came on this topic, in order.
  [[nodiscard]] std::vector<json::object> heard(const std::string& rest) const {
    std::vector<json::object> out;
    std::istringstream lines(read_text(folder / "heard"));
    for (std::string line; std::getline(lines, line);) {
      const auto tab = line.find('\t');
      boost::system::error_code broken;
      auto value = tab == std::string::npos ? json::value() : json::parse(line.substr(tab + 1), broken);
      if (tab != std::string::npos && line.substr(0, tab) == topic(rest) && !broken && value.is_object())
        out.push_back(value.as_object());
    }
    return out;
  }
  [[nodiscard]] json::object answer(const std::string& command, const std::string& id) const {
    json::object found;
    const auto there = [&] {
      for (const auto& one : heard("cmd/" + command + "/res"))
        if (one.at("id") == json::value(id)) found = one;
      return !found.empty();
    };
    INFO(site.log());
    REQUIRE(eventually(there, 15s));
    return found;
  }
  static std::string topic(const std::string& rest) { return "kuzet/v1/yard/n1/" + rest; }
};

bool possible() {
  if (Broker::available() && !find_program("mosquitto_pub").empty()) return true;
  WARN("skipped: mosquitto, mosquitto_sub and mosquitto_pub are not installed");
  return false;
}

}  // namespace

TEST_CASE("a control centre commands an agent, which answers, remembers and refuses", "[command][faults]") {
  if (!possible()) return;
  Room room;
  room.site.wait_for("connected to");
  room.say("ping", Room::order("p1", "{}"));
  CHECK(room.answer("ping", "p1").at("ok").as_bool());
  room.say("snapshot", Room::order("s1", R"({"camera":"cam"})"));
  CHECK(room.answer("snapshot", "s1").at("result").as_object().at("jpeg").as_string().starts_with("/9j/"));
  room.say("mute", Room::order("m1", R"({"rule":"cam/fire","for":"10min"})"));
  CHECK(room.answer("mute", "m1").at("ok").as_bool());
  room.say("diagnose", Room::order("d1", "{}"));
  CHECK(room.answer("diagnose", "d1").at("result").as_object().at("muted") == json::value(json::array{"cam/fire"}));

  room.say("mute", Room::order("m2", R"({"rule":"cam/flood","for":"10min"})"));
  CHECK(contains(word(room.answer("mute", "m2"), "why"), "cam/flood"));
  room.say("ping", Room::order("p2", "{}", -5s));
  CHECK(contains(word(room.answer("ping", "p2"), "why"), "expires: was"));
  room.say("ping", Room::order("p3", "{}"), {"-r"});
  room.say("ping", Room::order("p4", "{}"));
  CHECK(room.answer("ping", "p4").at("ok").as_bool());

  room.agent.kill(SIGKILL);
  (void)room.agent.wait(5s);
  room.agent = room.site.start();  // the retained command meets it at its start, and p1 was used up before
  const auto refused = [&](const json::object& one) { return one.at("id") == "p3" && !one.at("ok").as_bool(); };
  CHECK(eventually([&] { return std::ranges::any_of(room.heard("cmd/ping/res"), refused); }, 15s));
  room.say("ping", Room::order("p1", "{}"));
  CHECK(eventually([&] { return room.heard("cmd/ping/res").back().at("ok") == json::value(false); }, 10s));
  room.say("diagnose", Room::order("d2", "{}"));
  CHECK(room.answer("diagnose", "d2").at("result").as_object().at("muted") == json::value(json::array{"cam/fire"}));
  check_stops(room.agent);
}

TEST_CASE("an agent takes a new configuration over, and keeps its own when the new one is wrong", "[K6][faults]") {
  if (!possible()) return;
  Room room;
  room.site.wait_for("connected to");
  const auto file = room.site.configuration();
  const auto good = read_text(file);
  write_text(file, good + "camras: []\n");
  room.agent.kill(SIGHUP);
  room.site.wait_for("did you mean \"cameras\"");
  room.say("reload", Room::order("r1", "{}"));
  CHECK(contains(word(room.answer("reload", "r1"), "why"), "camras"));
  CHECK(room.agent.running());

  write_text(file, good + "# another one\n");
  room.say("reload", Room::order("r2", "{}"));
  CHECK(room.answer("reload", "r2").at("ok").as_bool());
  const auto births = [&] { return room.heard("birth"); };
  CHECK(eventually([&] { return births().front().at("configuration") != births().back().at("configuration"); }, 15s));
  CHECK(room.agent.running());
  check_stops(room.agent);
}

TEST_CASE("status and verify tell of a running agent, and refuse where there is none", "[K8][status][faults]") {
  if (!possible()) return;
  Room room;
  room.site.wait_for("connected to");
  const auto status = room.site.run("status", {"--json"});
  CHECK(status.code == 0);
  const auto lines = json_lines(status.output);
  REQUIRE(lines.size() == 1);
  CHECK(lines[0].at("store").as_object().at("unsent") == json::value(0));
  CHECK(lines[0].at("cameras").as_array().size() == 1);
  CHECK(contains(room.site.run("status").output, "last picture"));
  CHECK(room.site.run("verify").code == 0);
  check_stops(room.agent);
  check_refused(room.site.run("status"), 1, {"status: ", "no agent answers"});
}
