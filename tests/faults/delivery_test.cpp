// SPDX-License-Identifier: Apache-2.0
// K1 and K3 as the control centre sees them: a real agent, a real broker, kill -9, and nothing missing.
#include "agent/outbox/outbox.hpp"
#include "tests/faults/flames.hpp"
#include "tests/harness/broker.hpp"
#include "tests/harness/catch.hpp"
#include "tests/harness/repeats.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include <algorithm>
#include <csignal>
#include <map>
#include <random>
#include <set>
#include <thread>

using namespace kuzet;
using namespace kuzet::test;
using namespace std::chrono_literals;

namespace {

/// One board whose camera plays a file again and again; the file may be exchanged between two runs.
class Board {
 public:
  Board(const Broker& broker, const std::set<int>& burning) {
    play(burning);
    std::string text = "node: {id: n1, site: yard}\nuplink: {servers: [\"" + broker.url() + "\"]}\nstore: {path: \"" +
                       store().string() + "\", keep_free: 0B}\ncameras:\n  - id: cam\n    source: \"" +
                       (folder_ / "now.mp4").string() + "\"\n    repeat: true\n    zones:\n";
    for (int i = 0; i < cells; ++i) text += "      z" + std::to_string(i) + ": " + cell_zone(i) + "\n";
    text += "    detect:\n";
    for (int i = 0; i < cells; ++i) text += "      - {type: fire, zone: z" + std::to_string(i) + "}\n";
    write_text(folder_ / "kuzet.yaml", text);
  }

  void play(const std::set<int>& burning) {
    std::string name = "cells";
    for (const int cell : burning) name += std::to_string(cell);
    const auto file = folder_ / (name + ".mp4");
    if (!std::filesystem::exists(file)) write_flames(file, burning);
    const auto link = folder_ / "now.mp4";
    std::filesystem::remove(link);
    std::filesystem::create_symlink(file, link);
  }

  Process start() { return Process({KUZET_PROGRAM, "run", "--config", (folder_ / "kuzet.yaml").string()}, folder_ / "log"); }
  [[nodiscard]] std::filesystem::path store() const { return folder_ / "store"; }
  [[nodiscard]] std::string log() const { return read_text(folder_ / "log"); }

  /// What the store says that it accepted, in order: the bytes of every event.
  [[nodiscard]] std::vector<boost::json::object> journal() const {
    std::vector<boost::json::object> out;
    auto db = outbox::Database::open((store() / "kuzet.db").string(), outbox::Database::Mode::read_only);
    if (!db) return out;
    auto query = db->prepare("SELECT body FROM journal ORDER BY seq");
    for (auto more = query.step(); more && *more; more = query.step())
      out.push_back(boost::json::parse(query.text(0)).as_object());
    return out;
  }
  [[nodiscard]] std::int64_t pending() const {
    auto db = outbox::Database::open((store() / "kuzet.db").string(), outbox::Database::Mode::read_only);
    if (!db) return -1;
    auto query = db->prepare(
        "SELECT (SELECT count(*) FROM journal WHERE seq > CAST(coalesce((SELECT value FROM meta WHERE key = 'done'), 0) AS "
        "INTEGER)) + (SELECT count(*) FROM refused) + (SELECT count(*) FROM salvaged WHERE class = 0)");
    const auto row = query.step();
    return row && *row ? query.integer(0) : -1;
  }

 private:
  TempFolder folder_;
};

std::int64_t seq_of(const boost::json::object& alert) { return alert.at("seq").to_number<std::int64_t>(); }
std::string word(const boost::json::object& alert, const char* key) { return std::string(alert.at(key).as_string()); }

std::vector<boost::json::object> without_repeats(const std::vector<boost::json::object>& all) {
  std::set<std::int64_t> seen;
  std::vector<boost::json::object> out;
  std::ranges::copy_if(all, std::back_inserter(out), [&](const auto& alert) { return seen.insert(seq_of(alert)).second; });
  return out;
}

boost::json::object as_stored(boost::json::object alert) {
  alert.erase("published");
  alert.erase("late");
  return alert;
}

/// Every event of the store arrived, byte for byte, in the order of seq once repeats are removed, without a hole.
void require_all_delivered(const Board& board, const Centre& centre) {
  const auto stored = board.journal();
  REQUIRE_FALSE(stored.empty());
  INFO(board.log());
  eventually([&] { return board.pending() == 0 && without_repeats(centre.alerts()).size() >= stored.size(); }, 30s);
  const auto arrived = without_repeats(centre.alerts());
  REQUIRE(arrived.size() == stored.size());
  for (std::size_t i = 0; i < stored.size(); ++i) {
    CHECK(seq_of(arrived[i]) == seq_of(stored[i]));
    CHECK(as_stored(arrived[i]) == stored[i]);
  }
}

/// Each alert is opened first and once, closed last and at most once, and a rule never has two of them open.
void require_sound_lives(const std::vector<boost::json::object>& events) {
  std::map<std::string, std::string> open;  // by rule
  std::set<std::string> ended;
  for (const auto& event : events) {
    const auto rule = word(event, "rule"), id = word(event, "id"), phase = word(event, "phase");
    INFO(boost::json::serialize(event));
    CHECK_FALSE(ended.contains(id));
    if (phase == "opened") {
      CHECK_FALSE(open.contains(rule));
      open[rule] = id;
    } else {
      CHECK(open[rule] == id);
    }
    if (phase == "closed") open.erase(rule), ended.insert(id);
  }
}

bool skipped() {
  if (Broker::available()) return false;
  WARN("skipped: mosquitto and mosquitto_sub are not installed");
  return true;
}

}  // namespace

TEST_CASE("a broker that is killed in the middle of a run and comes back after ten seconds gets every alert phase in order",
          "[K1][K2][faults]") {
  if (skipped()) return;
  Broker broker;
  const Centre centre(broker);
  Board board(broker, {0, 1});
  Process agent = board.start();
  REQUIRE(eventually([&] { return !centre.alerts().empty(); }, 30s));
  std::this_thread::sleep_for(1s);  // Mosquitto acknowledges before it saves, and here no centre confirms

  broker.kill();
  std::this_thread::sleep_for(10s);
  const auto stored_meanwhile = board.journal().size();
  broker.start();
  CHECK(eventually([&] { return board.pending() == 0; }, 30s));
  CHECK(stored_meanwhile >= 1);

  // What happens while the broker is away: the agent starts anew with other flames, so that alerts open and close.
  std::this_thread::sleep_for(1s);
  broker.kill();
  board.play({2, 3});
  agent.kill(SIGKILL);
  REQUIRE(agent.wait(5s) == 128 + SIGKILL);  // two of them would not share a store
  agent = board.start();
  const auto before = board.journal().size();
  INFO(board.log());
  CHECK(eventually([&] { return board.journal().size() >= before + 4; }, 40s));
  CHECK(board.pending() >= 4);
  std::this_thread::sleep_for(11s);  // what waited for longer than ten seconds is late
  broker.start();
  require_all_delivered(board, centre);
  require_sound_lives(board.journal());
  CHECK(std::ranges::any_of(centre.alerts(), [](const auto& alert) { return alert.at("late").as_bool(); }));
  agent.kill(SIGTERM);
  CHECK(agent.wait(10s) == 0);
}

TEST_CASE("an agent that is killed at random moments loses no alert phase and keeps the ids of its alerts",
          "[K1][K3][faults]") {
  if (skipped()) return;
  Broker broker;
  const Centre centre(broker);
  const std::set<int> first{0, 1, 2}, second{0, 3, 4};  // cell 0 burns all the time
  Board board(broker, first);
  const auto seed = std::random_device{}();
  std::mt19937 random(seed);
  const int times = repeats("KUZET_WATCH_KILLS", 12);
  for (int i = 0; i < times; ++i) {
    Process agent = board.start();
    std::this_thread::sleep_for(std::chrono::milliseconds(std::uniform_int_distribution(2'000, 9'000)(random)));
    agent.kill(SIGKILL);
    REQUIRE(agent.wait(5s) == 128 + SIGKILL);
    if (i % 3 == 2) board.play(i % 2 == 0 ? first : second);
  }
  Process agent = board.start();
  INFO("seed " << seed);
  require_all_delivered(board, centre);
  const auto events = board.journal();
  require_sound_lives(events);
  std::set<std::string> eternal;
  for (const auto& event : events)
    if (word(event, "source") == "cam" && word(event, "zone") == "z0") eternal.insert(word(event, "id"));
  CHECK(eternal.size() == 1);
  CHECK(events.size() >= 5);
}
