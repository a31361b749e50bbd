// SPDX-License-Identifier: Apache-2.0
// A real agent whose configuration is edited wrongly, by hand and from afar: what ran goes on or comes back, and the centre
// hears of it.
#include "agent/core/time.hpp"
#include "tests/faults/board.hpp"
#include "tests/harness/catch.hpp"
#include "tests/harness/json_schema.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include <csignal>
#include <iomanip>
#include <sstream>
#include <thread>

using namespace kuzet::test;
using namespace std::chrono_literals;
namespace json = boost::json;

namespace {

constexpr auto soon = 60s;  // three trials of a loaded machine

bool skipped() {
  if (Broker::available()) return false;
  WARN("skipped: mosquitto and mosquitto_sub are not installed");
  return true;
}

/// A board with a camera whose trials take ten seconds.
class Trialled {
 public:
  Trialled() {
    std::filesystem::create_directory(board / "pictures");
    for (int i = 0; i < 3; ++i) write_still(board / "pictures" / (std::to_string(i) + ".jpg"));
    configure({});
  }

  struct Edit {
    std::string server = "";
    std::string pictures = "pictures";
    std::string more = "";
    std::string uplink = "";
  };
  void configure(const Edit& edit) const {
    write_text(board.configuration(), "node: {id: n1, site: yard}\ntrial: 10s\nuplink: {servers: [\"" +
                                          (edit.server.empty() ? board.broker().url() : edit.server) + "\"]" + edit.uplink +
                                          "}\nstore: {path: \"" + (board / "store").string() +
                                          "\", keep_free: 0B}\ncameras:\n  - {id: cam, source: \"" +
                                          (board / edit.pictures).string() + "\", repeat: true, rate: 5}\n" + edit.more);
  }

  /// As systemd starts it, or by hand.
  [[nodiscard]] Process start(bool service = true) const {
    std::filesystem::remove(board / "log");
    std::vector<std::string> words{"env",         "STATE_DIRECTORY=" + (service ? (board / "state").string() : ""),
                                   KUZET_PROGRAM, "run",
                                   "--config",    board.configuration().string()};
    return Process(words, board / "log");
  }
  /// With its first configuration good.
  [[nodiscard]] Process settled() const {
    Process agent = start();
    waits_for("has passed its trial");
    return agent;
  }
  void waits_for(const std::string& words) const {
    const bool came = eventually([&] { return contains(board.log(), words); }, soon);
    INFO("waited for: " << words << "\n" << board.log());
    REQUIRE(came);
  }
  /// An agent that takes a configuration over may have no window for a moment.
  [[nodiscard]] json::object configured() const {
    Ran ran;
    REQUIRE(eventually(
        [&] {
          ran = board.run("status", {"--json"});
          return ran.code == 0;
        },
        soon));
    return json::parse(ran.output).as_object().at("configured").as_object();
  }
  [[nodiscard]] std::string state() const { return word(configured(), "state"); }
  [[nodiscard]] std::string last_report() const {
    const auto all = board.heard("cfg/reported");
    return all.empty() ? "" : all.back();
  }
  [[nodiscard]] bool reports(const std::vector<std::string>& parts) const { return board.comes("cfg/reported", parts); }

  /// kuzet.cfg/1; its id tells the order, too.
  [[nodiscard]] static std::string wish(int number, const std::string& settings) {
    const auto issued = std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now()) - 10min + number * 1s;
    return R"({"schema":"kuzet.cfg/1","id":"w)" + std::to_string(number) + R"(","issued":")" + kuzet::rfc3339(issued) +
           R"(","settings":)" + settings + "}";
  }
  void desire(const std::string& payload) const {
    REQUIRE(run({"mosquitto_pub", "-p", std::to_string(board.broker().port()), "-q", "1", "-r", "-t",
                 "kuzet/v1/yard/n1/cfg/desired", "-m", payload})
                .code == 0);
  }
  /// Every message so far is as its schema says.
  void check_schemas() const {
    if (can_judge_json()) CHECK(board.faults_by_schemas() == "");
  }

  Board board;
};

}  // namespace

TEST_CASE("a wrong edit changes nothing in a running agent, and after a restart as a service the last good one runs",
          "[K6][trial][faults]") {
  if (skipped()) return;
  Trialled site;
  Process agent = site.settled();
  const auto good = word(site.configured(), "running");
  site.configure({.more = "senors: []\n"});
  agent.kill(SIGHUP);
  CHECK(
      site.board.comes("alert/node/node_fault", {R"("phase":"opened")", R"("fault":"configuration")", "kuzet.yaml:7:1: senors",
                                                 R"(did you mean \"sensors\"?)", R"("do":)", R"("running":")" + good}));
  CHECK(site.reports({R"("state":"wrong")", "kuzet.yaml:7:1: senors", good}));
  CHECK(site.state() == "wrong");
  CHECK(word(site.configured(), "running") == good);
  const auto check = site.board.run("check");
  CHECK(check.code == 78);
  CHECK(contains(check.errors, "kuzet.yaml:7:1: senors: unknown key"));
  CHECK(contains(check.errors, "the running agent refused it and runs on with " + good));
  check_stops(agent);

  agent = site.start();
  site.waits_for("uplink: connected");
  CHECK(contains(site.board.log(), "the configuration file is wrong, so the last good one runs (" + good + ")"));
  CHECK(word(site.configured(), "running") == good);
  CHECK(site.state() == "wrong");
  check_stops(agent);

  agent = site.start(false);
  CHECK(agent.wait(10s) == 78);
  CHECK(contains(site.board.log(), "kuzet.yaml:7:1: senors"));
  site.check_schemas();
}

TEST_CASE("an edit that points to a dead broker is taken back, and the centre is told once it is reached again",
          "[K1][K6][trial][faults]") {
  if (skipped()) return;
  Trialled site;
  Process agent = site.settled();
  const auto good = word(site.configured(), "running");
  site.configure({.server = "mqtt://127.0.0.1:" + std::to_string(free_port())});
  agent.kill(SIGHUP);
  site.waits_for("is on trial for 10s\n");
  CHECK(eventually([&] { return site.state() == "trial"; }, 10s));
  site.waits_for("is taken back: the broker worked before and does not work under it");
  CHECK(site.board.comes("alert/node/node_fault", {R"("phase":"opened")", R"("fault":"configuration")",
                                                   "taken back after its trial", R"("running":")" + good}));
  CHECK(site.reports({R"("state":"rolled_back")", good}));
  CHECK(site.state() == "rolled_back");
  const auto check = site.board.run("check");
  CHECK(check.code == 0);
  CHECK(contains(check.errors, "took it back after its trial"));

  agent.kill(SIGHUP);  // the very same file once more
  site.waits_for("it is the one that was taken back");
  CHECK(word(site.configured(), "running") == good);
  agent.kill(SIGKILL);
  REQUIRE(agent.wait(5s));
  agent = site.start();
  site.waits_for("uplink: connected");
  CHECK(contains(site.board.log(), "the configuration file is the one that was taken back"));
  CHECK(word(site.configured(), "running") == good);
  site.check_schemas();
  check_stops(agent);
}

TEST_CASE("an edit that loses a camera is taken back", "[K6][trial][faults]") {
  if (skipped()) return;
  Trialled site;
  Process agent = site.settled();
  site.configure({.pictures = "nothing-here"});
  agent.kill(SIGHUP);
  site.waits_for("is taken back: cam worked before and does not work under it");
  CHECK(site.board.comes("alert/node/node_fault", {R"("phase":"opened")", R"("fault":"configuration")", "cam worked before"}));
  CHECK(eventually([&] { return site.state() == "rolled_back"; }, 10s));
  site.configure({.more = "cpu: 80\n"});  // put right: tried anew, and good
  agent.kill(SIGHUP);
  CHECK(eventually([&] { return site.state() == "good"; }, soon));
  CHECK(site.reports({R"("state":"good")"}));
  check_stops(agent);
}

TEST_CASE("an agent that is killed in each of three trials runs the last good configuration", "[K6][trial][faults]") {
  if (skipped()) return;
  Trialled site;
  {
    Process agent = site.settled();
    check_stops(agent);
  }
  site.configure({.more = "cpu: 80\n"});
  for (int i = 0; i < 3; ++i) {
    Process agent = site.start();
    site.waits_for("watching with");
    CHECK(contains(site.board.log(), "is on trial"));
    agent.kill(SIGKILL);
    REQUIRE(agent.wait(5s));
  }
  Process agent = site.start();
  site.waits_for("uplink: connected");
  CHECK(contains(site.board.log(), "the agent ended 3 times under it"));
  CHECK(site.state() == "rolled_back");
  CHECK(site.board.comes("alert/node/node_fault", {R"("fault":"configuration")", "the agent ended 3 times under it"}));
  check_stops(agent);
}

TEST_CASE("settings from afar are tried, applied, refused, taken back by themselves and by the centre",
          "[K6][remote][faults]") {
  if (skipped()) return;
  Trialled site;
  Gateway gateway;
  gateway.set(1, 7);
  site.configure({.more = "sensors:\n  - {id: air, driver: modbus, address: \"" + gateway.address() +
                          "\", slave: 1, every: 300ms, timeout: 300ms, readings: [{name: co, table: input, register: 0}]}\n"});
  Process agent = site.settled();
  const auto file = word(site.configured(), "running");
  site.desire(site.wish(1, R"({"cpu":50,"cameras":[{"id":"cam","offline_after":"30s"}]})"));
  CHECK(site.reports({R"("id":"w1","state":"trial")"}));
  CHECK(site.reports({R"("id":"w1","state":"applied")"}));
  const auto applied = word(site.configured(), "running");
  CHECK(applied != file);
  CHECK(word(site.configured(), "file") == file);
  CHECK(site.board.comes("birth", {R"("configuration":")" + applied}));

  site.desire(site.wish(2, R"({"store":{"path":"/tmp"},"cameras":[{"id":"cam","offline_aftr":"1s"}]})"));
  CHECK(site.reports({R"("id":"w2","state":"refused")", "cfg/desired: store: may not be set from afar"}));
  site.desire("{\"schema\":");
  CHECK(site.reports({R"("id":null,"state":"refused")", "is no JSON"}));
  CHECK(word(site.configured(), "running") == applied);

  site.desire(site.wish(3, R"({"cpu":51})"));
  CHECK(site.reports({R"("id":"w3","state":"trial")"}));
  gateway.dies();
  CHECK(site.reports({R"("id":"w3","state":"rolled_back")", "air worked before", applied}));
  agent.kill(SIGKILL);  // and it stays so, though the message is retained and comes again
  REQUIRE(agent.wait(5s));
  agent = site.start();
  site.waits_for("uplink: connected");
  std::this_thread::sleep_for(3s);
  CHECK(word(site.configured(), "running") == applied);
  CHECK(contains(site.last_report(), R"("id":"w3","state":"rolled_back")"));

  site.desire(site.wish(4, "{}"));
  CHECK(site.reports({R"("id":"w4")", R"("configuration":")" + file}));
  CHECK(eventually([&] { return word(site.configured(), "running") == file; }, soon));
  site.check_schemas();
  check_stops(agent);
}

TEST_CASE("a board with a site key takes only signed settings from afar", "[K6][remote][faults]") {
  if (skipped()) return;
  Trialled site;
  const auto key = (site.board / "key.pem").string(), open = (site.board / "open.pem").string();
  REQUIRE(run({"openssl", "genpkey", "-algorithm", "ed25519", "-out", key}).code == 0);
  REQUIRE(run({"openssl", "pkey", "-in", key, "-pubout", "-out", open}).code == 0);
  site.configure({.uplink = ", command_key: \"" + open + "\""});
  Process agent = site.settled();
  site.desire(site.wish(1, R"({"cpu":50})"));
  CHECK(site.reports({R"("id":"w1","state":"refused")", "only what the site's key signed"}));

  const auto sealed = [&](const std::string& topic, const std::string& payload) {
    write_text(site.board / "text", topic + "\n" + payload);
    const auto made = (site.board / "signature").string();
    REQUIRE(run({"openssl", "pkeyutl", "-sign", "-rawin", "-inkey", key, "-in", (site.board / "text").string(), "-out", made})
                .code == 0);
    std::ostringstream hex;
    for (const char c : read_text(made))
      hex << std::hex << std::setw(2) << std::setfill('0') << (static_cast<unsigned>(c) & 0xFFU);
    return json::serialize(json::object{{"schema", "kuzet.signed/1"}, {"payload", payload}, {"signature", hex.str()}});
  };
  site.desire(sealed("kuzet/v1/yard/n2/cfg/desired", site.wish(2, R"({"cpu":50})")));  // of another board
  CHECK(site.reports({R"("id":"w2","state":"refused")", "signature: is not the site key's"}));
  site.desire(sealed("kuzet/v1/yard/n1/cfg/desired", site.wish(3, R"({"cpu":50})")));
  CHECK(site.reports({R"("id":"w3","state":"trial")"}));
  check_stops(agent);
}
