// SPDX-License-Identifier: Apache-2.0
// Starting, asking and hearing.
#include "tests/faults/board.hpp"

#include "agent/core/time.hpp"
#include "agent/run/system_clock.hpp"
#include "tests/harness/catch.hpp"
#include "tests/harness/json_schema.hpp"
#include "tests/harness/stores.hpp"

#include <boost/json/parse.hpp>

#include <algorithm>
#include <sstream>

namespace kuzet::test {

using namespace std::chrono_literals;

namespace {

constexpr auto soon = 30s;  // for a loaded machine
const std::string base = "kuzet/v1/yard/n1/";

}  // namespace

void Gateway::reply(FakeBus& bus, const Octets& asked) {
  if (dead_ || asked[0] >= values_.size()) return;
  const int value = values_[asked[0]];
  bus.answer({asked[0], asked[1], 2, static_cast<std::uint8_t>(value >> 8 & 0xFF), static_cast<std::uint8_t>(value & 0xFF)});
}

Board::Board()
    : ears_({"mosquitto_sub", "-h", "127.0.0.1", "-p", std::to_string(broker_.port()), "-V", "5", "-q", "1", "-t", base + "#",
             "-F", "%t\t%p"},
            folder_ / "heard") {}

void Board::configure(const std::string& more) {
  write_text(configuration(), "node: {id: n1, site: yard, timezone: UTC}\nuplink: {servers: [\"" + broker_.url() +
                                  "\"]" + uplink_ + "}\nstore: {path: \"" + (folder_ / "store").string() + "\", keep_free: 0B}\n" + more);
}

void Board::clock_was_set() const {
  auto options = options_for(folder_ / "store");
  options.boot_id = run::boot_id();
  auto store = outbox::Outbox::open(options, run::SystemClock().now());
  REQUIRE(store.has_value());
  REQUIRE(store->remember("synced", options.boot_id).has_value());
}

Process Board::start() const {
  std::filesystem::remove(folder_ / "log");  // of an earlier one, which said the same
  Process agent({KUZET_PROGRAM, "run", "--config", configuration().string()}, folder_ / "log");
  const bool up = eventually([&] { return contains(log(), "uplink: connected"); }, soon);
  INFO(log());
  REQUIRE(up);
  return agent;
}

Ran Board::run(const std::string& command, const std::vector<std::string>& words) const {
  std::vector<std::string> all{command, "--config", configuration().string()};
  all.insert(all.end(), words.begin(), words.end());
  return run_kuzet(std::move(all));
}

boost::json::object Board::status() const {
  const auto ran = run("status", {"--json"});
  INFO(ran.errors);
  REQUIRE(ran.code == 0);
  return boost::json::parse(ran.output).as_object();
}

void Board::publish(const std::string& topic, const std::string& payload) const {
  REQUIRE(test::run({"mosquitto_pub", "-p", std::to_string(broker_.port()), "-q", "1", "-t", topic, "-m", payload}).code == 0);
}

void Board::command(const std::string& name, const std::string& args) {
  const auto until = std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now() + 1min);
  publish(base + "cmd/" + name, R"({"schema":"kuzet.cmd/1","id":"c)" + std::to_string(++commands_) + R"(","expires":")" +
                                    rfc3339(until) + R"(","args":)" + args + "}");
}

std::vector<std::string> Board::heard(const std::string& topic) const {
  std::vector<std::string> out;
  std::istringstream lines(read_text(folder_ / "heard"));
  for (std::string line; std::getline(lines, line) && !lines.eof();)
    if (line.starts_with(base + topic)) out.push_back(line.substr(line.find('\t') + 1));
  return out;
}

bool Board::comes(const std::string& topic, const std::vector<std::string>& parts) const {
  const auto fits = [&](const std::string& one) {
    return std::ranges::all_of(parts, [&](const auto& part) { return contains(one, part); });
  };
  return eventually([&] { return std::ranges::any_of(heard(topic), fits); }, soon);
}

std::string Board::faults_by_schemas() const {
  std::string out;
  for (const std::string name : {"alert", "obs", "birth", "health", "open", "state"}) {
    const auto schema = read_text(std::filesystem::path(KUZET_SCHEMAS) / (name + ".schema.json"));
    auto messages = heard(name);
    std::erase(messages, "");
    if (const auto faults = faults_by_schema(schema, messages); !faults.empty()) out += name + ": " + faults + "\n";
  }
  const auto schema = read_text(std::filesystem::path(KUZET_SCHEMAS) / "cfg_reported.schema.json");
  if (const auto faults = faults_by_schema(schema, heard("cfg/reported")); !faults.empty()) out += "reported: " + faults + "\n";
  return out;
}

}  // namespace kuzet::test
