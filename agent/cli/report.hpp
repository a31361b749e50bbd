// SPDX-License-Identifier: Apache-2.0
// What `kuzet report` gathers, and the four ways in which it writes that.
#pragma once

#include "agent/alerts/report.hpp"
#include "agent/core/result.hpp"
#include "agent/outbox/period.hpp"

#include <boost/json/object.hpp>

#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace kuzet::cli {

inline constexpr const char* report_schema = "kuzet.report/1";

/// Who reports, about when, and what.
struct ReportDocument {
  std::string node, site, name, timezone;
  Wall made;
  Wall from, to;
  std::vector<alerts::LocalDay> days;
  outbox::JournalSpan journal;
  alerts::ReportFigures figures;
};

// Days of the place where the board stands, by the zone of this process (run::set_time_zone()).

/// "2026-11-22" as its midnight, of an `end` the midnight after it; a time as it is ("2026-11-22T04:30:00Z"); a duration
/// ("30d") as so long before `now`. `config` and a sentence when it is none of these.
Result<Wall> read_border(const std::string& text, bool end, Wall now);
/// Midnight at the beginning of the day, so many days before.
Wall midnight_before(Wall now, int days);
/// All days that have a part in [from, to), which are cut at its ends.
std::vector<alerts::LocalDay> days_between(Wall from, Wall to);
/// 0 to 23.
int local_hour(Wall at);
/// "2026-11-22 04:30".
std::string local_text(Wall at);

/// Reads the journal and the history in this folder.
Result<ReportDocument> gather(const std::filesystem::path& folder, Wall from, Wall to);

std::string text_report(const ReportDocument& report);
std::string csv_report(const ReportDocument& report);
std::string json_report(const ReportDocument& report);
/// One page that needs nothing else: charts drawn as SVG, no scripts, light and dark, fit for printing.
std::string html_report(const ReportDocument& report);

// What the ways share.

/// "52 overfilled, 164 illegally parked, 1 fire"; "nothing" for nothing.
std::string in_a_sentence(const alerts::ReportFigures& figures);
/// "illegally parked", as a heading of a kind.
std::string words_of(const std::string& kind);
/// "3 h 20 min", "45 s", "12 d 4 h".
std::string length_text(double seconds);
/// What must be known to judge the figures: "The board watched 171 of 181 days whole...", gaps, what is not known.
std::vector<std::string> remarks(const ReportDocument& report);
/// "1 day", "181 days".
std::string counted(std::uint64_t n, const std::string& one, const std::string& many);

/// A chart of stacked bars with a legend, as SVG; names and labels are escaped here.
struct Bars {
  std::string title;
  std::vector<std::string> labels;                                         ///< one for each bar
  std::vector<std::pair<std::string, std::vector<std::uint64_t>>> series;  ///< name, and a value for each bar
};
std::string bars_svg(const Bars& bars);
/// A strip of days, the darker the more of it was watched; hatched: not known.
std::string strip_svg(const std::vector<alerts::LocalDay>& days, const std::vector<double>& shares);
/// For text and attributes of HTML.
std::string escaped(std::string_view text);

}  // namespace kuzet::cli
