// SPDX-License-Identifier: Apache-2.0
// What is remembered of readings and counts, by minute, by hour and over months.
#include "agent/outbox/history.hpp"

#include "tests/harness/catch.hpp"
#include "tests/harness/moments.hpp"
#include "tests/harness/stores.hpp"
#include "tests/harness/temp_folder.hpp"

#include <cmath>
#include <fstream>
#include <iostream>

namespace kuzet::outbox {

namespace {

using test::TempFolder;

HistoryOptions options_for(const TempFolder& folder) {
  HistoryOptions options;
  options.folder = folder.path();
  options.keep_free = 0;
  options.boot_id = "boot-a";
  return options;
}

History opened(const HistoryOptions& options) {
  auto history = History::open(options);
  return std::move(history.value());
}

/// 2026-11-22T00:00:00Z and so many minutes, and a steady clock that goes with it.
constexpr double midnight = -(4 * 3600 + 30 * 60 + 58);
Moment minute(double n, ClockState clock = ClockState::synced) {
  auto out = test::at(midnight + n * 60);
  out.clock = clock;
  return out;
}

MinuteFigures figures(const std::string& sensor, const std::string& channel, const Moment& at, double value,
                      std::uint32_t n = 60) {
  Figures some;
  some.n = n;
  some.least = value - 1, some.mean = value, some.most = value + 1, some.last = value + 0.1;
  return {sensor, channel, "degC", at, some, {}};
}

void add(History& history, double at, double value) {
  history.add(std::array{figures("air", "temperature", minute(at), value)}, minute(at + 1)).value();
}

std::vector<Point> series(History& history, double from, double to, Resolution resolution) {
  return history.series("air", "temperature", minute(from).wall, minute(to).wall, resolution).value();
}

}  // namespace

TEST_CASE("a minute is remembered as it was", "[sensors][history]") {
  const TempFolder folder;
  auto history = opened(options_for(folder));
  add(history, 10, 21.3);
  add(history, 11, 22);
  const auto points = series(history, 0, 60, Resolution::minute);
  REQUIRE(points.size() == 2);
  CHECK(points[0].at == minute(10).wall);
  CHECK(points[0].figures.n == 60);
  CHECK(points[0].figures.least == 21.3 - 1);
  CHECK(points[0].figures.mean == 21.3);
  CHECK(points[0].figures.most == 21.3 + 1);
  CHECK(points[0].figures.last == 21.3 + 0.1);
  CHECK(points[1].figures.mean == 22);
  CHECK(series(history, 11, 12, Resolution::minute).size() == 1);
  CHECK(series(history, 12, 60, Resolution::minute).empty());
  CHECK(history.series("air", "humidity", minute(0).wall, minute(60).wall, Resolution::minute).value().empty());
}

TEST_CASE("a minute in which nothing was good is remembered as such", "[sensors][history]") {
  const TempFolder folder;
  auto history = opened(options_for(folder));
  MinuteFigures dead{"air", "temperature", "degC", minute(3), {}, "too old"};
  dead.figures.bad = 7;
  history.add(std::array{dead}, minute(4)).value();
  const auto points = series(history, 0, 60, Resolution::minute);
  REQUIRE(points.size() == 1);
  CHECK(points[0].figures.n == 0);
  CHECK(points[0].figures.bad == 7);
  CHECK(std::isnan(points[0].figures.mean));
}

TEST_CASE("hours say the same whether they run, are over, or lie days back, also after a restart", "[sensors][history]") {
  const TempFolder folder;
  std::optional<History> history = opened(options_for(folder));
  for (int i = 0; i < 3 * 1440 + 90; ++i) {
    add(*history, i, i % 60);
    if (i % 1000 == 999) history.emplace(opened(options_for(folder)));
  }
  const auto hours = series(*history, 0, 4 * 1440, Resolution::hour);
  REQUIRE(hours.size() == 3 * 24 + 2);
  for (std::size_t i = 0; i < hours.size(); ++i) {
    CAPTURE(i);
    CHECK(hours[i].at == minute(60.0 * static_cast<double>(i)).wall);
    const bool half = i + 1 == hours.size();
    CHECK(hours[i].figures.n == (half ? 30 : 60) * 60);
    CHECK(std::abs(hours[i].figures.mean - (half ? 14.5 : 29.5)) < 1e-9);
    CHECK(hours[i].figures.least == -1);
    CHECK(hours[i].figures.most == (half ? 30 : 60));
    CHECK(hours[i].figures.last == (half ? 29.1 : 59.1));
  }
  CHECK(series(*history, 60, 180, Resolution::hour).size() == 2);
}

TEST_CASE("a minute that comes twice is added up, and so is its hour when that was over", "[sensors][history][clock]") {
  const TempFolder folder;
  auto history = opened(options_for(folder));
  for (int i = 0; i < 2 * 1440; ++i) add(history, i, 10);
  // The wall clock goes back by a day and a half, the steady one does not.
  for (int i = 720; i < 730; ++i) {
    auto at = minute(i), now = minute(i + 1);
    at.steady += std::chrono::hours(36), now.steady += std::chrono::hours(36);
    history.add(std::array{figures("air", "temperature", at, 40)}, now).value();
  }
  const auto again = series(history, 720, 730, Resolution::minute);
  REQUIRE(again.size() == 10);
  CHECK(again[0].figures.n == 120);
  CHECK(again[0].figures.mean == 25);
  const auto at_noon = [&] { return series(history, 720, 780, Resolution::hour).at(0).figures; };
  CHECK(at_noon().n == 70 * 60);
  add(history, 2 * 1440 + 1, 10);  // and forth again
  CHECK(at_noon().n == 70 * 60);
  CHECK(std::abs(at_noon().mean - (60 * 10 + 10 * 40) / 70.0) < 1e-9);
  add(history, 3 * 1440 + 1, 10);
  CHECK(at_noon().n == 70 * 60);
  CHECK(series(history, 660, 720, Resolution::hour).at(0).figures.n == 60 * 60);
}

TEST_CASE("minutes from before the clock was set get their time when it is, over a restart of the agent",
          "[sensors][history][clock]") {
  const TempFolder folder;
  std::optional<History> history = opened(options_for(folder));
  for (int i = 0; i < 90; ++i) {
    auto at = minute(i, ClockState::unsynced), now = minute(i + 1, ClockState::unsynced);
    at.wall -= std::chrono::hours(24 * 365 * 50), now.wall -= std::chrono::hours(24 * 365 * 50);
    history->add(std::array{figures("air", "temperature", at, i)}, now).value();
    history->count(std::array{Count{"school", "entry", 2, 0, at}}, now).value();
    if (i == 40) history.emplace(opened(options_for(folder)));
  }
  CHECK(series(*history, -10, 100, Resolution::minute).empty());
  add(*history, 91, 91);
  const auto points = series(*history, -10, 100, Resolution::minute);
  REQUIRE(points.size() == 91);
  CHECK(std::abs((points[0].at - minute(0).wall) / std::chrono::seconds(1)) <= 60);
  CHECK(points[89].figures.mean == 89);
  CHECK(series(*history, -60, 120, Resolution::hour).size() >= 2);
  std::uint64_t entries = 0;
  for (const auto& one : history->counts(minute(-120).wall, minute(180).wall).value()) entries += one.n;
  CHECK(entries == 180);
  CHECK(history->news().empty());
}

TEST_CASE("what an earlier boot could never date is given up, and told", "[sensors][history][clock]") {
  const TempFolder folder;
  auto options = options_for(folder);
  {
    auto history = opened(options);
    history.add(std::array{figures("air", "temperature", minute(0, ClockState::unsynced), 1)}, minute(1, ClockState::unsynced))
        .value();
  }
  options.boot_id = "boot-b";
  auto history = opened(options);
  add(history, 50, 2);
  CHECK(series(history, -100, 100, Resolution::minute).size() == 1);
  const auto news = history.news();
  REQUIRE(news.size() == 1);
  CHECK(news[0].find("of an earlier start, whose clock was never set, have no time and were given up") != std::string::npos);
  CHECK(history.news().empty());
}

TEST_CASE("counts add up by the hour and keep their peak", "[sensors][history][access]") {
  const TempFolder folder;
  auto history = opened(options_for(folder));
  history.count(std::array{Count{"school", "entry", 2, 0, minute(1)}, Count{"school", "inside", 0, 17, minute(1)}}, minute(2))
      .value();
  history
      .count(std::array{Count{"school", "entry", 1, 0, minute(59)}, Count{"school", "inside", 0, 11, minute(59)}}, minute(60))
      .value();
  history.count(std::array{Count{"school", "entry", 5, 0, minute(60)}}, minute(60)).value();
  const auto counts = history.counts(minute(0).wall, minute(60).wall).value();
  REQUIRE(counts.size() == 2);
  CHECK(counts[0].what == "entry");
  CHECK(counts[0].n == 3);
  CHECK(counts[1].what == "inside");
  CHECK(counts[1].peak == 17);
  CHECK(history.counts(minute(60).wall, minute(120).wall).value().at(0).n == 5);
}

TEST_CASE("the board knows in which minutes it watched", "[sensors][history]") {
  const TempFolder folder;
  auto history = opened(options_for(folder));
  for (double i = 0; i < 10; i += 1.02) history.add({}, minute(i)).value();  // a tick that is late each time misses no minute
  history.add({}, minute(30)).value();
  history.answered("01J", minute(31)).value();
  history.answered("01J", minute(35)).value();
  read_history(folder.path(), [](HistoryView& view) -> Result<> {
    const auto watched = view.watched(minute(0).wall, minute(60).wall).value();
    REQUIRE(watched.size() == 1);
    CHECK(watched[0].minutes == (0x3ffU | std::uint64_t{1} << 30));
    CHECK(view.first_watched().value() == minute(0).wall);
    const auto answers = view.answers(minute(0).wall, minute(60).wall).value();
    REQUIRE(answers.size() == 1);
    CHECK(answers[0].at == minute(31).wall);
    return {};
  }).value();
}

TEST_CASE("the store gives its history, and both go their own ways", "[sensors][history]") {
  const TempFolder folder;
  auto store = test::open_store(test::options_for(folder.path()));
  History* history = store.history().value();
  add(*history, 1, 20);
  CHECK(store.history().value() == history);
  CHECK(store.record(test::event_of("a1")).value().seq == 1);
  CHECK(series(*history, 0, 10, Resolution::minute).size() == 1);
}

}  // namespace kuzet::outbox
