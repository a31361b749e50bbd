// SPDX-License-Identifier: Apache-2.0
// What one alert costs an SD card: bytes that reach the device, with those of the file system, at ten alerts a second.
#include "agent/run/credentials.hpp"
#include "tests/bench/bare_store.hpp"
#include "tests/bench/board.hpp"
#include "tests/bench/broker.hpp"
#include "tests/bench/figures.hpp"
#include "tests/bench/loop_disk.hpp"
#include "tests/bench/uplink.hpp"

#include <cstdio>
#include <fstream>
#include <future>
#include <thread>

namespace kuzet::bench {

namespace {

using namespace std::chrono_literals;

constexpr std::uint64_t alerts = 300;
constexpr std::uint64_t before = 1500;  // until the write-ahead log has its size and has been round once
constexpr auto every = 100ms;

/// Where it is counted: a device of its own or, without the right to have one, this process's writes.
class Counter {
 public:
  Counter(const std::filesystem::path& folder, bool own_disk) : folder_(folder) {
    if (own_disk) disk_.emplace();
  }
  [[nodiscard]] std::filesystem::path folder() const { return disk_ ? disk_->folder() : folder_; }
  [[nodiscard]] std::uint64_t written() const {
    if (disk_) return disk_->written();
    std::ifstream file("/proc/self/io");
    std::uint64_t value = 0;
    for (std::string name; file >> name >> value;)
      if (name == "write_bytes:") return value;
    return 0;
  }

 private:
  std::filesystem::path folder_;
  std::optional<LoopDisk> disk_;
};

/// Brings the write-ahead log into the database, so that each alert bears its part of that.
void write_back(const std::filesystem::path& database) {
  auto db = must(outbox::Database::open(database.string(), outbox::Database::Mode::write));
  must(db.execute("PRAGMA wal_checkpoint(PASSIVE)"));
}

/// Bytes for each alert of `work`, which takes them in, between two clean states of the database.
template <class Work>
double bytes_each(const Counter& counter, const std::filesystem::path& database, const Work& work) {
  write_back(database);
  const auto began = counter.written();
  work();
  write_back(database);
  return static_cast<double>(counter.written() - began) / alerts;
}

/// `take` takes an alert in, one each tenth of a second.
template <class Take>
double at_pace(const Counter& counter, const std::filesystem::path& database, const Take& take) {
  for (std::uint64_t i = 0; i < before; ++i) take(i);
  return bytes_each(counter, database, [&] {
    auto due = std::chrono::steady_clock::now();
    for (std::uint64_t i = before; i < before + alerts; ++i, due += every) {
      std::this_thread::sleep_until(due);
      take(i);
    }
  });
}

double of_bare_sqlite(const Counter& counter, Phase phase) {
  const auto bytes = stored_bytes(phase);
  BareStore store(counter.folder() / "bare");
  return at_pace(counter, counter.folder() / "bare/bare.db", [&](std::uint64_t) { store.commit(bytes.body); });
}

double of_store(const Counter& counter, Phase phase) {
  const auto all = board(counter.folder() / "store");
  const auto who = run::identity_of(all);
  const run::SystemClock clock;
  auto store = open_store(all);
  return at_pace(counter, counter.folder() / "store/kuzet.db",
                 [&](std::uint64_t i) { (void)must(store.record(draft_of(who, event(i, phase, clock.now())))); });
}

/// Alerts that open and close, on a whole board: with what notes that they were sent, with signed checkpoints, with the list of
/// open alerts. `ticks`: how often that is noted.
double of_board(const Counter& counter, const std::string& uplink, Duration ticks) {
  const auto folder = counter.folder() / "board";
  fill(board(folder), before);
  const auto all = board(folder, uplink);
  std::uint64_t number = before, acknowledged = 0;
  std::unique_ptr<Board> ours;
  const auto all_sent = [&](std::uint64_t events) { return uplink.empty() || acknowledged == events; };
  const auto stop_when_settled = [&](const outbox::Counts&) { ours->stop(); };
  const auto drain = [&] {
    if (all_sent(before)) ours->settle(stop_when_settled);
    return !all_sent(before);
  };
  const auto raise = [&] {
    if (number < before + alerts) return ours->record(event(number++, ours->now())), true;
    const bool over = ours->idle() && all_sent(number);
    if (over) ours->settle(stop_when_settled);
    return !over;
  };
  ours = std::make_unique<Board>(all, Board::Watcher{{}, {}, [&](std::uint64_t) { ++acknowledged; }, {}}, ticks);
  ours->each(every, drain);
  ours->run();
  return bytes_each(counter, folder / "kuzet.db", [&] {
    ours->each(every, raise);
    ours->run();
  });
}

}  // namespace

void measure_device(const UplinkRequest& request) {
  const Broker broker(Broker::Speaks::plain);
  struct Line {
    const char* what;
    std::function<double(const Counter&)> measure;
    double bytes = 0;
  };
  Line lines[] = {
      {"bare SQLite (WAL, FULL), the bytes that are sent", [](const Counter& on) { return of_bare_sqlite(on, Phase::closed); }},
      {"store, events that close (nothing to restore)", [](const Counter& on) { return of_store(on, Phase::closed); }},
      {"store, events that open (with what restores them)", [](const Counter& on) { return of_store(on, Phase::opened); }},
      {"board without uplink, opening and closing", [](const Counter& on) { return of_board(on, {}, 1s); }},
      {"board online, ten acknowledgements noted at once",
       [&](const Counter& on) { return of_board(on, broker.uplink(), 1s); }},
      {"board online, each acknowledgement noted by itself, as when alerts are rarer than one a second",
       [&](const Counter& on) { return of_board(on, broker.uplink(), every); }}};
  const bool own_disks = LoopDisk::possible();
  std::vector<std::future<void>> all;  // at once where each has a device of its own
  for (auto& line : lines)
    all.push_back(std::async(own_disks ? std::launch::async : std::launch::deferred, [&line, &request, own_disks] {
      const Counter counter(request.folder / "device", own_disks);
      line.bytes = line.measure(counter);
      if (!own_disks) std::filesystem::remove_all(counter.folder());
    }));
  for (auto& one : all) one.get();
  std::printf(
      "\nBytes on the device for one alert event, %llu events, one each 100 ms, the write-ahead log at its full size; %s.\n\n",
      static_cast<unsigned long long>(alerts),
      own_disks ? "ext4 on a loop device, sectors written"
                : "what this process gave to the disk, without the file system's own");
  print_head({"", "bytes an event", "/ bare SQLite"});
  for (const auto& line : lines) print_row({line.what, figure(line.bytes, 0), figure(line.bytes / lines[0].bytes)});
}

}  // namespace kuzet::bench
