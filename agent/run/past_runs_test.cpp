// SPDX-License-Identifier: Apache-2.0
// What is found out about a run that is over: from the store, from systemd, from the boot.
#include "agent/run/past_runs.hpp"
#include "tests/harness/catch.hpp"
#include "tests/harness/temp_folder.hpp"

#include <filesystem>
#include <fstream>
#include <map>

namespace kuzet::run {

namespace {

using namespace std::chrono_literals;

Moment at(Duration since, ClockState clock = ClockState::synced) {
  return {Steady(10h) + since, Wall(480000h) + std::chrono::duration_cast<std::chrono::milliseconds>(since), clock};
}

/// The store's facts over several runs.
struct Store {
  std::map<std::string, std::string> kept;
  [[nodiscard]] Facts facts() const { return {kept.begin(), kept.end()}; }
  Remember remember = [this](const std::string& name, const std::string& value) { kept[name] = value; };
};

Ending told(const std::string& result, const std::string& code, const std::string& status, Duration when = 60s) {
  return {result, code, status, false, at(when).wall, in_seconds(at(when).steady.time_since_epoch()), 1};
}

/// A run from 0 s on that ended at 60 s as `ending` says, and the one after it.
PastRuns after(const std::optional<Ending>& ending, std::uint64_t kills = 0, const std::string& boot = "boot-1") {
  Store store;
  PastRuns({}, {"boot-1", {}, 0}, at(0s)).begin(store.remember, at(0s));
  return PastRuns(store.facts(), {boot, ending, kills}, at(70s));
}

std::string why(const PastRuns& runs) {
  const auto fault = runs.fault(at(71s));
  return fault ? std::string(fault->at("why").as_string()) : "";
}

std::function<std::optional<std::string>(const std::string&)> environment(std::map<std::string, std::string> of) {
  return [of = std::move(of)](const std::string& name) {
    const auto found = of.find(name);
    return found == of.end() ? std::nullopt : std::optional(found->second);
  };
}

}  // namespace

TEST_CASE("the first run, and one after an orderly stop, have nothing to tell", "[service]") {
  Store store;
  PastRuns first({}, {"boot-1", {}, 0}, at(0s));
  CHECK_FALSE(first.fault(at(1s)));
  first.begin(store.remember, at(0s));
  first.end(store.remember, "", at(60s));
  const PastRuns next(store.facts(), {"boot-2", {}, 0}, at(70s));
  CHECK_FALSE(next.fault(at(71s)));
  CHECK(next.about(at(71s)).at("last_24h") == 0);
}

TEST_CASE("why a run ended is told apart", "[service][K7]") {
  CHECK(why(after(std::nullopt, 0, "boot-2")) == "power");
  CHECK(why(after(told("watchdog", "dumped", "ABRT"))) == "watchdog");
  CHECK(why(after(told("timeout", "killed", "KILL"))) == "watchdog");
  CHECK(why(after(told("oom-kill", "killed", "KILL"))) == "memory");
  CHECK(why(after(told("core-dump", "dumped", "SEGV"))) == "crash");
  CHECK(why(after(told("signal", "killed", "SEGV"))) == "crash");
  CHECK(why(after(told("signal", "killed", "KILL"))) == "killed");
  CHECK(why(after(told("signal", "killed", "KILL"), 1)) == "memory");  // the board's own killer of memory struck meanwhile
  CHECK(why(after(told("exit-code", "exited", "1"))) == "failed");
  CHECK(why(after(std::nullopt)) == "killed");
  auto in_group = told("signal", "killed", "KILL");
  in_group.memory = true;
  CHECK(why(after(in_group)) == "memory");
}

TEST_CASE("what systemd said before a run began is not said of it", "[service]") {
  CHECK(why(after(told("watchdog", "dumped", "ABRT", -60s))) == "killed");
}

TEST_CASE("a run that ended itself says why", "[service]") {
  Store store;
  PastRuns run({}, {"boot-1", {}, 0}, at(0s));
  run.begin(store.remember, at(0s));
  run.end(store.remember, "camera yard: its driver does not come back", at(60s));
  const PastRuns next(store.facts(), {"boot-1", told("exit-code", "exited", "1"), 0}, at(70s));
  CHECK(why(next) == "hung");
  CHECK(next.fault(at(71s))->at("what").as_string() == "the agent was begun anew because camera yard: its driver does not come back");
}

TEST_CASE("restarts are counted over a day, shown for ten minutes, and the last sign of life is told", "[service]") {
  Store store;
  PastRuns({}, {"boot-1", {}, 0}, at(0s)).begin(store.remember, at(0s));
  for (auto t = 1h; t <= 30h; t += 1h) {
    PastRuns run(store.facts(), {"boot-1", {}, 0}, at(t));
    run.begin(store.remember, at(t));
  }
  PastRuns last(store.facts(), {"boot-2", {}, 0}, at(30h + 30min));
  const auto fault = last.fault(at(30h + 31min));
  REQUIRE(fault);
  CHECK(fault->at("count") == 25);  // 7 h to 30 h, and this one
  CHECK(fault->at("last_seen").as_string() == rfc3339(at(30h).wall));
  CHECK_FALSE(last.fault(at(30h + 41min)));
  CHECK(last.about(at(30h + 41min)).at("last_24h") == 25);
  CHECK(last.about(at(30h + 41min)).at("why").as_string() == "power");
}

TEST_CASE("a sign of life goes to the store each ten minutes and no oftener", "[service]") {
  int written = 0;
  const Remember remember = [&](const std::string&, const std::string&) { ++written; };
  PastRuns run({}, {"boot-1", {}, 0}, at(0s));
  run.begin(remember, at(0s));
  for (auto t = 1s; t <= 1h; t += 1s) run.tick(remember, at(t));
  CHECK(written == 7);
}

TEST_CASE("a restart before the clock was set is dated right once it is", "[service]") {
  Store store;
  PastRuns({}, {"boot-1", {}, 0}, at(0s)).begin(store.remember, at(0s));
  const Moment begun{Steady(20s), Wall(10s), ClockState::unsynced};
  PastRuns next(store.facts(), {"boot-2", {}, 0}, begun);
  next.begin(store.remember, begun);
  next.tick(store.remember, {Steady(80s), at(1h).wall, ClockState::synced});
  CHECK(next.about(at(1h)).at("at").as_string() == rfc3339(at(1h - 60s).wall));
  CHECK(next.about(at(1h)).at("last_24h") == 1);
}

TEST_CASE("facts that cannot be read are as if there were none", "[service]") {
  const auto text = GENERATE(std::string("{"), std::string("[]"), std::string("7"), std::string(""));
  const PastRuns runs({{"run/now", text}, {"run/restarts", text}}, {"boot-1", {}, 0}, at(0s));
  CHECK_FALSE(runs.fault(at(1s)));
  CHECK(runs.about(at(1s)).at("last_24h") == 0);
  const PastRuns odd({{"run/restarts", "[7, {}, {\"at\": \"x\"}]"}}, {"boot-1", {}, 0}, at(0s));
  CHECK(odd.about(at(1s)).at("last_24h") == 0);
}

TEST_CASE("an end is written down as systemd tells it and read back", "[service]") {
  const test::TempFolder folder;
  CHECK_FALSE(read_ending(folder / ""));
  const auto of = environment({{"SERVICE_RESULT", "watchdog"}, {"EXIT_CODE", "dumped"}, {"EXIT_STATUS", "ABRT"}});
  REQUIRE(write_ending(folder / "", ending_of(of, std::nullopt, true, at(5s))).has_value());
  const auto back = read_ending(folder / "");
  REQUIRE(back);
  CHECK(back->result == "watchdog");
  CHECK(back->status == "ABRT");
  CHECK(back->memory);
  CHECK(back->at == at(5s).wall);
  CHECK(back->in_a_row == 1);
  std::ofstream(folder / "ended.json") << "{\"at\": 3}";
  CHECK_FALSE(read_ending(folder / ""));
  CHECK(write_ending(folder / "nowhere", *back).has_error());
}

TEST_CASE("starts after ends in a row come ever more slowly, at most a minute apart, and for ever", "[service]") {
  const auto failed = environment({{"SERVICE_RESULT", "exit-code"}});
  std::optional<Ending> last;
  std::vector<double> pauses;
  Duration now = 0s;
  for (int i = 0; i < 2000; ++i) {
    last = ending_of(failed, last, false, at(now));
    const auto pause = pause_after(*last, at(now));
    if (i < 9) pauses.push_back(in_seconds(pause));
    CHECK(pause <= 60s);
    now += pause + 3s;
  }
  CHECK(pauses == std::vector<double>{0, 4, 8, 16, 32, 60, 60, 60, 60});
  // A run that lasted begins a new row, as does an end that was asked for.
  CHECK(ending_of(failed, last, false, at(now + 11min)).in_a_row == 1);
  const auto stopped = ending_of(environment({{"SERVICE_RESULT", "success"}}), last, false, at(now));
  CHECK(stopped.in_a_row == 0);
  CHECK(ending_of(failed, stopped, false, at(now + 1s)).in_a_row == 1);
  CHECK(pause_after(stopped, at(now)) == Duration{});
}

TEST_CASE("time that has passed since the end counts, and the clock of another boot does not", "[service]") {
  Ending last = told("exit-code", "exited", "1", 0s);
  last.in_a_row = 4;
  CHECK(pause_after(last, at(10s)) == 6s);
  CHECK(pause_after(last, at(20s)) == Duration{});
  CHECK(pause_after(last, at(-1h)) == 16s);
}

TEST_CASE("the killer of memory is found in the own control group, of either kind", "[service]") {
  const test::TempFolder folder;
  const auto write = [&](const std::string& name, const std::string& text) {
    std::filesystem::create_directories((folder / name).parent_path());
    std::ofstream(folder / name) << text;
  };
  write("proc/self/cgroup", "9:name=systemd:/\n4:memory:/a.slice/k.service\n0::/b.slice/k.service\n");
  CHECK_FALSE(memory_was_killed(folder / "proc", folder / "groups"));
  write("groups/memory/a.slice/k.service/memory.oom_control", "oom_kill_disable 0\nunder_oom 0\noom_kill 0\n");
  write("groups/b.slice/k.service/memory.events", "low 0\nhigh 12\nmax 3\noom 0\noom_kill 0\n");
  CHECK_FALSE(memory_was_killed(folder / "proc", folder / "groups"));
  SECTION("1") {
    write("groups/memory/a.slice/k.service/memory.oom_control", "oom_kill_disable 0\nunder_oom 0\noom_kill 2\n");
    CHECK(memory_was_killed(folder / "proc", folder / "groups"));
  }
  SECTION("2") {
    write("groups/b.slice/k.service/memory.events", "low 0\nhigh 12\nmax 3\noom 1\noom_kill 1\n");
    CHECK(memory_was_killed(folder / "proc", folder / "groups"));
  }
  write("proc/vmstat", "nr_free_pages 3\noom_kill 5\n");
  CHECK(killed_for_memory(folder / "proc") == 5);
}

}  // namespace kuzet::run
