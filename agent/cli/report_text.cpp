// SPDX-License-Identifier: Apache-2.0
// A report for the terminal, and as a table for spreadsheets (RFC 4180).
#include "agent/cli/report.hpp"

#include "agent/core/json.hpp"

#include <boost/json/value.hpp>

#include <iomanip>
#include <sstream>

namespace kuzet::cli {

namespace {

std::string spread_text(const alerts::Spread& spread) {
  if (spread.n == 0) return "-";
  return length_text(spread.median) + " / " + length_text(spread.p90) + " / " + length_text(spread.longest);
}

std::string place_text(const std::pair<std::string, std::string>& place) {
  return place.first + (place.second.empty() ? "" : "/" + place.second);
}

void write_kinds(std::ostringstream& out, const alerts::ReportFigures& figures) {
  for (const auto& [kind, one] : figures.kinds) {
    out << '\n' << kind << ": " << one.count << " raised";
    if (one.carried > 0) out << ", " << one.carried << " carried over from before";
    if (one.open > 0) out << ", " << one.open << " still open (the longest for " << length_text(one.longest_open) << ")";
    out << '\n';
    if (one.lasted.n > 0)
      out << "  lasted      " << spread_text(one.lasted) << "  (median / 9 of 10 / longest of " << one.lasted.n << ")\n";
    if (one.answered.n > 0) out << "  confirmed   " << spread_text(one.answered) << "  (of " << one.answered.n << ")\n";
    if (one.doubtful > 0) out << "  uncertain   " << one.doubtful << " whose begin or end nobody saw\n";
    for (const auto& [place, n] : one.places) out << "  " << std::setw(6) << n << "  " << place_text(place) << '\n';
  }
}

void write_access(std::ostringstream& out, const ReportDocument& report) {
  for (const auto& [what, one] : report.figures.access) {
    out << '\n' << what.first << ", " << what.second << ": " << one.total;
    if (one.peak > 0) out << ", at most " << one.peak << " at a time";
    out << '\n';
    for (std::size_t i = 0; i < one.by_day.size(); ++i) {
      if (one.by_day[i] == 0 && one.peak_by_day[i] == 0) continue;
      out << "  " << report.days[i].date << "  " << std::setw(6) << one.by_day[i];
      if (one.peak > 0) out << "  at most " << one.peak_by_day[i];
      out << '\n';
    }
  }
}

/// A field that a spreadsheet would take for a formula gets an apostrophe before it; others only what RFC 4180 asks for.
std::string field(const std::string& text) {
  const bool formula = !text.empty() && std::string_view("=+-@\t\r").find(text.front()) != std::string_view::npos;
  const std::string safe = (formula ? "'" : "") + text;
  if (safe.find_first_of(",\"\r\n") == std::string::npos) return safe;
  std::string out = "\"";
  for (const char c : safe) out += c == '"' ? std::string("\"\"") : std::string(1, c);
  return out + "\"";
}

/// One figure a row: what the row is about, then the figure and its unit.
class Table {
 public:
  void row(const std::string& table, const std::string& kind, const std::string& source, const std::string& zone,
           const std::string& when, const std::string& what, double value, const std::string& unit) {
    for (const auto* one : {&table, &kind, &source, &zone, &when, &what}) out_ += field(*one) + ",";
    out_ += json_text(boost::json::value(rounded(value, 4))) + "," + field(unit) + "\r\n";
  }
  void row(const std::string& table, const std::string& kind, const std::string& source, const std::string& zone,
           const std::string& when, const std::string& what, std::uint64_t value) {
    for (const auto* one : {&table, &kind, &source, &zone, &when, &what}) out_ += field(*one) + ",";
    out_ += std::to_string(value) + ",\r\n";
  }
  [[nodiscard]] std::string take() { return std::move(out_); }

 private:
  std::string out_ = "table,kind,source,zone,when,what,value,unit\r\n";
};

void put_spread(Table& table, const std::string& kind, const std::string& what, const alerts::Spread& spread) {
  if (spread.n == 0) return;
  table.row("kind", kind, "", "", "", what + "_median", spread.median, "s");
  table.row("kind", kind, "", "", "", what + "_p90", spread.p90, "s");
  table.row("kind", kind, "", "", "", what + "_longest", spread.longest, "s");
}

std::string hour_text(std::size_t hour) { return (hour < 10 ? "0" : "") + std::to_string(hour) + ":00"; }

void put_kind(Table& table, const ReportDocument& report, const std::string& kind, const alerts::KindFigures& one) {
  table.row("kind", kind, "", "", "", "raised", one.count);
  table.row("kind", kind, "", "", "", "carried_over", one.carried);
  table.row("kind", kind, "", "", "", "open", one.open);
  table.row("kind", kind, "", "", "", "uncertain", one.doubtful);
  put_spread(table, kind, "lasted", one.lasted);
  put_spread(table, kind, "confirmed", one.answered);
  for (const auto& [place, n] : one.places) table.row("place", kind, place.first, place.second, "", "raised", n);
  for (std::size_t i = 0; i < one.by_day.size(); ++i)
    if (one.by_day[i] > 0) table.row("day", kind, "", "", report.days[i].date, "raised", one.by_day[i]);
  for (std::size_t i = 0; i < one.by_hour.size(); ++i)
    if (one.by_hour[i] > 0) table.row("hour", kind, "", "", hour_text(i), "raised", one.by_hour[i]);
}

}  // namespace

std::string text_report(const ReportDocument& report) {
  std::ostringstream out;
  out << report.site << " / " << report.node << (report.name.empty() ? "" : " (" + report.name + ")") << '\n'
      << local_text(report.from) << " to " << local_text(report.to) << " (" << report.timezone << ", "
      << counted(report.days.size(), "day", "days") << ")\n\n"
      << in_a_sentence(report.figures) << "\n\n";
  for (const auto& remark : remarks(report)) out << remark << '\n';
  write_kinds(out, report.figures);
  write_access(out, report);
  return out.str();
}

std::string csv_report(const ReportDocument& report) {
  Table table;
  const auto& figures = report.figures;
  for (const auto& [kind, one] : figures.kinds) put_kind(table, report, kind, one);
  for (const auto& [what, one] : figures.access)
    for (std::size_t i = 0; i < one.by_day.size(); ++i) {
      if (one.by_day[i] > 0) table.row("access", "", what.first, "", report.days[i].date, what.second, one.by_day[i]);
      if (one.peak_by_day[i] > 0)
        table.row("access", "", what.first, "", report.days[i].date, what.second + "_most", one.peak_by_day[i]);
    }
  for (const auto& [source, down] : figures.down) {
    table.row("down", "", source, "", "", "times", down.times);
    table.row("down", "", source, "", "", "down", down.seconds, "s");
  }
  for (std::size_t i = 0; i < report.days.size(); ++i)
    if (figures.watch.by_day[i] >= 0)
      table.row("watched", "", "", "", report.days[i].date, "watched", 100 * figures.watch.by_day[i], "%");
  for (const auto& gap : figures.gaps) table.row("gap", gap.what, "", "", "", gap.why, gap.messages);
  return table.take();
}

}  // namespace kuzet::cli
