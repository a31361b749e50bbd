// SPDX-License-Identifier: Apache-2.0
// K1 and K7: what an agent does with a store that it may not write, that is full, broken or held by another, and how it stops.
#include "tests/faults/command.hpp"
#include "tests/faults/flames.hpp"
#include "tests/harness/broker.hpp"
#include "tests/harness/catch.hpp"

#include <fcntl.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <thread>

using namespace kuzet;
using namespace kuzet::test;
using namespace std::chrono_literals;

namespace {

/// The agent runs: it has looked for its footage and not found it.
constexpr auto looked = "camera cam: no such file; trying again";

/// A disk of one mebibyte in memory.
class SmallDisk {
 public:
  explicit SmallDisk(const std::filesystem::path& folder) : folder_(folder) {
    std::filesystem::create_directories(folder);
    mounted_ = ::mount("tmpfs", folder.c_str(), "tmpfs", 0, "size=1m,mode=755") == 0;
  }
  SmallDisk(const SmallDisk&) = delete;
  SmallDisk& operator=(const SmallDisk&) = delete;
  ~SmallDisk() {
    if (mounted_) ::umount2(folder_.c_str(), MNT_DETACH);
  }
  /// False where this machine does not permit it; a test that needs it then says so and is skipped.
  [[nodiscard]] bool mounted() const {
    if (!mounted_) WARN("skipped: not permitted to mount a disk in memory");
    return mounted_;
  }
  /// Takes all that is free, to the last page.
  void fill() const {
    const int file = ::open((folder_ / "filler").c_str(), O_WRONLY | O_CREAT, 0600);
    REQUIRE(file >= 0);
    const std::string page(4096, 'x');
    while (::write(file, page.data(), page.size()) > 0) {
    }
    ::close(file);
  }
  void make_room() const { std::filesystem::remove(folder_ / "filler"); }

 private:
  std::filesystem::path folder_;
  bool mounted_;
};

/// Words that run a command as somebody who owns nothing; empty where that cannot be done.
std::vector<std::string> as_nobody() {
  const auto setpriv = find_program("setpriv");
  if (::geteuid() != 0 || setpriv.empty()) return {};
  std::vector<std::string> words{setpriv, "--reuid=65534", "--regid=65534", "--clear-groups"};
  auto test = words;
  test.insert(test.end(), {KUZET_PROGRAM, "--version"});
  return run(test).code == 0 ? words : std::vector<std::string>{};  // the program may lie in a folder that others cannot enter
}

/// What a control centre that looks now finds as the board's state; nothing where no broker runs.
std::string state_at(const Broker& broker) {
  return run({find_program("mosquitto_sub"), "-p", std::to_string(broker.port()), "-C", "1", "-W", "2", "-t",
              "kuzet/v1/+/+/state"})
      .output;
}

Ran run_as(std::vector<std::string> who, const std::string& command, const Site& site) {
  who.insert(who.end(), {KUZET_PROGRAM, command, "--config", site.configuration().string()});
  return run(who, 20s);
}

}  // namespace

TEST_CASE("a store that cannot be written keeps the agent from starting", "[K7][faults]") {
  Site site;
  const auto below_a_file = (site.configuration() / "store").string();
  site.configure({.store = below_a_file});
  check_refused(site.run("run"), 1, {"store: ", below_a_file, "Not a directory"});
  check_refused(site.run("alerts"), 1, {"no store in " + below_a_file});
}

TEST_CASE("a store that belongs to somebody else keeps the agent from starting", "[K7][faults]") {
  const auto nobody = as_nobody();
  if (nobody.empty()) {
    WARN("skipped: needs root, setpriv and a program that everybody may run");
    return;
  }
  const Site site;
  namespace fs = std::filesystem;
  fs::permissions(site.configuration().parent_path(), fs::perms(0755));
  check_refused(run_as(nobody, "run", site), 1, {"store: ", site.store().string(), "Permission denied"});
  Process agent = site.start();
  site.wait_for(looked);
  check_stops(agent);
  check_refused(run_as(nobody, "run", site), 1, {"store: ", site.store().string(), "Permission denied"});
  check_refused(run_as(nobody, "alerts", site), 1, {"alerts: ", site.store().string(), "Permission denied"});
}

TEST_CASE("an agent does not start on a full disk, and does once there is room", "[K7][faults]") {
  Site site;
  const SmallDisk disk(site / "disk");
  if (!disk.mounted()) return;
  site.configure({.store = (site / "disk" / "store").string()});
  disk.fill();
  check_refused(site.run("run"), 1, {"store: ", "No space left on device"});
  disk.make_room();
  Process agent = site.start();
  site.wait_for(looked);
  check_stops(agent);
}

TEST_CASE("an alert that comes while the disk is full is recorded once there is room, and the centre hears of it",
          "[K1][K7][faults]") {
  if (!Broker::available()) {
    WARN("skipped: mosquitto is not installed");
    return;
  }
  Broker broker;
  broker.start();
  Site site;
  const SmallDisk disk(site / "disk");
  if (!disk.mounted()) return;
  write_flames(site / "flames.mp4", {0, 2});
  site.configure({.source = (site / "flames.mp4").string(),
                  .before = "uplink: {servers: ['" + broker.url() + "']}\n",
                  .store = (site / "disk" / "store").string(),
                  .detect = "[{type: fire, zone: a, confirm: 1s}, {type: fire, zone: b, confirm: 6s}]"});
  Process agent = site.start();
  REQUIRE(eventually([&] { return contains(site.log(), "opened: fire cam a"); }, 30s));
  disk.fill();
  site.wait_for("the alert waits in memory");
  CHECK(agent.running());
  CHECK(site.alerts().size() == 1);
  CHECK(eventually([&] { return contains(state_at(broker), "\"why\":\""); }, 10s));
  CHECK(contains(site.run("status", {"--json"}).output, "\"unwritten\":\""));
  std::this_thread::sleep_for(2s);  // it tries again, and does not say so again
  disk.make_room();
  site.wait_for("store: writing again", 30s);
  CHECK(eventually([&] { return site.alerts().size() == 2; }, 10s));
  CHECK(eventually([&] { return contains(state_at(broker), "online") && !contains(state_at(broker), "why"); }, 10s));
  for (const auto& alert : site.alerts()) CHECK(word(alert, "phase") == "opened");
  CHECK(count(site.log(), "the alert waits in memory") == 1);
  check_stops(agent);
}

TEST_CASE("room that is held back for alerts is no trouble with the disk", "[K4][faults]") {
  if (!Broker::available()) {
    WARN("skipped: mosquitto is not installed");
    return;
  }
  Broker broker;
  broker.start();
  Site site;
  write_flames(site / "flames.mp4", {0});
  site.configure({.source = (site / "flames.mp4").string(), .before = "uplink: {servers: ['" + broker.url() + "']}\n"});
  auto text = read_text(site.configuration());
  text.replace(text.find("keep_free: 0B"), 13, "keep_free: 1000TB");
  write_text(site.configuration(), text);
  Process agent = site.start();
  site.wait_for("observations are not kept", 30s);
  REQUIRE(eventually([&] { return contains(site.log(), "opened: fire cam"); }, 30s));
  std::this_thread::sleep_for(2s);  // it would have been said by then
  CHECK(contains(state_at(broker), "\"state\":\"online\""));
  CHECK_FALSE(contains(state_at(broker), "why"));
  CHECK_FALSE(contains(site.run("status", {"--json"}).output, "unwritten"));
  check_stops(agent);
}

TEST_CASE("a stop while everything begins anew is a stop", "[K7][reload][faults]") {
  Site site;
  const SmallDisk disk(site / "disk");
  if (!disk.mounted()) return;
  write_flames(site / "flames.mp4", {0});
  site.configure({.source = (site / "flames.mp4").string(),
                  .store = (site / "disk" / "store").string(),
                  .detect = "[{type: fire, zone: a, confirm: 3s}]"});
  Process agent = site.start();
  site.wait_for("watching with");
  disk.fill();  // the alert that waits keeps the agent for some seconds
  site.wait_for("the alert waits in memory", 30s);
  auto text = read_text(site.configuration());
  text.replace(text.find("id: ") + 4, 0, "other-");
  write_text(site.configuration(), text);
  agent.kill(SIGHUP);
  site.wait_for("everything begins anew");
  agent.kill(SIGTERM);
  CHECK(agent.wait(15s) == 0);
  CHECK(count(site.log(), "watching with") == 1);
}

TEST_CASE("a second agent on the same store is refused and does not disturb the first", "[K7][faults]") {
  const Site site;
  Process agent = site.start();
  site.wait_for(looked);
  check_refused(site.run("run"), 1, {"another kuzet", site.store().string()});
  CHECK(agent.running());
  CHECK(site.alerts().empty());
  check_stops(agent);
}

TEST_CASE("a store that cannot be believed is set aside and a fresh one begins", "[K7][faults]") {
  const Site site;
  std::filesystem::create_directories(site.store());
  const std::string garbage(8192, 'x');
  write_text(site.store() / "kuzet.db", garbage);
  check_refused(site.run("alerts"), 1, {"alerts: ", (site.store() / "kuzet.db").string(), "not a database"});
  Process agent = site.start();
  site.wait_for("set aside as " + (site.store() / "kuzet.db.unreadable-1").string());
  site.wait_for(looked);
  CHECK(file_bytes(site.store() / "kuzet.db.unreadable-1") == garbage);
  CHECK(site.alerts().empty());
  check_stops(agent);
}

TEST_CASE("an agent whose broker cannot be reached records its alerts, and tells of them", "[K1][K7][faults]") {
  Site site;
  check_refused(site.run("alerts"), 1, {"no store in " + site.store().string(), "no agent has run"});
  write_flames(site / "flames.mp4", {0});
  site.configure({.source = (site / "flames.mp4").string(), .before = "uplink: {servers: ['mqtt://127.0.0.1:1']}\n"});
  Process agent = site.start();
  REQUIRE(eventually([&] { return contains(site.log(), "opened: fire cam"); }, 30s));

  const auto alerts = site.alerts();
  REQUIRE(alerts.size() == 1);
  CHECK(word(alerts[0], "kind") == "fire");
  CHECK(site.alerts({"--kind", "fire", "--since", "1h"}) == alerts);
  CHECK(site.alerts({"--since", "2020-01-01"}) == alerts);
  CHECK(site.alerts({"--kind", "smoke"}).empty());
  CHECK(site.alerts({"--since", "2100-01-01T00:00:00Z"}).empty());
  const auto text = site.run("alerts");
  CHECK(text.code == 0);
  CHECK(count(text.output, "\n") == 1);
  CHECK(contains(text.output, word(alerts[0], "id")));
  CHECK(contains(text.output, "open"));

  CHECK(agent.running());
  CHECK(count(site.log(), "127.0.0.1:1") == 1);  // not at every attempt
  check_stops(agent);
  CHECK(site.alerts() == alerts);
}

TEST_CASE("alerts are asked for with words that are understood, or refused", "[K7][faults]") {
  const Site site;
  check_refused(site.run("alerts", {"--kind", "fier"}), 2, {"--kind", "\"fier\"", "did you mean \"fire\"?"});
  for (const char* since : {"garbage", "2026-13-01", "-5", "5 parrots"})
    check_refused(site.run("alerts", {"--since", since}), 2, {"--since", since});
}

TEST_CASE("footage that is missing is told once, and the agent waits for it", "[K7][faults]") {
  Site site;
  Process agent = site.start();
  site.wait_for(looked);
  std::this_thread::sleep_for(2500ms);  // the second attempt
  CHECK(agent.running());
  CHECK(count(site.log(), "no such file") == 1);
  write_ramp(site / "part.mp4");
  std::filesystem::rename(site / "part.mp4", site / "missing.mp4");
  site.wait_for("camera cam: pictures come again", 20s);
  site.wait_for("camera cam: the footage is at its end", 20s);
  CHECK(agent.running());
  check_stops(agent);
}

TEST_CASE("an agent stops at once though its camera waits for pictures", "[K7][faults]") {
  Site site;
  REQUIRE(::mkfifo((site / "pipe").c_str(), 0600) == 0);  // nobody writes into it
  site.configure(
      {.source = (site / "pipe").string(), .after = "  - {id: other, source: '" + (site / "missing.mp4").string() + "'}\n"});
  for (const int signal : {SIGTERM, SIGINT}) {
    std::filesystem::remove(site / "log");
    Process agent = site.start();
    site.wait_for("camera other: no such file");
    agent.kill(signal);
    CHECK(agent.wait(3s) == 0);
  }
}
