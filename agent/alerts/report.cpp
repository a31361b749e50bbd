// SPDX-License-Identifier: Apache-2.0
// What happened in a period, in figures.
#include "agent/alerts/report.hpp"

#include <algorithm>
#include <bit>
#include <cmath>

namespace kuzet::alerts {

namespace {

using std::chrono::minutes;

constexpr double whole_day = 0.95;  // of its minutes: a restart or an update leaves a day whole

double seconds_between(Wall from, Wall to) { return std::max(0.0, std::chrono::duration<double>(to - from).count()); }

std::uint64_t minutes_between(Wall from, Wall to) {
  return to <= from ? 0 : static_cast<std::uint64_t>((to - from) / minutes(1));
}

/// A fault of a camera or sensor says what is wrong with it; a fault of the board is none of these.
bool is_down(const ReportedAlert& alert) {
  return alert.kind == "camera_fault" || (alert.kind == "reading" && !alert.fault.empty());
}

}  // namespace

Spread spread_of(std::vector<double> seconds) {
  Spread out;
  if (seconds.empty()) return out;
  std::ranges::sort(seconds);
  const auto n = seconds.size();
  out.n = n;
  out.median = (seconds[(n - 1) / 2] + seconds[n / 2]) / 2;
  out.p90 = seconds[static_cast<std::size_t>(std::ceil(0.9 * static_cast<double>(n))) - 1];
  out.longest = seconds.back();
  return out;
}

Report::Report(ReportPeriod period) : period_(std::move(period)), minutes_(period_.days.size()) {}

std::optional<std::size_t> Report::day_of(Wall at) const {
  const auto& days = period_.days;
  const auto after = std::ranges::upper_bound(days, at, {}, &LocalDay::begin);
  if (after == days.begin() || at >= std::prev(after)->end) return std::nullopt;
  return static_cast<std::size_t>(std::distance(days.begin(), after)) - 1;
}

KindFigures& Report::kind(const std::string& name) {
  auto& out = figures_.kinds[name];
  out.by_day.resize(period_.days.size());
  return out;
}

void Report::add(const ReportedAlert& alert) {
  if (alert.confirmed >= period_.to || (alert.ended && *alert.ended <= period_.from)) return;
  const bool still = !alert.ended || *alert.ended >= period_.to;
  if (is_down(alert)) note_down(alert);
  if (alert.confirmed < period_.from) {
    auto& figures = kind(alert.kind);
    ++figures.carried;
    if (still)
      ++figures.open, figures.longest_open = std::max(figures.longest_open, seconds_between(alert.started, period_.to));
    return;
  }
  auto& figures = kind(alert.kind);
  auto& times = times_[alert.kind];
  ++figures_.alerts, ++figures.count;
  ++figures.severities[alert.severity];
  ++figures.places[{alert.source, alert.zone}];
  if (const auto day = day_of(alert.confirmed)) ++figures.by_day[*day];
  ++figures.by_hour[static_cast<std::size_t>(period_.hour(alert.confirmed)) % 24];
  if (alert.doubtful) ++figures.doubtful;
  if (alert.ended) times.lasted.push_back(seconds_between(alert.started, *alert.ended));
  if (still) ++figures.open, figures.longest_open = std::max(figures.longest_open, seconds_between(alert.started, period_.to));
  if (alert.answered) times.answered.push_back(seconds_between(alert.confirmed, *alert.answered));
}

void Report::note_down(const ReportedAlert& alert) {
  const Span span{std::max(alert.started, period_.from), std::min(alert.ended.value_or(period_.to), period_.to)};
  const auto& members = alert.members.empty() ? std::vector{alert.source} : alert.members;
  for (const auto& source : members) {
    down_[source].push_back(span);
    auto& figures = figures_.down[source];
    ++figures.times;
    ++figures.faults[alert.fault];
    figures.still = figures.still || !alert.ended || *alert.ended >= period_.to;
  }
}

void Report::finish_down() {
  for (auto& [source, spans] : down_) {
    std::ranges::sort(spans, {}, &Span::from);
    auto& figures = figures_.down[source];
    Wall until = period_.from, begun = period_.from;
    for (const auto& span : spans) {
      if (span.from > until) begun = span.from;
      figures.seconds += seconds_between(std::max(span.from, until), span.to);
      until = std::max(until, span.to);
      figures.longest = std::max(figures.longest, seconds_between(begun, until));
    }
  }
}

void Report::count(Wall hour, const std::string& source, const std::string& what, std::uint64_t n, std::uint64_t peak) {
  const auto day = day_of(hour);
  if (!day) return;
  auto& figures = figures_.access[{source, what}];
  figures.by_day.resize(period_.days.size());
  figures.peak_by_day.resize(period_.days.size());
  figures.total += n;
  figures.by_day[*day] += n;
  figures.by_hour[static_cast<std::size_t>(period_.hour(hour)) % 24] += n;
  figures.peak = std::max(figures.peak, peak);
  figures.peak_by_day[*day] = std::max(figures.peak_by_day[*day], peak);
}

void Report::watched(Wall hour, std::uint64_t bits) {
  for (; bits != 0; bits &= bits - 1)
    if (const auto day = day_of(hour + minutes(std::countr_zero(bits)))) ++minutes_[*day];
}

void Report::gap(const std::string& what, const std::string& why, std::uint64_t messages) {
  auto& gaps = figures_.gaps;
  auto found = std::ranges::find_if(gaps, [&](const GapFigures& gap) { return gap.what == what && gap.why == why; });
  if (found == gaps.end()) found = gaps.insert(found, GapFigures{what, why, 0, 0});
  ++found->times;
  found->messages += messages;
}

/// Days from before somebody wrote it down are not known; the day on which that began is known from then on.
void Report::finish_watch() {
  auto& watch = figures_.watch;
  for (std::size_t i = 0; i < period_.days.size(); ++i) {
    const auto& day = period_.days[i];
    const auto known = watch.known_from ? minutes_between(std::max(day.begin, *watch.known_from), day.end) : 0;
    if (known == 0) {
      ++watch.unknown;
      watch.by_day.push_back(-1);
      continue;
    }
    const auto seen = std::min(minutes_[i], known);
    const double share = static_cast<double>(seen) / static_cast<double>(known);
    watch.minutes += seen;
    watch.of += known;
    watch.by_day.push_back(share);
    ++(share >= whole_day ? watch.whole : seen > 0 ? watch.part : watch.none);
  }
}

ReportFigures Report::finish() {
  for (auto& [name, times] : times_) {
    figures_.kinds[name].lasted = spread_of(std::move(times.lasted));
    figures_.kinds[name].answered = spread_of(std::move(times.answered));
  }
  finish_down();
  finish_watch();
  return std::move(figures_);
}

}  // namespace kuzet::alerts
