// SPDX-License-Identifier: Apache-2.0
// The day's bytes of a card: what is counted, what is foretold, what is spared and when that ends.
#include "agent/run/card_budget.hpp"

#include "agent/run/card_watch.hpp"
#include "tests/harness/catch.hpp"
#include "tests/harness/moments.hpp"
#include "tests/harness/temp_folder.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <fstream>

namespace kuzet::run {

namespace {

constexpr double minute = 60, hour = 3600, day = 24 * hour;
constexpr double midnight = 19.5 * hour - 58;  // at(0) is 04:30:58
constexpr std::uint64_t megabyte = 1'000'000;

/// A card with a budget of 100 MB, to which so much is written as the test says.
struct Card {
  explicit Card(std::string before = "", std::string process = "p1")
      : kept(std::move(before)), budget(setup(std::move(process))) {}
  CardBudget::Setup setup(std::string process) {
    return {100 * megabyte, std::move(process), "k1", kept, [this](const std::string& text) { kept = text; }};
  }
  /// From now on so many bytes an hour, for so long, looked at once a minute.
  void writes(double megabytes_an_hour, double hours) {
    for (int i = 0; i < static_cast<int>(hours * 60); ++i) {
      second += minute;
      total += static_cast<std::uint64_t>(megabytes_an_hour * 1e6 / 60);
      changes += budget.see({total, std::nullopt}, test::at(second)) ? 1 : 0;
    }
  }
  /// Of the day's end, in MB.
  [[nodiscard]] std::optional<double> foretold() const {
    const auto bytes = budget.forecast(test::at(second));
    if (!bytes) return std::nullopt;
    return static_cast<double>(*bytes) / 1e6;
  }

  std::string kept;
  CardBudget budget;
  double second = 0;
  std::uint64_t total = 0;
  int changes = 0;
};

}  // namespace

TEST_CASE("the day's end is foretold by the pace of the last three hours, and not before an hour is known", "[card]") {
  Card card;
  card.writes(2, 0.9);
  CHECK_FALSE(card.foretold().has_value());
  card.writes(2, 2.1);
  CHECK(*card.foretold() == Approx(2 * 19.5).margin(0.5));
  card.writes(0, 3.5);  // a busy morning is not the whole day
  CHECK(*card.foretold() == Approx(6).margin(0.1));
  card.writes(4, 3.5);
  CHECK(*card.foretold() == Approx(6 + 14 + 4 * (19.5 - 10)).margin(0.5));
}

TEST_CASE("just after midnight the pace of the evening foretells the day", "[card]") {
  Card card;
  card.writes(3, midnight / hour + 0.2);
  CHECK(*card.foretold() == Approx(3 * 24).margin(1));
}

TEST_CASE("what is spared goes by forecast and count, step by step, and ends with the day or a tenth below the budget",
          "[card][K4]") {
  struct Row {
    double before, pace;  // MB written by noon, and MB an hour since
    Spared spared;
  };
  // Noon is 12 hours before the day's end.
  const auto row = GENERATE(Row{20, 1, Spared::nothing}, Row{20, 6.5, Spared::nothing}, Row{20, 8, Spared::films},
                            Row{70, 5, Spared::observations}, Row{99, 2, Spared::pictures}, Row{120, 0, Spared::pictures},
                            Row{85, 0.1, Spared::nothing});
  CAPTURE(row.before, row.pace);
  Card card;
  card.writes(row.before / 7.5, 7.5);
  card.writes(row.pace, 3.1);
  CHECK(name(card.budget.spared()) == name(row.spared));
}

TEST_CASE("films are not given up and taken again from minute to minute", "[card]") {
  Card card;
  card.writes(6, 4);  // 117 MB by midnight
  CHECK(card.budget.spared() == Spared::films);
  CHECK(card.changes == 1);
  card.writes(4.6, 3.5);  // 95 MB: below the budget, but not by a tenth
  CHECK(card.budget.spared() == Spared::films);
  card.writes(2, 3.5);
  CHECK(card.budget.spared() == Spared::nothing);
  CHECK(card.changes == 2);
}

TEST_CASE("a budget that is written is over until midnight, whatever comes", "[card]") {
  Card card;
  card.writes(105, 1);
  CHECK(card.budget.spared() == Spared::pictures);
  card.writes(0, 18);
  CHECK(card.budget.spared() == Spared::pictures);
  CHECK(card.budget.sentence(test::at(card.second)).find("alerts are always written") != std::string::npos);
  card.writes(0, 1);
  CHECK(card.budget.spared() == Spared::nothing);
  CHECK(card.budget.report(test::at(card.second)).at("written_today") == 0);
}

TEST_CASE("the count outlives a restart, and a reload in the same process counts nothing twice", "[card]") {
  Card card;
  card.writes(10, 2);
  card.budget.save(test::at(card.second));
  SECTION("of the process: its count begins again") {
    Card next(card.kept, "p2");
    next.second = card.second;
    next.total = 1 * megabyte;  // by its start
    next.writes(0, 0.1);
    CHECK(next.budget.report(test::at(next.second)).at("written_today").to_number<double>() == Approx(21e6).margin(1e3));
    CHECK(*next.foretold() > 100);  // an hour is known, of the run before
  }
  SECTION("of the configuration: it goes on") {
    Card next(card.kept, "p1");
    next.second = card.second;
    next.total = card.total + 1 * megabyte;
    next.writes(0, 0.1);
    CHECK(next.budget.report(test::at(next.second)).at("written_today").to_number<double>() == Approx(21e6).margin(1e3));
  }
  SECTION("what was kept is damaged: the day begins anew") {
    Card next("20000 many", "p2");
    next.writes(1, 0.1);
    CHECK(next.budget.report(test::at(next.second)).at("written_today").to_number<double>() < 1e6);
  }
}

TEST_CASE("it is kept over a restart a few times an hour, not each second", "[card]") {
  int kept = 0;
  CardBudget budget({100 * megabyte, "p", "k", "", [&kept](const std::string&) { ++kept; }});
  for (int second = 0; second < 3600; ++second)
    budget.see({static_cast<std::uint64_t>(second) * 1000, std::nullopt}, test::at(second));
  CHECK(kept >= 3);
  CHECK(kept <= 4);
}

TEST_CASE("the whole card is counted from when it was first seen, also over a restart of the agent", "[card]") {
  Card card;
  const auto device = [](const CardBudget& budget) { return budget.report(test::at(0)).at("device_today"); };
  card.budget.see({0, 500 * megabyte}, test::at(0));
  CHECK(device(card.budget) == 0);
  card.budget.see({0, 503 * megabyte}, test::at(60));
  CHECK(device(card.budget) == 3 * megabyte);
  card.budget.save(test::at(60));
  Card next(card.kept, "p2");
  next.budget.see({0, 504 * megabyte}, test::at(120));
  CHECK(device(next.budget) == 4 * megabyte);
  next.budget.see({0, 504 * megabyte}, test::at(day));
  CHECK(device(next.budget) == 0);
}

TEST_CASE("of what the agent and the whole card count the smaller is what the agent wrote", "[card]") {
  Card card;
  const auto written = [](const CardBudget& budget) { return budget.report(test::at(60)).at("written_today"); };
  card.budget.see({0, 0}, test::at(0));
  SECTION("the kernel counts pieces of many pages") {
    card.budget.see({200 * megabyte, 10 * megabyte}, test::at(60));
    CHECK(written(card.budget) == 10 * megabyte);
    CHECK(card.budget.spared() == Spared::nothing);
  }
  SECTION("others write to the card") {
    card.budget.see({10 * megabyte, 200 * megabyte}, test::at(60));
    CHECK(written(card.budget) == 10 * megabyte);
    CHECK(card.budget.spared() == Spared::nothing);
  }
  SECTION("both are over the budget") {
    card.budget.see({110 * megabyte, 200 * megabyte}, test::at(60));
    CHECK(card.budget.spared() == Spared::pictures);
  }
}

TEST_CASE("where the kernel does not count, nothing is known and nothing is spared", "[card]") {
  CardBudget budget({0, "p", "k", "", {}});
  CHECK_FALSE(budget.see({}, test::at(0)));
  CHECK(budget.report(test::at(0)).at("written_today").is_null());
  CHECK(budget.spared() == Spared::nothing);
}

TEST_CASE("what this process writes is in the kernel's count", "[card]") {
  const test::TempFolder folder;
  const auto before = read_card(folder.path());
  if (!before.agent) {
    WARN("skipped: this kernel does not count what a process writes");
    return;
  }
  const int file = ::open((folder.path() / "some").c_str(), O_CREAT | O_WRONLY | O_CLOEXEC, 0600);
  const std::string bytes(2 * megabyte, 'x');
  REQUIRE(::write(file, bytes.data(), bytes.size()) == static_cast<ssize_t>(bytes.size()));
  const bool on_a_disk = ::fsync(file) == 0 && before.card.has_value();
  ::close(file);
  const auto after = read_card(folder.path());
  if (!on_a_disk) {
    WARN("skipped: the folder for temporary files is on no disk");
    return;
  }
  CHECK(*after.agent - *before.agent >= 2 * megabyte);
  CHECK(*after.card - *before.card >= 2 * megabyte);
}

TEST_CASE("a device that has parts is counted as a whole, and one that is unknown is not", "[card]") {
  const test::TempFolder folder;
  CHECK_FALSE(read_card(folder.path(), folder.path(), folder.path()).agent.has_value());
  CHECK_FALSE(read_card(folder.path(), folder.path(), folder.path()).card.has_value());
  std::filesystem::create_directories(folder.path() / "self");
  std::ofstream(folder.path() / "self/io") << "rchar: 1\nwrite_bytes: 8192\ncancelled_write_bytes: 4096\n";
  CHECK(read_card(folder.path(), folder.path(), folder.path()).agent == 4096);
}

}  // namespace kuzet::run
