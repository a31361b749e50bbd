// SPDX-License-Identifier: Apache-2.0
// An enrolled board at a broker that demands certificates: its own is renewed under traffic, and nothing is lost.
#include "agent/run/system_clock.hpp"
#include "tests/enrolment/city.hpp"
#include "tests/faults/board.hpp"
#include "tests/harness/catch.hpp"
#include "tests/harness/stores.hpp"

#include <boost/json/parse.hpp>

#include <algorithm>
#include <set>
#include <sstream>
#include <thread>

namespace kuzet::test {

namespace {

using namespace std::chrono_literals;

bool skipped() {
  if (Broker::available()) return false;
  WARN("skipped: mosquitto and mosquitto_sub are not installed");
  return true;
}

/// Three sensors, each with four rules: twelve alerts open and close with every swing.
std::string thermometers(const std::string& address) {
  std::string out = "sensors:\n";
  for (const std::string slave : {"1", "2", "3"}) {
    std::string rules;
    for (const std::string limit : {"50", "51", "52", "53"})
      rules += "{name: above-" + limit + ", reading: temperature, above: " + limit +
               ", for: 200ms, clear: 40, over_for: 200ms, cooldown: 0s, severity: low}, ";
    out += "  - {id: air-" + slave + ", driver: modbus, address: \"" + address + "\", slave: " + slave +
           ", every: 200ms, timeout: 300ms, readings: [{name: temperature, table: input, register: 0, type: s16, unit: degC, "
           "scale: "
           "0.1, deadband: 1}], rules: [" +
           rules + "]}\n";
  }
  return out;
}

/// All that was heard: topic and payload.
std::vector<std::pair<std::string, std::string>> heard(const std::filesystem::path& file) {
  std::vector<std::pair<std::string, std::string>> out;
  std::istringstream lines(read_text(file));
  for (std::string line; std::getline(lines, line) && !lines.eof();)
    if (const auto tab = line.find('\t'); tab != std::string::npos) out.emplace_back(line.substr(0, tab), line.substr(tab + 1));
  return out;
}

/// A city, its broker and its centre, and a board that is enrolled there.
struct Yard {
  explicit Yard(std::chrono::seconds life) : city(life) {
    city.names_server(broker.url());
    const auto ran = board.enroll(city, city.url(), city.token());
    INFO(ran.errors);
    REQUIRE(ran.code == 0);
    REQUIRE(run_kuzet({"check", "--config", board.configuration().string()}).code == 0);
  }
  [[nodiscard]] std::vector<std::string> identities() const {
    std::vector<std::string> out;
    for (const auto& one : city.requests()) out.push_back(word(one, "key"));
    return out;
  }
  [[nodiscard]] std::size_t renewed() const {
    const auto all = city.requests();
    return static_cast<std::size_t>(std::ranges::count_if(
        all, [](const auto& one) { return word(one, "path") == "/enrol/renew" && one.at("status") == 200; }));
  }
  [[nodiscard]] std::string log() const { return read_text(board / "log"); }
  /// As a board whose clock was set in this boot: then an end can be believed.
  void clock_was_set() const {
    auto options = options_for(board / "store");
    options.boot_id = run::boot_id();
    auto store = outbox::Outbox::open(options, run::SystemClock().now());
    REQUIRE(store.has_value());
    REQUIRE(store->remember("synced", options.boot_id).has_value());
  }
  Process start() { return Process({KUZET_PROGRAM, "run", "--config", board.configuration().string()}, board / "log"); }

  City city;
  int plain = free_port();
  Broker broker{city.broker(plain)};
  Gateway bus;
  Blank board{thermometers(bus.address())};
  Process ears{{"mosquitto_sub", "-h", "127.0.0.1", "-p", std::to_string(plain), "-V", "5", "-q", "1", "-t", "kuzet/v1/#", "-F",
                "%t\t%p"},
               board / "heard"};
};

}  // namespace

TEST_CASE("under traffic the certificate is renewed three times: no message lost, none out of order, no will",
          "[K1][K2][enroll][renewal]") {
  if (skipped()) return;
  Yard yard(15s);
  Process agent = yard.start();
  const bool up = eventually([&] { return contains(yard.log(), "uplink: connected"); }, 20s);
  INFO(yard.log());
  REQUIRE(up);
  const auto end = std::chrono::steady_clock::now() + 70s;
  for (int i = 0; yard.renewed() < 3 && std::chrono::steady_clock::now() < end; ++i) {
    for (std::size_t slave = 1; slave <= 3; ++slave) yard.bus.set(slave, (i + static_cast<int>(slave)) % 2 == 0 ? 612 : 235);
    std::this_thread::sleep_for(2200ms);
  }
  INFO(yard.log());
  CHECK(yard.renewed() >= 3);
  // The last one is in use before the agent stops: each renewal is a new connection.
  CHECK(eventually([&] { return count(yard.log(), "uplink: connected") >= 4; }, 30s));
  CHECK(count(yard.log(), "certificate: renewed, good until ") >= 3);
  const auto before_stop = heard(yard.board / "heard");
  for (const auto& [topic, payload] : before_stop)
    if (topic.ends_with("/state")) CHECK(contains(payload, "\"online\""));
  check_stops(agent);
  const auto keys = yard.identities();
  CHECK(std::set(keys.begin(), keys.end()).size() == keys.size());  // each for a key of its own

  // seq of each durable message, and of alerts the order in which they came first.
  std::uint64_t last = 0;
  const auto gather = [&] {
    std::set<std::uint64_t> seqs;
    last = 0;
    for (const auto& [topic, payload] : heard(yard.board / "heard")) {
      if (!contains(topic, "/alert/") && !contains(topic, "/obs/") && !contains(topic, "/gap")) continue;
      const auto seq = boost::json::parse(payload).at("seq").to_number<std::uint64_t>();
      if (contains(topic, "/alert/") && !seqs.contains(seq)) {
        CHECK(seq > last);
        last = seq;
      }
      seqs.insert(seq);
    }
    return seqs;
  };
  const auto seqs = gather();
  REQUIRE_FALSE(seqs.empty());
  CHECK(*seqs.begin() == 1);
  CHECK(*seqs.rbegin() == seqs.size());  // 1 to the last without a gap
  WARN(seqs.size() << " durable messages over " << yard.renewed() << " renewals, 0 lost");
  CHECK(seqs.size() > 50);
  CHECK_FALSE(std::ranges::any_of(heard(yard.board / "heard"), [](const auto& one) { return one.first.ends_with("/gap"); }));
}

TEST_CASE("a certificate that cannot be renewed is a node_fault at the centre, which ends with the next one",
          "[enroll][renewal]") {
  if (skipped()) return;
  Yard yard(45s);
  yard.clock_was_set();
  yard.city.has_fault("500");
  Process agent = yard.start();
  const auto comes = [&](const std::string& phase, const std::string& words) {
    return eventually(
        [&] {
          return std::ranges::any_of(heard(yard.board / "heard"), [&](const auto& one) {
            return contains(one.first, "/alert/node/node_fault") && contains(one.second, "\"" + phase + "\"") &&
                   contains(one.second, words);
          });
        },
        50s);
  };
  const bool told = comes("opened", "and could not be renewed: https://localhost:");
  INFO(yard.log());
  REQUIRE(told);
  yard.city.has_fault("");
  CHECK(eventually([&] { return contains(yard.log(), "certificate: renewed, good until "); }, 20s));
  check_stops(agent);
}

}  // namespace kuzet::test
