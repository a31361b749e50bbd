// SPDX-License-Identifier: Apache-2.0
// Which change of a configuration concerns what, and how one that was brought is taken over.
#include "agent/run/takeover.hpp"

#include "agent/run/offline_watch.hpp"
#include "agent/run/system_clock.hpp"
#include "tests/harness/catch.hpp"
#include "tests/harness/moments.hpp"

#include <algorithm>
#include <map>

namespace kuzet::run {

namespace {

using namespace std::chrono_literals;

const std::string sample = R"(node: {id: n, site: s}
uplink: {servers: [mqtt://a], keep_alive: 20s}
cameras:
  - {id: gate, source: gate.mp4, detect: [{type: fire}]}
  - {id: yard, source: yard.mp4, analyse: 5, zones: {bins: [[0, 0], [1, 0], [1, 1]]}, detect: [{type: fire, zone: bins}]}
sensors:
  - {id: air, driver: modbus, address: "tcp://127.0.0.1:502", slave: 1, every: 1s, readings: [{name: t, register: 0}], rules: [{reading: t, above: 5}]}
calendars: {night: {hours: "22:00-06:00"}}
conditions: {hot: {sensor: air, reading: t, above: 3}}
)";

Configuration read(const std::string& text) {
  auto all = parse(text, "kuzet.yaml", [](std::string_view) { return std::nullopt; });
  INFO((all ? "" : all.error().what));
  REQUIRE(all.has_value());
  return std::move(*all);
}

/// What differs: "foundation", "uplink", "camera yard", "sensor air", "rules", "access".
std::vector<std::string> differs(const std::string& what, const std::string& instead) {
  std::string text = sample;
  const auto at = text.find(what);
  REQUIRE(at != std::string::npos);
  text.replace(at, what.size(), instead);
  const auto old = read(sample), next = read(text);
  std::vector<std::string> out;
  const auto see = [&](bool same, std::string name) {
    if (!same) out.push_back(std::move(name));
  };
  see(old.parts.foundation == next.parts.foundation, "foundation");
  see(old.uplink->fingerprint == next.uplink->fingerprint, "uplink");
  for (std::size_t i = 0; i < old.cameras.size(); ++i)
    see(old.cameras[i].fingerprint == next.cameras[i].fingerprint, "camera " + old.cameras[i].id);
  see(old.sensors[0].attached.fingerprint == next.sensors[0].attached.fingerprint, "sensor air");
  see(old.site.rules.surroundings == next.site.rules.surroundings, "rules");
  see(old.parts.access == next.parts.access, "access");
  return out;
}

using Words = std::vector<std::string>;

}  // namespace

TEST_CASE("a change concerns those that depend on it and nobody else", "[reload][K6]") {
  CHECK(differs("calendars", "# a remark\ncalendars").empty());
  CHECK(differs("analyse: 5, zones", "zones").size() == 1);
  CHECK(differs("analyse: 5", "analyse: 4") == Words{"camera yard"});
  CHECK(differs("{id: gate, source: gate.mp4,", "{source: gate.mp4, id: gate,").empty());
  CHECK(differs("[1, 1]]", "[1, 0.9]]") == Words{"camera yard"});
  CHECK(differs("gate.mp4", "fence.mp4") == Words{"camera gate"});
  CHECK(differs("above: 5", "above: 6").empty());  // each rule says itself whether it is the same
  CHECK(differs("every: 1s", "every: 2s") == Words{"sensor air"});
  CHECK(differs("slave: 1", "slave: 2") == Words{"sensor air"});
  CHECK(differs("keep_alive: 20s", "keep_alive: 30s") == Words{"uplink"});
  CHECK(differs("above: 3", "above: 4") == Words{"rules"});
  CHECK(differs("22:00", "21:00") == Words{"rules", "access"});
}

TEST_CASE("another node, store or prefix of topics is another foundation", "[reload][K6]") {
  CHECK(differs("id: n,", "id: m,").front() == "foundation");
  CHECK(differs("site: s}", "site: s}\nstore: {evidence: 1GiB}").front() == "foundation");
  CHECK(differs("keep_alive: 20s", "prefix: city").front() == "foundation");
  CHECK(differs("site: s}", "site: s, timezone: Asia/Almaty}").front() == "foundation");
}

TEST_CASE("a school's persons are covered, which makes its cameras other ones", "[reload][K5]") {
  const auto changed = differs("site: s}", "site: s, kind: school}");
  CHECK(std::ranges::count(changed, "camera gate") == 1);
  CHECK(std::ranges::count(changed, "camera yard") == 1);
}

TEST_CASE("a configuration is taken over after who brought it is done, of several the last", "[reload][K6]") {
  boost::asio::io_context io;
  SystemClock clock;
  std::vector<std::string> adopted, refused;
  bool ready = true, fits = true;
  Takeover takeover(
      io, clock,
      {[&](const Configuration&) {
         return fits ? Result<>() : Result<>(Error{Code::config, "no"});
       },
       [&](const Configuration&) { return ready; }, [&](const SharedConfiguration& next) { adopted.push_back(next->node.id); },
       [&](const Error& why) { refused.push_back(why.what); }});
  const auto named = [](const std::string& id) {
    Configuration out;
    out.node.id = id;
    return out;
  };
  REQUIRE(takeover.apply(named("one")).has_value());
  CHECK(adopted.empty());
  CHECK(takeover.coming());
  REQUIRE(takeover.apply(named("two")).has_value());
  io.run();
  io.restart();
  CHECK(adopted == Words{"two"});
  CHECK_FALSE(takeover.coming());

  fits = false;
  CHECK(takeover.apply(named("wrong")).error().code == Code::config);
  fits = true;
  REQUIRE(takeover.apply(named("three")).has_value());
  fits = false;  // a key file was taken away meanwhile
  io.run();
  io.restart();
  CHECK(refused == Words{"no"});
  CHECK(adopted.size() == 1);

  fits = true, ready = false;
  REQUIRE(takeover.apply(named("four")).has_value());
  io.run_for(120ms);
  CHECK(adopted.size() == 1);
  ready = true;
  io.run_for(200ms);
  CHECK(adopted == Words{"two", "four"});

  REQUIRE(takeover.apply(named("five")).has_value());
  takeover.stop();
  io.restart();
  io.run();
  CHECK(adopted.size() == 2);
  CHECK(takeover.apply(named("six")).error().code == Code::busy);
}

TEST_CASE("who was dark before a reload is dark since then, and who is gone leaves its incident", "[reload][K7]") {
  using test::at;
  OfflineWatch watch({{"a", 10s}, {"b", 10s}}, at(0));
  watch.dark("a", "timed out");
  watch.dark("b", "refused");
  (void)watch.look(at(40));
  watch.adopt({{"a", 10s}, {"c", 10s}}, at(50));
  watch.dark("c", "no route to host");
  std::map<std::string, std::size_t> found;
  for (const auto& [rule, findings] : watch.look(at(50))) {
    found[rule->source] = findings.size();
    if (rule->source == "a") CHECK(findings.at(0).since == at(0).steady);
  }
  CHECK(found == std::map<std::string, std::size_t>{{"node", 0}, {"a", 1}, {"c", 0}});
}

}  // namespace kuzet::run
