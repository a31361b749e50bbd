// SPDX-License-Identifier: Apache-2.0
// Robust regression over the hours since the last emptying, with earlier times as what is usual.
#include "agent/alerts/forecast.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <span>

namespace kuzet::alerts {

using namespace std::chrono_literals;

namespace {

constexpr std::size_t most_hours = 24 * 70;           // what is older says little about a container
constexpr std::int64_t fresh_hours = 3;               // older levels say nothing about now
constexpr std::size_t least_points = 6;               // of a line
constexpr int believed_hours = 3;                     // a clock that was set back is believed after so many hours
constexpr std::int64_t least_alone = 24;              // hours that a first line must cover: a day has all hours once
constexpr std::size_t least_before = 3;               // earlier lines that say what is usual
constexpr double reset_share = 0.15;                  // of all that the level ever covered: a fall of so much is an emptying
constexpr double reset_noise = 6;                     // ... and so many times what it trembles
constexpr double day_spread = 0.35;                   // how much a day's amount varies, where nothing better is known
constexpr double narrowest = 0.15;                    // spread of earlier slopes: three that agree are still only three
constexpr double ninety = 1.645;                      // standard deviations: 5 % lie beyond each end
constexpr Duration horizon = 24h * 60;                // further away nothing is said
constexpr double shrink_hours = 14, shrink_days = 4;  // observations after which an hour or a day counts half by itself
constexpr std::size_t most_gathered = 3600;
constexpr std::size_t most_pairs_of = 160;  // points of a line; more are thinned out

double median(std::vector<double> values) {
  if (values.empty()) return 0;
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::ranges::nth_element(values, middle);
  return *middle;
}

std::int64_t hour_of(Wall wall) { return std::chrono::floor<std::chrono::hours>(wall).time_since_epoch().count(); }

std::size_t of_day(std::int64_t hour) { return static_cast<std::size_t>(((hour % 24) + 24) % 24); }
std::size_t of_week(std::int64_t hour) { return static_cast<std::size_t>((((hour / 24) % 7) + 7) % 7); }

/// How much the level trembles from hour to hour: deviation of the differences' median, as for normal noise (x 1.4826).
double noise_of(std::span<const HourLevel> levels) {
  std::vector<double> steps;
  for (std::size_t i = 1; i < levels.size(); ++i) steps.push_back(levels[i].level - levels[i - 1].level);
  const double usual = median(steps);
  for (double& step : steps) step = std::abs(step - usual);
  return 1.4826 * median(std::move(steps)) / std::sqrt(2.0);
}

double middle_of(std::span<const HourLevel> levels) {
  std::vector<double> values;
  for (const auto& one : levels) values.push_back(one.level);
  return median(std::move(values));
}

/// Where each time between two emptyings begins; the last element is the end of the levels.
std::vector<std::size_t> cut(std::span<const HourLevel> levels) {
  std::vector<std::size_t> out{0};
  const auto [lowest, highest] = std::ranges::minmax_element(levels, {}, &HourLevel::level);
  const double fall = std::max(reset_share * (highest->level - lowest->level), reset_noise * noise_of(levels));
  for (std::size_t i = 2; i + 2 <= levels.size(); ++i) {
    if (i - out.back() < 2) continue;
    const double before =
        middle_of(levels.subspan(i >= out.back() + 3 ? i - 3 : out.back(), std::min<std::size_t>(3, i - out.back())));
    const bool fallen = before - levels[i].level > fall && before - levels[i + 1].level > fall;
    if (fallen && fall > 0) out.push_back(i);
  }
  out.push_back(levels.size());
  return out;
}

/// What each hour usually brings, 1 in the mean.
class Activity {
 public:
  Activity(std::span<const HourLevel> levels, std::span<const std::size_t> cuts) {
    hours_.fill(1);
    days_.fill(1);
    std::array<std::vector<double>, 24> hours;
    std::array<std::vector<double>, 7> days;
    double sum = 0, count = 0;
    for (std::size_t line = 0; line + 1 < cuts.size(); ++line)
      for (std::size_t i = cuts[line] + 1; i < cuts[line + 1]; ++i) {
        if (levels[i].hour != levels[i - 1].hour + 1) continue;
        const double step = levels[i].level - levels[i - 1].level;
        hours[of_day(levels[i].hour)].push_back(step);
        days[of_week(levels[i].hour)].push_back(step);
        sum += step;
        ++count;
      }
    if (count < 24 * 7 || sum <= 0) return;  // less than a week tells no pattern
    settle(hours_, hours, sum / count, shrink_hours);
    settle(days_, days, sum / count, shrink_days * 24);
  }
  [[nodiscard]] double at(std::int64_t hour) const { return hours_[of_day(hour)] * days_[of_week(hour)]; }

 private:
  template <class Weights, class Steps>
  static void settle(Weights& weights, const Steps& steps, double usual, double half) {
    double total = 0;
    for (std::size_t i = 0; i < weights.size(); ++i) {
      double sum = 0;
      for (const double step : steps[i]) sum += step;
      const auto count = static_cast<double>(steps[i].size());
      const double mean = count > 0 ? sum / count / usual : 1;
      weights[i] = std::max(0.02, (mean * count + half) / (count + half));
      total += weights[i];
    }
    for (double& weight : weights) weight *= static_cast<double>(weights.size()) / total;
  }
  std::array<double, 24> hours_{};
  std::array<double, 7> days_{};
};

}  // namespace

/// A slope in level an hour of mean activity, and how sure it is.
struct Forecast::Line {
  double slope = 0;
  double deviation = 0;
};

namespace {

struct TimedLevel {
  double time = 0;  // hours of mean activity
  double level = 0;
};

std::vector<TimedLevel> timed(std::span<const HourLevel> levels, const Activity& activity) {
  std::vector<TimedLevel> out;
  double time = 0;
  for (std::size_t i = 0; i < levels.size(); ++i) {
    if (i > 0)
      for (std::int64_t hour = levels[i - 1].hour + 1; hour <= levels[i].hour; ++hour) time += activity.at(hour);
    out.push_back({time, levels[i].level});
  }
  const std::size_t every = out.size() / most_pairs_of + 1;
  std::vector<TimedLevel> thin;
  for (std::size_t i = (out.size() - 1) % every; i < out.size(); i += every) thin.push_back(out[i]);
  return thin;
}

/// Median of the slopes of all pairs, and from Sen's interval its standard deviation.
std::pair<double, double> theil_sen(const std::vector<TimedLevel>& points) {
  std::vector<double> slopes;
  for (std::size_t i = 0; i < points.size(); ++i)
    for (std::size_t j = i + 1; j < points.size(); ++j)
      if (points[j].time - points[i].time > 0.5)
        slopes.push_back((points[j].level - points[i].level) / (points[j].time - points[i].time));
  if (slopes.size() < 3) return {0, 0};
  std::ranges::sort(slopes);
  const auto n = static_cast<double>(points.size()), pairs = static_cast<double>(slopes.size());
  // Kendall's variance without ties (M. G. Kendall, Rank Correlation Methods, 4.8).
  const double reach = ninety * std::sqrt(n * (n - 1) * (2 * n + 5) / 18);
  const auto rank = [&](double place) { return slopes[static_cast<std::size_t>(std::clamp(place, 0.0, pairs - 1))]; };
  return {rank(pairs / 2), (rank((pairs + reach) / 2) - rank((pairs - reach) / 2)) / (2 * ninety)};
}

/// Hours until so much activity has passed; nothing when that is beyond the horizon.
std::optional<double> hours_until(double activity_wanted, std::int64_t from, const Activity& activity) {
  double hours = 0;
  const double most = std::chrono::duration<double, std::ratio<3600>>(horizon).count();
  for (std::int64_t hour = from + 1; hours < most; ++hour, ++hours) {
    const double one = activity.at(hour);
    if (activity_wanted <= one) return hours + activity_wanted / one;
    activity_wanted -= one;
  }
  return std::nullopt;
}

Duration as_duration(double hours) { return from_seconds(hours * 3600); }

Outlook unknown(std::string_view why) { return {false, why, {}, {}, {}}; }

}  // namespace

void Forecast::learn(const std::vector<HourLevel>& hours) {
  for (const auto& one : hours)
    if (hours_.empty() || one.hour > hours_.back().hour) hours_.push_back(one);
  while (hours_.size() > most_hours) hours_.pop_front();
}

void Forecast::see(const Reading& reading) {
  if (reading.quality != Quality::good || reading.at.clock == ClockState::unsynced) return;
  const std::int64_t hour = hour_of(reading.at.wall);
  if (hour != hour_) {
    close_hour();
    settle(hour == hour_ + 1);
  }
  hour_ = hour;
  if (gathered_.size() < most_gathered) gathered_.push_back(reading.value);
}

/// Hours that are still to come were left by a clock that ran ahead. Once some hours have passed one after the other before
/// them, it is this time that holds; until then it may be the clock of now that is wrong.
void Forecast::settle(bool next) {
  const bool behind = !hours_.empty() && hours_.back().hour > hour_;
  behind_ = behind && next ? behind_ + 1 : 0;
  if (behind_ < believed_hours) return;
  while (!hours_.empty() && hours_.back().hour > hour_) hours_.pop_back();
  behind_ = 0;
}

void Forecast::close_hour() {
  // A clock that was set back says nothing about hours that were closed.
  if (!gathered_.empty() && (hours_.empty() || hour_ > hours_.back().hour)) hours_.push_back({hour_, median(gathered_)});
  if (hours_.size() > most_hours) hours_.pop_front();
  gathered_.clear();
}

std::vector<HourLevel> Forecast::upwards(std::int64_t now) const {
  std::vector<HourLevel> out(hours_.begin(), hours_.end());
  while (!out.empty() && out.back().hour > now) out.pop_back();  // of a clock that ran ahead
  if (hour_ <= now && !gathered_.empty() && (out.empty() || hour_ > out.back().hour)) out.push_back({hour_, median(gathered_)});
  if (!rising_)
    for (auto& one : out) one.level = -one.level;
  return out;
}

Outlook Forecast::outlook(const Moment& now) const {
  if (now.clock == ClockState::unsynced) return unknown("the clock is not set");
  const std::int64_t hour = hour_of(now.wall);
  const auto levels = upwards(hour);
  if (levels.empty() || hour - levels.back().hour > fresh_hours) return unknown("no value that can be believed");
  const double limit = rising_ ? limit_ : -limit_;
  const auto cuts = cut(levels);
  const auto current = std::span(levels).subspan(cuts[cuts.size() - 2]);
  const double level = middle_of(current.last(std::min<std::size_t>(3, current.size())));
  const double noise = noise_of(levels);
  if (current.size() >= 2 && level >= limit) return {true, {}, {}, {}, Duration::zero()};

  const Activity activity(levels, cuts);
  std::vector<double> before;
  for (std::size_t line = 0; line + 2 < cuts.size(); ++line) {
    const auto one = std::span(levels).subspan(cuts[line], cuts[line + 1] - cuts[line]);
    if (one.size() >= 2 * least_points) before.push_back(theil_sen(timed(one, activity)).first);
  }
  const auto [slope, deviation] = theil_sen(timed(current, activity));
  const auto covered = static_cast<double>(current.back().hour - current.front().hour);
  const bool measured = current.size() >= least_points && covered >= 6;
  const bool usual = before.size() >= least_before;
  if (!usual && (!measured || covered < static_cast<double>(least_alone))) return unknown("too little is known yet");

  Line line;
  if (measured) line = {slope, std::max(deviation, day_spread * std::abs(slope) / std::sqrt(std::max(covered / 24, 0.25)))};
  if (usual) {
    Line past{median(before), 0};
    for (double& one : before) one = std::abs(one - past.slope);
    past.deviation = std::max(1.4826 * median(before), narrowest * std::abs(past.slope));
    if (measured && line.deviation > 0 && past.deviation > 0) {
      const double own = 1 / (line.deviation * line.deviation), theirs = 1 / (past.deviation * past.deviation);
      line = {(line.slope * own + past.slope * theirs) / (own + theirs), 1 / std::sqrt(own + theirs)};
    } else if (!measured) {
      line = past;
    }
  }
  if (line.slope - ninety * line.deviation <= 0) return unknown("it does not change so that an end could be seen");

  const double needed = limit - level;
  const auto likely = hours_until(needed / line.slope, hour, activity);
  if (!likely) return unknown("further away than can be told");
  // The days to come vary as days do: what is far away is surer in its share, what is near in hours.
  const double days = std::max(*likely / 24, 0.25);
  const double share = std::hypot(line.deviation / line.slope, day_spread / std::sqrt(days));
  const double least = std::max(0.0, needed - ninety * noise) / (line.slope * (1 + ninety * share));
  const double slowest = line.slope * std::max(0.0, 1 - ninety * share);
  Outlook out{true, {}, as_duration(*likely), as_duration(hours_until(least, hour, activity).value_or(0)), {}};
  if (slowest > 0)
    if (const auto most = hours_until((needed + ninety * noise) / slowest, hour, activity)) out.most = as_duration(*most);
  return out;
}

}  // namespace kuzet::alerts
