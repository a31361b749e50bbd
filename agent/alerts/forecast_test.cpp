// SPDX-License-Identifier: Apache-2.0
// Forecasts against rendered months whose truth is known, and what nobody can know said as unknown.
#include "agent/alerts/forecast.hpp"

#include "tests/harness/catch.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <random>

namespace kuzet::alerts {

namespace {

using namespace std::chrono_literals;

constexpr std::int64_t first_hour = 24 * 20500;  // a day in 2026

Moment at(double hours) {
  const Wall wall{std::chrono::milliseconds(static_cast<std::int64_t>((static_cast<double>(first_hour) + hours) * 3.6e6))};
  return {Steady{} + from_seconds(hours * 3600), wall, ClockState::synced};
}

/// A container that is used by day, more at the week's end, and emptied when the crew comes.
struct Yard {
  std::mt19937 dice;
  double daily = 14;          ///< per cent a mean day
  double noise = 1;           ///< of a reading
  double spikes = 0.02;       ///< share of readings that are nonsense within the range
  std::vector<double> truth;  ///< each quarter of an hour
  std::vector<double> grown;  ///< in each

  explicit Yard(unsigned seed) : dice(seed) {}
  double uniform() { return std::uniform_real_distribution<>(0, 1)(dice); }

  void live(int days) {
    double level = 0;
    int crew = 0;
    for (int day = 0; day < days; ++day) {
      const double amount = daily * (day % 7 >= 5 ? 1.6 : 0.76) * std::exp(0.3 * std::normal_distribution<>()(dice));
      for (int quarter = 0; quarter < 96; ++quarter) {
        const double hour = quarter / 4.0;
        const double busy = hour < 7 || hour > 22 ? 0 : 1 - std::cos((hour - 7) / 15 * 2 * 3.14159265);
        grown.push_back(amount * busy / 60);
        level = std::min(110.0, level + grown.back());
        if (level > 75 && quarter == 36) ++crew;
        if (quarter == 36 && crew > 0 && uniform() < 0.5) {
          level = 4 * uniform();
          crew = 0;
        }
        truth.push_back(level);
      }
    }
  }
  Reading reading(std::size_t quarter) {
    Reading out{"bin",
                "fill",
                truth[quarter] + noise * std::normal_distribution<>()(dice),
                "%",
                at(static_cast<double>(quarter) / 4),
                Quality::good,
                ""};
    if (uniform() < spikes) out.value = 100 * uniform();
    return out;
  }
  /// Hours until it is full as seen from there, when nobody empties; nothing where the rendered time ends before.
  [[nodiscard]] std::optional<double> full_in(std::size_t from, double limit) const {
    double level = truth[from];
    for (std::size_t i = from; i < grown.size(); ++i) {
      if (level >= limit) return static_cast<double>(i - from) / 4;
      if (i > from) level += grown[i];
    }
    return std::nullopt;
  }
};

struct Score {
  std::vector<double> errors;  ///< hours
  int asked = 0, known = 0, covered = 0, too_late = 0;
  [[nodiscard]] double median() const {
    auto sorted = errors;
    std::ranges::sort(sorted);
    return sorted.empty() ? -1 : sorted[sorted.size() / 2];
  }
};

/// Learns `days` and is asked twice a day of the days that follow.
void hold_back(Yard yard, int days, int held, Score& score, Score& naive) {
  yard.live(days + held);
  Forecast forecast(95, true);
  for (std::size_t quarter = 0; quarter < yard.truth.size(); ++quarter) {
    forecast.see(yard.reading(quarter));
    if (quarter < static_cast<std::size_t>(days) * 96 || quarter % 48 != 12) continue;
    const auto truth = yard.full_in(quarter, 95);
    if (!truth || *truth == 0) continue;
    ++score.asked;
    const double slope = quarter >= 96 ? (yard.truth[quarter] - yard.truth[quarter - 96]) / 24 : 0;
    if (slope > 0) naive.errors.push_back(std::abs((95 - yard.truth[quarter]) / slope - *truth));
    const auto outlook = forecast.outlook(at(static_cast<double>(quarter) / 4));
    if (!outlook.known) continue;
    ++score.known;
    const double likely = in_seconds(outlook.likely) / 3600, least = in_seconds(outlook.least) / 3600;
    const double most = outlook.most ? in_seconds(*outlook.most) / 3600 : 1e9;
    score.errors.push_back(std::abs(likely - *truth));
    score.covered += least - 0.5 <= *truth && *truth <= most + 0.5;
    score.too_late += *truth < least - 0.5;
  }
}

Forecast taught(const std::function<double(double hour)>& level, int hours, double limit, bool rising) {
  Forecast out(limit, rising);
  for (int hour = 0; hour < hours; ++hour)
    for (int quarter = 0; quarter < 4; ++quarter) {
      const double when = hour + quarter / 4.0;
      out.see({"tank", "level", level(when), "%", at(when), Quality::good, ""});
    }
  return out;
}

}  // namespace

TEST_CASE("held-back months of containers are foretold: intervals hold, errors are small, silence is rare", "[forecast]") {
  Score score, naive;
  for (unsigned seed = 1; seed <= 5; ++seed) {
    Yard yard(seed);
    yard.daily = 8 + 4.0 * seed;
    hold_back(std::move(yard), 60, 60, score, naive);
  }
  const double share = static_cast<double>(score.covered) / score.known;
  CAPTURE(score.asked, score.known, score.median(), naive.median());
  CHECK(score.known > 0.9 * score.asked);
  CHECK(share > 0.85);
  CHECK(share < 0.99);
  CHECK(static_cast<double>(score.too_late) / score.known < 0.1);
  CHECK(score.median() < 0.5 * naive.median());  // against the line through the last day
}

TEST_CASE("a tank that sinks evenly is empty when the line says so", "[forecast]") {
  const auto forecast = taught([](double hour) { return 80 - 0.5 * hour + 0.3 * std::sin(hour * 1.7); }, 72, 10, false);
  const auto outlook = forecast.outlook(at(72));
  REQUIRE(outlook.known);
  CHECK(in_seconds(outlook.likely) / 3600 == Approx(68).margin(4));  // (80 - 36 - 10) / 0.5
  CHECK(outlook.least < outlook.likely);
  REQUIRE(outlook.most);
  CHECK(*outlook.most > outlook.likely);
}

TEST_CASE("what stands still, trembles, or is hardly known has no forecast, and says why", "[forecast]") {
  CHECK(taught([](double) { return 40; }, 96, 95, true).outlook(at(96)).why ==
        "it does not change so that an end could be seen");
  CHECK_FALSE(taught([](double hour) { return 40 + 5 * std::sin(hour * 2.1); }, 96, 95, true).outlook(at(96)).known);
  CHECK_FALSE(taught([](double hour) { return 80 - 0.3 * hour; }, 96, 95, true).outlook(at(96)).known);
  CHECK(taught([](double hour) { return 10 + hour; }, 5, 95, true).outlook(at(5)).why == "too little is known yet");
  CHECK(taught([](double hour) { return 10 + 0.01 * hour; }, 96, 95, true).outlook(at(96)).why ==
        "further away than can be told");
  CHECK(Forecast(95, true).outlook(at(1)).why == "no value that can be believed");
  const auto dead = taught([](double hour) { return 10 + 0.5 * hour; }, 48, 95, true);
  CHECK(dead.outlook(at(49)).known);
  CHECK(dead.outlook(at(55)).why == "no value that can be believed");
}

TEST_CASE("what is full already is full now", "[forecast]") {
  const auto outlook = taught([](double hour) { return 50 + hour; }, 48, 95, true).outlook(at(48));
  REQUIRE(outlook.known);
  CHECK(outlook.likely == Duration::zero());
}

TEST_CASE("an emptying begins anew, and what was usual before tells the rest", "[forecast]") {
  const auto level = [](double hour) { return std::fmod(hour, 60.0) * 1.5; };
  const auto forecast = taught(level, 60 * 4 + 4, 84, true);  // four hours after the fourth emptying
  const auto outlook = forecast.outlook(at(60 * 4 + 4));
  REQUIRE(outlook.known);
  CHECK(in_seconds(outlook.likely) / 3600 == Approx(52).margin(3));
}

TEST_CASE("nothing is learned from bad values, nor while the clock was never set", "[forecast]") {
  Forecast forecast(95, true);
  for (int hour = 0; hour < 96; ++hour) {
    forecast.see({"bin", "fill", 10 + 0.5 * hour, "%", at(hour), Quality::good, ""});
    forecast.see({"bin", "fill", 99, "%", at(hour + 0.1), Quality::bad, std::string(flaw::out_of_range)});
    auto unset = at(hour + 0.2);
    unset.clock = ClockState::unsynced;
    forecast.see({"bin", "fill", 3, "%", unset, Quality::good, ""});
  }
  const auto outlook = forecast.outlook(at(96));
  REQUIRE(outlook.known);
  CHECK(in_seconds(outlook.likely) / 3600 == Approx(74).margin(3));
  auto unset = at(96);
  unset.clock = ClockState::unsynced;
  CHECK(forecast.outlook(unset).why == "the clock is not set");
}

TEST_CASE("hours of an earlier run go on where they were, also when the clock was set back", "[forecast]") {
  Forecast forecast(95, true);
  std::vector<HourLevel> hours;
  for (std::int64_t hour = 0; hour < 48; ++hour) hours.push_back({first_hour + hour, 10 + static_cast<double>(hour)});
  forecast.learn(hours);
  CHECK(forecast.outlook(at(48)).known);
  forecast.see({"bin", "fill", 60, "%", at(5), Quality::good, ""});  // yesterday, says the clock
  forecast.see({"bin", "fill", 60, "%", at(6), Quality::good, ""});
  CHECK(in_seconds(forecast.outlook(at(48)).likely) / 3600 == Approx(38).margin(3));
}

TEST_CASE("a clock that runs a year ahead for a while spoils no forecast, and what it left is forgotten", "[forecast]") {
  Forecast forecast(95, true);
  const auto level = [](double hour) { return 10 + 0.5 * hour; };
  const auto live = [&](double from, double to, double ahead) {
    for (double hour = from; hour < to; hour += 0.25) {
      Moment moment = at(hour + ahead);
      moment.steady = at(hour).steady;
      forecast.see({"bin", "fill", level(hour), "%", moment, Quality::good, ""});
    }
  };
  const auto right = [&](double hour) {
    const auto outlook = forecast.outlook(at(hour));
    REQUIRE(outlook.known);
    CHECK(in_seconds(outlook.likely) / 3600 == Approx((95 - level(hour)) / 0.5).margin(8));
  };
  live(0, 72, 0);
  live(72, 74, 24 * 365);
  live(74, 75, 0);
  right(75);
  live(75, 96, 0);
  right(96);
  CHECK_FALSE(forecast.outlook(at(101)).known);  // silent since: what stands in the future is no value of now
  live(101, 102, -24 * 700);
  live(102, 103, 0);
  right(103);
}

}  // namespace kuzet::alerts
