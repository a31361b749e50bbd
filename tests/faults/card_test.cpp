// SPDX-License-Identifier: Apache-2.0
// A board's card: a budget that is spent costs no alert, and nothing is written beside the store.
#include "tests/faults/command.hpp"
#include "tests/faults/flames.hpp"
#include "tests/harness/broker.hpp"
#include "tests/harness/catch.hpp"

#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>

#include <csignal>
#include <regex>
#include <set>
#include <sstream>

using namespace kuzet::test;
using namespace std::chrono_literals;
namespace json = boost::json;

namespace {

/// What `kuzet status` says of the card; empty while nobody answers.
json::object card(const Site& site) {
  const auto ran = site.run("status", {"--json"});
  boost::system::error_code unreadable;
  const auto status = json::parse(ran.output, unreadable);
  if (unreadable || !status.is_object()) return {};
  return status.at("card").as_object();
}

void stop(Process& agent) {
  agent.kill(SIGTERM);
  CHECK(agent.wait(10s) == 0);
}

/// The files that a program under strace made, or tried to make.
std::set<std::string> made(const std::string& traced) {
  const std::regex opens("openat\\([^,]*, \"([^\"]*)\", [A-Z_|]*O_(CREAT|TMPFILE)"),
      names("(mkdir|mknod|rename|link)[a-z0-9]*\\((.*)");
  const std::regex quoted("\"([^\"]*)\"");
  std::set<std::string> out;
  std::istringstream lines(traced);
  for (std::string line; std::getline(lines, line);) {
    std::smatch found;
    if (std::regex_search(line, found, opens)) out.insert(found[1]);
    if (!std::regex_search(line, found, names)) continue;
    const std::string rest = found[2];
    for (auto one = std::sregex_iterator(rest.begin(), rest.end(), quoted); one != std::sregex_iterator(); ++one)
      out.insert((*one)[1]);
  }
  return out;
}

}  // namespace

TEST_CASE("a card's budget that is spent costs films and later pictures, and no alert", "[K4][card][faults]") {
  if (!Broker::available()) {
    WARN("skipped: mosquitto and mosquitto_sub are not installed");
    return;
  }
  const Broker broker;
  Site site;
  write_flames(site / "flames.mp4", {4});
  site.configure({.source = (site / "later.mp4").string(),
                  .before = "uplink: {servers: [\"" + broker.url() + "\"]}\n",
                  .detect = "[{type: fire, evidence: clip}]",
                  .after = "    clip: {before: 1s, after: 1s, width: 320}\n"});
  auto text = read_text(site.configuration());
  text.replace(text.find("keep_free: 0B"), 13, "keep_free: 0B, daily: 1kB");
  write_text(site.configuration(), text);
  const TempFolder folder;
  const Process ears({"mosquitto_sub", "-h", "127.0.0.1", "-p", std::to_string(broker.port()), "-V", "5", "-q", "1", "-t",
                      "kuzet/v1/yard/n1/alert/#", "-F", "%p"},
                     folder / "heard");
  {
    Process agent = site.start();
    INFO(site.log());
    REQUIRE(eventually([&] { return !card(site).empty(); }, 20s));
    if (card(site).at("written_today").is_null()) {
      WARN("skipped: this kernel does not count what a process writes");
      return stop(agent);
    }
    REQUIRE(eventually([&] { return word(card(site), "spared") == "pictures"; }, 30s));
    stop(agent);
  }
  std::filesystem::copy_file(site / "flames.mp4", site / "later.mp4");
  Process agent = site.start();
  const auto heard = [&] { return read_text(folder / "heard"); };
  INFO(site.log());
  CHECK(eventually([&] { return contains(heard(), "\"kind\":\"fire\""); }, 30s));
  CHECK(eventually([&] { return contains(heard(), "\"fault\":\"writes\""); }, 30s));
  CHECK(eventually([&] { return contains(site.log(), "goes without its film: the card is spared today"); }, 20s));
  CHECK(card(site).at("written_today").to_number<double>() > 1000);
  CHECK(count(site.log(), "alerts are always written") == 2);  // once by each run
  stop(agent);
  std::size_t opened = 0;
  for (const auto& alert : site.alerts()) {
    if (word(alert, "kind") != "fire") continue;
    ++opened;
    CHECK(alert.at("evidence").as_array().size() <= 1);
    CHECK(contains(heard(), word(alert, "id")));
  }
  CHECK(opened >= 1);
}

TEST_CASE("a running agent makes files in its store's folder and nowhere else", "[card][faults]") {
  if (find_program("strace").empty()) {
    WARN("skipped: strace is not installed");
    return;
  }
  Site site;
  write_flames(site / "flames.mp4", {4});
  site.configure({.source = (site / "flames.mp4").string(),
                  .detect = "[{type: fire, evidence: clip}, {type: parking_space, zone: a}]",
                  .after = "    clip: {before: 1s, after: 1s, width: 320}\nsensors:\n  - {id: board, driver: board}\n"});
  Process agent({"strace", "-f", "-qq", "--seccomp-bpf", "-e",
                 "trace=openat,open,creat,mkdir,mkdirat,mknod,mknodat,link,linkat,symlink,rename,renameat,renameat2", "-o",
                 (site / "traced").string(), KUZET_PROGRAM, "run", "--config", site.configuration().string()},
                site / "log");
  INFO(site.log());
  if (!eventually([&] { return contains(site.log(), "watching with"); }, 30s) && contains(site.log(), "ptrace")) {
    WARN("skipped: strace may not trace here");
    return;
  }
  REQUIRE(eventually([&] { return !site.alerts().empty(); }, 60s));
  REQUIRE(eventually([&] { return contains(site.log(), "updated: fire"); }, 60s));  // the film is there
  (void)site.run("status");
  for (const auto& entry : std::filesystem::directory_iterator("/proc"))
    if (const auto id = entry.path().filename().string(); id.find_first_not_of("0123456789") == std::string::npos)
      if (contains(read_text(entry.path() / "status"), "PPid:\t" + std::to_string(agent.pid()) + "\n"))
        ::kill(static_cast<pid_t>(std::stol(id)), SIGTERM);
  CHECK(agent.wait(20s) == 0);
  const auto files = made(read_text(site / "traced"));
  CHECK(files.size() > 3);
  for (const auto& file : files) {
    CAPTURE(file);
    const bool allowed = file.starts_with(site.store().string()) || file.starts_with("/dev/");
    CHECK(allowed);
  }
}
