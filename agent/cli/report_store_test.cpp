// SPDX-License-Identifier: Apache-2.0
// Reports over a real journal: what is open, what lies across the borders, a store without history, and a large one.
#include "agent/cli/report.hpp"

#include "agent/outbox/history.hpp"
#include "tests/harness/catch.hpp"
#include "tests/harness/stores.hpp"
#include "tests/harness/temp_folder.hpp"

#include <cstdlib>

namespace kuzet::cli {

namespace {

using test::at;
using test::TempFolder;

constexpr double day = 86400;

/// An event of an alert that began at `begin` seconds and is told at `second`.
outbox::Draft event(const std::string& id, const std::string& kind, double begin, double second, Phase phase,
                    std::optional<double> ended = {}) {
  auto draft = test::event_of(id, second, phase);
  draft.kind = kind;
  draft.body = [=](const outbox::Stamp& stamp) {
    return test::body_of(
        stamp, R"("id":")" + id + R"(","kind":")" + kind + R"(","severity":"high","source":"yard","zone":"bins","started":")" +
                   rfc3339(at(begin).wall) + R"(","confirmed":")" + rfc3339(at(begin + 60).wall) + R"(","ended":)" +
                   (ended ? "\"" + rfc3339(at(*ended).wall) + "\"" : "null") + R"(,"measure":{"fault":"offline"})");
  };
  return draft;
}

/// Many events at once, as the journal would have them after as many commits: each of its rows is made here.
class Journal {
 public:
  explicit Journal(const TempFolder& folder)
      : db_(outbox::Database::open((folder / "kuzet.db").string(), outbox::Database::Mode::write).value()) {
    db_.execute("BEGIN").value();
    auto last = db_.prepare("SELECT coalesce(max(seq), 0), coalesce(max(n), 0) FROM journal");
    last.step().value();
    seq_ = last.integer(0);
  }
  ~Journal() {
    db_.execute("INSERT OR REPLACE INTO meta VALUES ('open_seq', " + std::to_string(seq_) + ")").value();
    db_.execute("COMMIT").value();
  }

  void write(const outbox::Draft& draft) {
    auto row = db_.prepare(
        "INSERT INTO journal VALUES (?1, ?1, ?1, 1, ?2, 0, 0, ?3, ?4, ?5, 'kuzet.alert/1', 'topic', NULL, NULL, ?6)");
    row.bind(1, ++seq_).bind(2, draft.at.wall.time_since_epoch().count()).bind(3, draft.kind).bind(4, draft.alert);
    row.bind(5, static_cast<int>(draft.phase))
        .bind(6, draft.body({"store", static_cast<std::uint64_t>(seq_), 1}))
        .run()
        .value();
  }
  void whole(const std::string& id, const std::string& kind, double begin, double end) {
    write(event(id, kind, begin, begin + 60, Phase::opened));
    write(event(id, kind, begin, end, Phase::closed, end));
  }
  /// As the store writes it down now and then.
  void list_open(const std::string& alert, std::int64_t seq) {
    db_.prepare("INSERT INTO open VALUES (?, ?, NULL, NULL)").bind(1, alert).bind(2, seq).run().value();
  }

 private:
  outbox::Database db_;
  std::int64_t seq_ = 0;
};

void whole(outbox::Outbox& store, const std::string& id, const std::string& kind, double begin, double end) {
  store.record(event(id, kind, begin, begin + 60, Phase::opened)).value();
  store.record(event(id, kind, begin, end, Phase::closed, end)).value();
}

alerts::ReportFigures figures(const TempFolder& folder, double from, double to) {
  ::setenv("TZ", "UTC0", 1);
  ::tzset();
  return gather(folder.path(), at(from).wall, at(to).wall).value().figures;
}

}  // namespace

TEST_CASE("a report counts what the journal has of its period, beside a running agent", "[report]") {
  const TempFolder folder;
  auto store = test::open_store(test::options_for(folder.path()));
  store.record(event("open", "intrusion", -9 * day, -9 * day + 60, Phase::opened)).value();
  for (int i = 0; i < 10; ++i) whole(store, "old-" + std::to_string(i), "fire", -9 * day + 200 * i, -9 * day + 200 * i + 100);
  store.record(event("across", "camera_fault", -100, -40, Phase::opened)).value();
  for (int i = 0; i < 10; ++i) whole(store, "new-" + std::to_string(i), "waste_overflow", 100 + 200 * i, 100 + 200 * i + 100);
  store.record(event("across", "camera_fault", -100, 3600, Phase::closed, 3600)).value();
  store.record(event("late", "fire", 20 * day, 20 * day + 60, Phase::opened)).value();
  const auto all = figures(folder, 0, 10 * day);
  CHECK(all.alerts == 10);
  CHECK(all.kinds.at("waste_overflow").count == 10);
  CHECK(all.kinds.at("waste_overflow").lasted.median == 100);
  CHECK(all.kinds.at("camera_fault").carried == 1);
  CHECK(all.down.at("yard").seconds == 3600);
  CHECK(all.kinds.at("intrusion").carried == 1);
  CHECK(all.kinds.at("intrusion").open == 1);
  CHECK(all.kinds.count("fire") == 0);
  CHECK(figures(folder, -20 * day, 30 * day).kinds.at("fire").count == 11);
}

TEST_CASE("an alert that is open since long before the period is found by the list of open ones", "[report]") {
  const TempFolder folder;
  auto store = test::open_store(test::options_for(folder.path()));
  {
    Journal journal(folder);
    journal.write(event("open", "intrusion", -90 * day, -90 * day + 60, Phase::opened));
    for (int i = 0; i < 5000; ++i)
      journal.whole("old-" + std::to_string(i), "fire", -80 * day + 200 * i, -80 * day + 200 * i + 100);
    journal.whole("new", "fire", 10, 20);
    journal.list_open("open", 1);
  }
  const auto all = gather(folder.path(), at(0).wall, at(day).wall).value();
  CHECK(all.figures.alerts == 1);
  CHECK(all.figures.kinds.at("intrusion").open == 1);
  CHECK(all.journal.events == 2);  // and not the ten thousand before
}

TEST_CASE("times that were wrong when they were written are read as corrected", "[report][clock]") {
  const TempFolder folder;
  auto store = test::open_store(test::options_for(folder.path()));
  whole(store, "before", "fire", -5 * day, -5 * day + 100);
  auto wrong = event("early", "fire", 1000, 1060, Phase::opened);
  wrong.at = {at(1060).steady, Wall(std::chrono::hours(5)), ClockState::unsynced};
  store.record(wrong).value();
  whole(store, "after", "fire", 2000, 2100);
  CHECK(figures(folder, 0, day).kinds.at("fire").count == 2);
  CHECK(figures(folder, 1500, day).kinds.at("fire").count == 1);
}

TEST_CASE("an empty store and one without history give an honest report", "[report]") {
  const TempFolder folder;
  const auto nothing = gather(folder.path(), at(0).wall, at(day).wall);
  REQUIRE(!nothing);
  CHECK(nothing.error().what == "no store in " + folder.path().string() + ": no agent has run with this configuration yet");
  auto store = test::open_store(test::options_for(folder.path()));
  const auto empty = gather(folder.path(), at(0).wall, at(day).wall).value();
  CHECK(empty.figures.alerts == 0);
  const auto text = text_report(empty);
  CHECK(text.find("nothing") != std::string::npos);
  CHECK(text.find("Whether the board was on is not known for this period: nobody wrote it down.") != std::string::npos);
  CHECK(text.find("The journal of this board is empty.") != std::string::npos);
  CHECK_FALSE(html_report(empty).empty());
}

TEST_CASE("what the history knows stands in the report", "[report][access]") {
  const TempFolder folder;
  auto store = test::open_store(test::options_for(folder.path()));
  whole(store, "a1", "fire", 100, 200);
  outbox::History& history = *store.history().value();
  for (int minute = 0; minute < 600; ++minute) history.add({}, at(minute * 60)).value();
  history
      .count(std::vector<outbox::Count>{{"school", "meal", 80, 0, at(7200)}, {"school", "inside", 0, 200, at(7200)}}, at(7200))
      .value();
  history.answered("a1", at(220)).value();
  const auto all = figures(folder, 0, day / 2);
  CHECK((all.access.at({"school", "meal"}).total == 80));
  CHECK((all.access.at({"school", "inside"}).peak == 200));
  CHECK(all.kinds.at("fire").answered.median == 60);
  CHECK(all.answers_known);
  CHECK(all.watch.minutes == 599);  // the first of the ten hours had begun before the period
}

TEST_CASE("a report costs what its period holds, and not what the journal holds", "[report][slow]") {
  const TempFolder folder;
  const char* wanted = std::getenv("KUZET_REPORT_EVENTS");  // 1000000 for the README; few by default, for the tests' sake
  const int events = wanted == nullptr ? 20'000 : std::atoi(wanted);
  auto store = test::open_store(test::options_for(folder.path()));
  {
    Journal journal(folder);
    for (int i = 0; i < events / 2; ++i)
      journal.whole("a-" + std::to_string(i), i % 3 == 0 ? "waste_overflow" : "illegal_parking", i * 60.0, i * 60.0 + 50);
  }
  const double end = events / 2 * 60.0 + 100;
  const auto began = std::chrono::steady_clock::now();
  const auto all = figures(folder, 0, end);
  const auto whole_took = std::chrono::steady_clock::now() - began;
  CHECK(all.alerts == static_cast<std::uint64_t>(events / 2));
  const auto again = std::chrono::steady_clock::now();
  const auto last = figures(folder, end - day, end);
  const auto day_took = std::chrono::steady_clock::now() - again;
  CHECK(last.alerts <= 1440);
  if (wanted != nullptr)
    WARN(events << " events: all in " << in_seconds(whole_took) << " s, the last day in " << in_seconds(day_took) << " s");
}

}  // namespace kuzet::cli
