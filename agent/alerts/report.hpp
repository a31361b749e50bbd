// SPDX-License-Identifier: Apache-2.0
// What happened in a period, in figures as a city reports them. Pure: days and hours of the place are given.
#pragma once

#include "agent/alerts/report_figures.hpp"

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace kuzet::alerts {

/// A day of the place, which may have 23 or 25 hours; of the first and the last only the part in the period.
struct LocalDay {
  std::string date;  ///< "2026-11-22"
  Wall begin, end;
};

/// [from, to), its days, and which hour (0 to 23) the clock on the wall shows at a moment.
struct ReportPeriod {
  Wall from, to;
  std::vector<LocalDay> days;
  std::function<int(Wall)> hour;
};

/// Takes what there is, in any order, and adds it up.
///
/// An alert belongs to the day, hour and period in which it was raised (`confirmed`), and nowhere else, so that periods that
/// follow each other count each alert once. One that was raised before and still there is `carried`. What it lasted is told
/// whole. Times of faults are cut at the borders instead: they are parts of the period.
class Report {
 public:
  explicit Report(ReportPeriod period);

  void add(const ReportedAlert& alert);
  void count(Wall hour, const std::string& source, const std::string& what, std::uint64_t n, std::uint64_t peak);
  /// Bit 0 is the first minute of the hour.
  void watched(Wall hour, std::uint64_t minutes);
  void watched_since(Wall first) { figures_.watch.known_from = first; }
  void gap(const std::string& what, const std::string& why, std::uint64_t messages);
  void answers_are_known() { figures_.answers_known = true; }

  [[nodiscard]] const ReportPeriod& period() const { return period_; }
  /// To be called once, at the end.
  [[nodiscard]] ReportFigures finish();

 private:
  struct Times {
    std::vector<double> lasted, answered;
  };
  struct Span {
    Wall from, to;
  };
  [[nodiscard]] std::optional<std::size_t> day_of(Wall at) const;
  KindFigures& kind(const std::string& name);
  void note_down(const ReportedAlert& alert);
  void finish_down();
  void finish_watch();

  ReportPeriod period_;
  ReportFigures figures_;
  std::map<std::string, Times> times_;
  std::map<std::string, std::vector<Span>> down_;
  std::vector<std::uint64_t> minutes_;  // watched, by day
};

}  // namespace kuzet::alerts
