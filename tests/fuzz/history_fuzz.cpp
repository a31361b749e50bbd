// SPDX-License-Identifier: Apache-2.0
// libFuzzer over the file of the history: whatever happened to its bytes, the agent starts with it, keeps its next minute, and
// reports read it or say why not, without a crash and without an end that never comes. Run as `history_fuzz -max_len=96
// CORPUS`.
#include "agent/outbox/history.hpp"
#include "tests/fuzz/damage.hpp"

#include <unistd.h>

#include <array>
#include <cstdio>
#include <cstdlib>

namespace kuzet::fuzz {

namespace {

namespace o = kuzet::outbox;
using std::chrono::hours;
using std::chrono::minutes;

/// Minutes from 2026-11-22T00:00:00Z.
Moment at(int minute, ClockState clock = ClockState::synced) {
  return {Steady(hours(1) + minutes(minute)), Wall(std::chrono::milliseconds(1795305600000) + minutes(minute)), clock};
}

[[noreturn]] void give_up(const std::string& why) {
  std::fprintf(stderr, "history_fuzz: %s\n", why.c_str());
  std::abort();
}

template <class T>
void must(const Result<T>& result, const char* doing) {
  if (!result) give_up(std::string(doing) + ": " + result.error().what);
}

o::HistoryOptions options_for(const std::filesystem::path& folder, const std::string& boot) {
  o::HistoryOptions options;
  options.folder = folder;
  options.keep_free = 0;
  options.boot_id = boot;
  return options;
}

void keep(o::History& history, int minute, ClockState clock = ClockState::synced) {
  Figures some;
  some.add(minute % 7), some.add(20.1);
  const auto begun = at(minute, clock);
  const std::array figures{MinuteFigures{"air", "temperature", "degC", begun, some, {}},
                           MinuteFigures{"air", "pm2_5", "ug/m3", begun, some, {}}};
  must(history.add(figures, at(minute + 1, clock)), "add");
  const std::array counts{o::Count{"school", "entry", 3, 5, begun}};
  must(history.count(counts, begun), "count");
}

/// A history with something in every table, part of it still in the write-ahead log.
Files seed() {
  const test::TempFolder folder;
  {
    auto history = o::History::open(options_for(folder.path(), "boot-a"));
    must(history, "open");
    for (int minute = 0; minute < 3 * 1440; minute += 47) keep(*history, minute);
    must(history->answered("alert-1", at(3 * 1440)), "answered");
  }
  auto history = o::History::open(options_for(folder.path(), "boot-b"));
  must(history, "open again");
  for (int minute = 3 * 1440; minute < 3 * 1440 + 10; ++minute) keep(*history, minute, ClockState::unsynced);
  auto files = files_in(folder.path());
  files.erase("history.db-shm");
  return files;
}

void read_all(o::HistoryView& view, Wall from, Wall to) {
  for (const auto* channel : {"temperature", "pm2_5"})
    for (const auto resolution : {o::Resolution::minute, o::Resolution::hour})
      if (const auto points = view.series("air", channel, from, to, resolution))
        for (const auto& point : *points)
          if (point.at < from || point.at >= to) give_up("a point from another time");
  (void)view.counts(from, to);
  (void)view.watched(from, to);
  (void)view.first_watched();
  (void)view.answers(from, to);
}

void report(const std::filesystem::path& folder) {
  (void)o::read_history(folder, [](o::HistoryView& view) -> Result<> {
    read_all(view, at(0).wall, at(6 * 1440).wall);
    return {};
  });
}

/// The next minutes are kept, whatever the file was like: by the clock of the board first, then by the right one.
void run_agent(const std::filesystem::path& folder) {
  auto history = o::History::open(options_for(folder, "boot-b"));
  must(history, "open");
  const int now = 4 * 1440;
  keep(*history, now, ClockState::unsynced);
  keep(*history, now + 1);
  keep(*history, now + 1 + 60);
  keep(*history, now + 1 + 1440);
  const auto point = history->series("air", "temperature", at(now + 1441).wall, at(now + 1442).wall, o::Resolution::minute);
  must(point, "series");
  if (point->size() > 1) give_up("the newest minute is there more than once");  // none: the page had lost its order
  (void)history->bytes();
  (void)history->news();
}

std::filesystem::path scratch() {
  const std::filesystem::path memory = "/dev/shm";
  const auto base = std::filesystem::is_directory(memory) ? memory : std::filesystem::temp_directory_path();
  return base / ("kuzet-history-fuzz-" + std::to_string(::getpid()));
}

void run(std::span<const std::uint8_t> input) {
  static const Files whole = seed();
  static const auto folder = scratch();
  auto files = whole;
  damage(files, input, {"history.db", "history.db", "history.db-wal", "history.db"});
  put_files(folder, files);
  report(folder);
  run_agent(folder);
  report(folder);
  std::error_code left;
  std::filesystem::remove_all(folder, left);
}

}  // namespace

}  // namespace kuzet::fuzz

// The linker knows the function by this name (llvm.org/docs/LibFuzzer.html).
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  kuzet::fuzz::run({data, size});
  return 0;
}
