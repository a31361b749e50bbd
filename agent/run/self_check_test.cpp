// SPDX-License-Identifier: Apache-2.0
// What a running agent finds by itself becomes faults of the node, and stops being one.
#include "agent/run/self_check.hpp"
#include "agent/run/node_watch.hpp"
#include "tests/harness/catch.hpp"
#include "tests/harness/home.hpp"
#include "tests/harness/process.hpp"
#include "tests/harness/temp_folder.hpp"

#include <map>
#include <thread>

using namespace kuzet;
using namespace kuzet::run;
using namespace std::chrono_literals;
namespace fs = std::filesystem;

namespace {

/// A board of files, whose agent looks when it is told to.
struct Watched {
  explicit Watched(const std::string& server = "") {
    if (!server.empty()) all.uplink.emplace().servers = {server};
    all.store.path = folder.path();
    put("sys/block/mmcblk0/device/life_time", "0x01 0x01\n");
    check = std::make_unique<SelfCheck>(
        all, [this](std::function<void()> job) { home.post(std::move(job)); },
        [this](std::string_view fault, boost::json::object details, Duration lasts) {
          faults[std::string(fault)] = std::move(details);
          lasted = lasts;
        },
        SelfCheckPlan{.roots = {folder.path()}, .resolver = [](const std::string&) -> Result<std::vector<std::string>> {
                        return Error{Code::io, "no such host"};
                      }});
  }
  void put(const std::string& file, const std::string& text) const {
    fs::create_directories((folder / file).parent_path());
    test::write_file(folder / file, text);
  }
  /// One look to its end.
  void look(Duration at, ClockState clock = ClockState::synced) {
    faults.clear();
    check->tick({Steady{at}, Wall{}, clock});
    home.run(1);
  }
  /// Whether a look is begun now; it is not waited for.
  bool begins(Duration at) {
    check->tick({Steady{at}, Wall{}, ClockState::synced});
    return test::eventually([this] { return home.waiting() > 0; }, 300ms);
  }
  test::TempFolder folder;
  Configuration all;
  test::Home home;
  std::map<std::string, boost::json::object> faults;
  Duration lasted{};
  std::unique_ptr<SelfCheck> check;
};

}  // namespace

TEST_CASE("a sound board has no fault, and is looked at once an hour", "[doctor]") {
  Watched board;
  board.look(0s);
  CHECK(board.faults.empty());
  CHECK_FALSE(board.begins(59min));
  CHECK(board.begins(60min));
}

TEST_CASE("a worn card and a weak supply are faults that hold until the next looks find them gone", "[doctor]") {
  Watched board;
  board.put("sys/block/mmcblk0/device/pre_eol_info", "0x03\n");
  board.put("sys/devices/platform/soc/soc:firmware/get_throttled", "50005\n");
  board.look(0s);
  REQUIRE(board.faults.size() == 2);
  CHECK(board.faults["card"].at("what").as_string().find("at the end of its life") != std::string::npos);
  CHECK(board.faults["card"].at("subject") == "mmcblk0");
  CHECK(board.faults["power"].at("do").as_string().find("supply") != std::string::npos);
  CHECK(board.faults["power"].at("others") == 1);  // it is slowed down, too
  CHECK(board.lasted > 4min);                      // until the look after next
  board.put("sys/devices/platform/soc/soc:firmware/get_throttled", "0\n");
  board.put("sys/block/mmcblk0/device/pre_eol_info", "0x01\n");
  board.look(2min);
  CHECK(board.faults.empty());
  CHECK_FALSE(board.begins(5min));
}

TEST_CASE("a name that is missed once is no fault, one that is missed twice is", "[doctor]") {
  Watched board("mqtt://mqtt.city.example");
  board.look(0s);
  CHECK(board.faults.empty());
  board.look(2min);
  REQUIRE(board.faults.contains("names"));
  CHECK(board.faults["names"].at("what") == "the name mqtt.city.example is not found: no such host");
}

TEST_CASE("a password file that is not there is a fault without the password", "[doctor]") {
  Watched board("mqtt://127.0.0.1:1");
  board.all.uplink->password_file = "/nowhere/password";
  board.check = std::make_unique<SelfCheck>(
      board.all, board.home.poster(),
      [&](std::string_view fault, boost::json::object details, Duration) {
        board.faults[std::string(fault)] = std::move(details);
      },
      SelfCheckPlan{.roots = {board.folder.path()}});
  board.look(0s);
  REQUIRE(board.faults.contains("permission"));
  CHECK(board.faults["permission"].at("what").as_string().find("/nowhere/password") != std::string::npos);
}

TEST_CASE("a store that the agent may not write is a fault", "[doctor]") {
  Watched board;
  board.all.store.path = (board.folder / "gone").string();
  board.check = std::make_unique<SelfCheck>(
      board.all, board.home.poster(),
      [&](std::string_view fault, boost::json::object details, Duration) {
        board.faults[std::string(fault)] = std::move(details);
      },
      SelfCheckPlan{.roots = {board.folder.path()}});
  board.look(0s);
  REQUIRE(board.faults.contains("permission"));
  CHECK(board.faults["permission"].at("what").as_string().starts_with("the agent may not write into"));
}

TEST_CASE("a name server that hangs does not hold up the end of the agent", "[doctor]") {
  Watched board("mqtt://slow.example");
  board.check = std::make_unique<SelfCheck>(
      board.all, board.home.poster(), [](std::string_view, boost::json::object, Duration) {},
      SelfCheckPlan{.roots = {board.folder.path()}, .resolver = [](const std::string&) -> Result<std::vector<std::string>> {
                      std::this_thread::sleep_for(2s);
                      return Error{Code::io, "no such host"};
                    }});
  board.check->tick({Steady{0s}, Wall{}, ClockState::synced});
  const auto began = std::chrono::steady_clock::now();
  board.check.reset();
  CHECK(std::chrono::steady_clock::now() - began < 900ms);
}

TEST_CASE("a clock that is never set is a fault after ten minutes, without waiting for a look", "[doctor]") {
  Watched board;
  board.look(0s, ClockState::unsynced);
  CHECK(board.faults.empty());
  board.check->tick({Steady{10min}, Wall{}, ClockState::unsynced});
  CHECK(board.faults.contains("clock"));
  board.faults.clear();
  board.check->tick({Steady{11min}, Wall{}, ClockState::synced});
  CHECK(board.faults.empty());
}

TEST_CASE("a look that comes home after its agent has gone tells nobody", "[doctor]") {
  Watched board;
  board.put("sys/block/mmcblk0/device/pre_eol_info", "0x03\n");
  REQUIRE(board.begins(0s));
  board.check.reset();
  board.home.run(1);
  CHECK(board.faults.empty());
}

TEST_CASE("every fault that the checks tell is one that a node can have", "[doctor]") {
  checks::Remarks remarks;
  for (const char* check : {"clock", "names", "certificate", "power", "card", "permission", "memory", "store"})
    remarks.push_back({check, "", checks::State::bad, "what", "do"});
  const auto faults = faults_of(remarks);
  CHECK(faults.size() == 6);
  NodeWatch node;
  for (const auto& [fault, details] : faults) node.report(fault, details, {Steady{1s}, Wall{}, {}}, 1min);  // throws on others
  std::size_t found = 0;
  for (const auto& [rule, findings] : node.look({Steady{2s}, Wall{}, {}})) found += findings.size();
  CHECK(found == 6);
}
