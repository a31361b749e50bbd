// SPDX-License-Identifier: Apache-2.0
// The history attacked on purpose: kills, garbage, a full disk, a budget, wrong clocks; and what it costs.
#include "agent/outbox/history.hpp"

#include "tests/harness/catch.hpp"
#include "tests/harness/moments.hpp"
#include "tests/harness/small_disk.hpp"
#include "tests/harness/temp_folder.hpp"

#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <fstream>

namespace kuzet::outbox {

namespace {

using test::at;
using test::TempFolder;

HistoryOptions options_for(const std::filesystem::path& folder) {
  HistoryOptions options;
  options.folder = folder;
  options.keep_free = 0;
  options.boot_id = "boot-a";
  return options;
}

History opened(const HistoryOptions& options) {
  auto history = History::open(options);
  return std::move(history.value());
}

/// Values of `count` channels that look like measured ones, in the minute that begins `minute` minutes from the start.
std::vector<MinuteFigures> figures(int minute, int count) {
  std::vector<MinuteFigures> out;
  for (int i = 0; i < count; ++i) {
    MinuteFigures one{"sensor-" + std::to_string(i / 5), "channel_" + std::to_string(i % 5), "degC", at(minute * 60.0), {}, {}};
    for (int k = 0; k < 5; ++k) one.figures.add((200 + (minute * 7 + i * 13 + k * 3) % 97) * 0.1);
    out.push_back(std::move(one));
  }
  return out;
}

Result<> add(History& history, int minute, int count = 20) {
  return history.add(figures(minute, count), at(minute * 60.0 + 62));
}

std::size_t minutes_of(History& history, const std::string& sensor = "sensor-0") {
  return history.series(sensor, "channel_0", at(-1e9).wall, at(1e9).wall, Resolution::minute).value().size();
}

void spoil(const std::filesystem::path& file, std::streamoff from, std::size_t bytes) {
  std::fstream stream(file, std::ios::in | std::ios::out | std::ios::binary);
  stream.seekp(from);
  stream << std::string(bytes, '\x5a');
}

/// Runs a child that adds minutes for ever and reports each, and kills it after so many; which minute was the last reported.
int killed_after(const HistoryOptions& options, int first, int reports) {
  int ends[2];
  REQUIRE(::pipe(ends) == 0);
  const pid_t child = ::fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    auto history = History::open(options);
    for (int i = first; history && add(*history, i); ++i)
      if (::write(ends[1], &i, sizeof i) != sizeof i) break;
    ::_exit(1);
  }
  ::close(ends[1]);
  int last = 0, minute = 0;
  for (int i = 0; ::read(ends[0], &minute, sizeof minute) == sizeof minute; last = minute)
    if (++i == reports) ::kill(child, SIGKILL);
  ::close(ends[0]);
  int status = 0;
  REQUIRE(::waitpid(child, &status, 0) == child);
  return last;
}

}  // namespace

TEST_CASE("every minute that a killed process reported is there", "[sensors][history][kill]") {
  const TempFolder folder;
  int next = 0;
  for (const int reports : {1, 3, 40, 7, 90}) {
    const int last = killed_after(options_for(folder.path()), next, reports);
    auto history = opened(options_for(folder.path()));
    CHECK(minutes_of(history) >= static_cast<std::size_t>(last + 1));
    CHECK(history.news().empty());
    next = last + 2;  // the next may be there, though it was not reported
    add(history, last + 1).value();
  }
}

TEST_CASE("a log that a power cut left torn costs its last minutes alone", "[sensors][history][kill]") {
  const TempFolder folder;
  const int last = killed_after(options_for(folder.path()), 0, 30);
  const auto log = folder / "history.db-wal";
  std::filesystem::resize_file(log, std::filesystem::file_size(log) * 2 / 3);
  auto history = opened(options_for(folder.path()));
  const auto left = minutes_of(history);
  CHECK(left > 5);
  CHECK(left < static_cast<std::size_t>(last) + 1);
  CHECK(history.news().empty());
  add(history, 100).value();
  CHECK(minutes_of(history) == left + 1);
}

TEST_CASE("a history that cannot be read is set aside with a sentence, and a fresh one goes on", "[sensors][history][K7]") {
  const TempFolder folder;
  test::write_file(folder / "history.db", std::string(20'000, 'x'));
  auto history = opened(options_for(folder.path()));
  const auto news = history.news();
  REQUIRE(news.size() == 1);
  CHECK(news[0].starts_with("history: it could not be read ("));
  CHECK(news[0].find("set aside as " + (folder / "history.db.unreadable-1").string()) != std::string::npos);
  add(history, 1).value();
  CHECK(minutes_of(history) == 1);
}

TEST_CASE("damage that is found while running is told and never stops it, wherever it lies", "[sensors][history][K7]") {
  const TempFolder folder;
  const auto file = folder / "history.db";
  int set_aside = 0, passed_over = 0;
  for (int page = 0; page < 40; page += 3) {
    std::filesystem::remove_all(folder.path());
    std::filesystem::create_directory(folder.path());
    {
      auto history = opened(options_for(folder.path()));
      for (int i = 0; i < 200; i += 10) add(history, i, 100).value();
    }
    if (static_cast<std::uintmax_t>(page) * 4096 >= std::filesystem::file_size(file)) break;
    spoil(file, page % 2 == 0 ? page * 4096 : page * 4096 + 2000, page % 2 == 0 ? 4096 : 60);
    CAPTURE(page);
    auto history = opened(options_for(folder.path()));
    for (int i = 200; i < 1700; i += 50) add(history, i, 100).value();
    minutes_of(history);  // reads all, and finds it at the latest
    add(history, 1700).value();
    CHECK(minutes_of(history) >= 1);
    for (const auto& line : history.news()) ++(line.starts_with("history: it could not be read") ? set_aside : passed_over);
  }
  CHECK(set_aside > 2);
  CHECK(passed_over > 2);
}

TEST_CASE("counts and hours of a damaged history go on in the fresh one", "[sensors][history][K7]") {
  const TempFolder folder;
  {
    auto history = opened(options_for(folder.path()));
    for (int i = 0; i < 2 * 1440; i += 5) add(history, i, 20).value();
    history.count(std::array{Count{"school", "meal", 80, 0, at(0)}}, at(0)).value();
  }
  outbox::Database db = Database::open((folder / "history.db").string(), Database::Mode::write).value();
  auto root = db.prepare("SELECT rootpage FROM sqlite_schema WHERE name = 'minute'");
  root.step().value();
  spoil(folder / "history.db", (root.integer(0) - 1) * 4096, 4096);
  auto history = opened(options_for(folder.path()));
  add(history, 2 * 1440 + 10, 20).value();
  REQUIRE(history.news().size() == 1);
  CHECK(minutes_of(history) == 1);
  CHECK(history.counts(at(-7200).wall, at(7200).wall).value().at(0).n == 80);
  CHECK(history.series("sensor-0", "channel_0", at(-1e6).wall, at(1e6).wall, Resolution::hour).value().size() >= 48);
}

TEST_CASE("the history leaves the disk's reserve to alerts", "[sensors][history][K4]") {
  const test::SmallDisk disk(8);
  if (!disk.mounted) {
    WARN("no right to mount; skipped");
    return;
  }
  auto options = options_for(disk.folder.path());
  options.keep_free = 4U << 20;
  auto history = opened(options);
  int minute = 0;
  Result<> kept;
  for (; minute < 5000 && kept; ++minute) kept = add(history, minute, 200);
  REQUIRE(!kept);
  CHECK(kept.error().code == Code::full);
  CHECK(kept.error().what == "history: only 4 MiB are free; keep_free holds them back for alerts");
  CHECK(std::filesystem::space(disk.folder.path()).available >= (4U << 20) - (512U << 10));
  const auto there = minutes_of(history);
  REQUIRE(disk.grow(16));
  add(history, minute + 1, 200).value();
  CHECK(minutes_of(history) == there + 1);
}

TEST_CASE("a disk that is full to the last page costs minutes and nothing else", "[sensors][history][K4]") {
  const test::SmallDisk disk(8);
  if (!disk.mounted) {
    WARN("no right to mount; skipped");
    return;
  }
  auto history = opened(options_for(disk.folder.path()));
  for (int i = 0; i < 20; ++i) add(history, i, 200).value();
  disk.fill();
  for (int i = 20; i < 60; ++i) CHECK(!add(history, i, 200));
  disk.make_room();
  add(history, 61, 200).value();
  CHECK(minutes_of(history) == 21);
  CHECK(history.news().empty());
}

TEST_CASE("beyond the budget the oldest minutes go first, and hours stay", "[sensors][history]") {
  const TempFolder folder;
  auto options = options_for(folder.path());
  options.budget = 1500U << 10;
  auto history = opened(options);
  for (int i = 0; i < 9 * 1440; i += 3) add(history, i, 10).value();
  CHECK(history.bytes().value() < (1500U << 10) + (100U << 10));
  const auto minutes = history.series("sensor-0", "channel_0", at(-1e9).wall, at(1e9).wall, Resolution::minute).value();
  const auto hours = history.series("sensor-0", "channel_0", at(-1e9).wall, at(1e9).wall, Resolution::hour).value();
  CHECK(minutes.front().at > at(86400).wall);
  CHECK(minutes.size() >= 2 * 480);
  CHECK(hours.size() >= 9 * 24);
}

TEST_CASE("a clock that is never set does not fill the disk beyond the budget", "[sensors][history][clock]") {
  const TempFolder folder;
  auto options = options_for(folder.path());
  options.budget = 1500U << 10;
  auto history = opened(options);
  const auto unset = [](Moment moment) {
    moment.clock = ClockState::unsynced;
    return moment;
  };
  for (int i = 0; i < 6000; ++i) {
    auto minute = figures(i, 10);
    for (auto& one : minute) one.at = unset(one.at);
    history.add(minute, unset(at(i * 60.0 + 62))).value();
  }
  CHECK(history.bytes().value() < (1500U << 10) + (100U << 10));
  add(history, 6000, 10).value();
  CHECK(minutes_of(history) > 1500);
}

TEST_CASE("a clock that is wrong by years for two hours takes hours of the past, not all of it", "[sensors][history][clock]") {
  const TempFolder folder;
  auto history = opened(options_for(folder.path()));
  for (int i = 0; i < 3 * 1440; i += 2) add(history, i, 5).value();
  const auto before = minutes_of(history);
  constexpr int ten_years = 3650 * 1440;
  for (int i = 0; i < 120; ++i) add(history, ten_years + i, 5).value();
  for (int i = 3 * 1440; i < 3 * 1440 + 120; ++i) add(history, i, 5).value();
  CHECK(minutes_of(history) >= before + 240 - 3 * 120);
}

}  // namespace kuzet::outbox
