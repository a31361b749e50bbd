// SPDX-License-Identifier: Apache-2.0
// A report as one page that needs nothing else: for a browser without a network, for the printer, for the file.
#include "agent/cli/report.hpp"

#include <algorithm>

namespace kuzet::cli {

namespace {

// Colours that people who see red and green alike can tell apart (Okabe and Ito, 2008), a little lighter for the dark.
constexpr auto style = R"(
:root{color-scheme:light dark;--ink:#1b1b1b;--soft:#5c5c5c;--paper:#fff;--line:#ddd;--empty:#e8e8e8;--watched:#0072b2}
@media(prefers-color-scheme:dark){:root{--ink:#e9e9e9;--soft:#a8a8a8;--paper:#161616;--line:#3a3a3a;--empty:#2c2c2c;--watched:#56b4e9}}
@media print{:root{color-scheme:light;--ink:#000;--soft:#444;--paper:#fff;--line:#ccc;--empty:#e8e8e8;--watched:#0072b2}
section{break-inside:avoid}*{print-color-adjust:exact;-webkit-print-color-adjust:exact}}
body{font:16px/1.45 system-ui,sans-serif;color:var(--ink);background:var(--paper);max-width:60rem;margin:2rem auto;padding:0 1rem}
h1{font-size:1.5rem;margin:0}h2{font-size:1.1rem;margin:2rem 0 .5rem}p.sum{font-size:1.25rem;margin:1rem 0}
.soft,td.soft{color:var(--soft)}table{border-collapse:collapse;width:100%;font-size:.9rem}
th,td{text-align:left;padding:.3rem .6rem .3rem 0;border-bottom:1px solid var(--line);vertical-align:top}
td.n,th.n{text-align:right;font-variant-numeric:tabular-nums}.wide{overflow-x:auto}
svg{width:100%;height:auto;display:block}svg text{fill:var(--soft);font-size:11px}.grid{stroke:var(--line)}.empty{fill:var(--empty)}.watched{fill:var(--watched)}
.legend{list-style:none;display:flex;flex-wrap:wrap;gap:.2rem 1rem;padding:0;margin:.3rem 0;font-size:.85rem}
.key{display:inline-block;width:.8em;height:.8em;margin-right:.4em;border-radius:2px}
.c0{fill:#d55e00}.c1{fill:#0072b2}.c2{fill:#e69f00}.c3{fill:#009e73}.c4{fill:#cc79a7}.c5{fill:#56b4e9}.c6{fill:#b0a000}.c7{fill:#8a8a8a}.c8{fill:#7b5ea7}.c9{fill:#a0522d}
.k0{background:#d55e00}.k1{background:#0072b2}.k2{background:#e69f00}.k3{background:#009e73}.k4{background:#cc79a7}.k5{background:#56b4e9}.k6{background:#b0a000}.k7{background:#8a8a8a}.k8{background:#7b5ea7}.k9{background:#a0522d}
)";

std::string cell(const std::string& text, bool is_number = false) {
  return (is_number ? "<td class=\"n\">" : "<td>") + escaped(text) + "</td>";
}

std::string heads(const std::vector<std::string>& names, std::size_t words) {
  std::string out = "<div class=\"wide\"><table><thead><tr>";
  for (std::size_t i = 0; i < names.size(); ++i) out += (i < words ? "<th>" : "<th class=\"n\">") + names[i] + "</th>";
  return out + "</tr></thead><tbody>";
}
constexpr auto table_end = "</tbody></table></div>";

std::string section(const std::string& title, const std::string& content) {
  return "<section><h2>" + escaped(title) + "</h2>" + content + "</section>\n";
}

std::string length_or_dash(const alerts::Spread& spread, double alerts::Spread::*value) {
  return spread.n == 0 ? "–" : length_text(spread.*value);
}

std::string kinds_table(const alerts::ReportFigures& figures) {
  std::string out = heads({"", "raised", "from before", "still open", "median", "9 of 10", "longest", "confirmed in"}, 1);
  for (const auto& [kind, one] : figures.kinds)
    out += "<tr>" + cell(words_of(kind)) + cell(std::to_string(one.count), true) + cell(std::to_string(one.carried), true) +
           cell(std::to_string(one.open), true) + cell(length_or_dash(one.lasted, &alerts::Spread::median), true) +
           cell(length_or_dash(one.lasted, &alerts::Spread::p90), true) +
           cell(length_or_dash(one.lasted, &alerts::Spread::longest), true) +
           cell(length_or_dash(one.answered, &alerts::Spread::median), true) + "</tr>";
  return out + table_end;
}

/// So many days in one bar that the bars can still be told apart.
struct Grouped {
  std::size_t days = 1;
  std::vector<std::string> labels;
};

Grouped grouped(const std::vector<alerts::LocalDay>& days) {
  Grouped out;
  out.days = days.size() <= 92 ? 1 : days.size() <= 640 ? 7 : 28;
  for (std::size_t i = 0; i < days.size(); i += out.days)
    out.labels.push_back(out.days == 1 ? days[i].date.substr(5) : days[i].date);
  return out;
}

std::vector<std::uint64_t> sums(const std::vector<std::uint64_t>& by_day, std::size_t days, bool most = false) {
  std::vector<std::uint64_t> out((by_day.size() + days - 1) / days);
  for (std::size_t i = 0; i < by_day.size(); ++i) {
    auto& place = out[i / days];
    place = most ? std::max(place, by_day[i]) : place + by_day[i];
  }
  return out;
}

std::vector<std::string> hours() {
  std::vector<std::string> out;
  for (int hour = 0; hour < 24; ++hour) out.push_back((hour < 10 ? "0" : "") + std::to_string(hour));
  return out;
}

std::string by_time(const ReportDocument& report) {
  const auto group = grouped(report.days);
  Bars days{"Alerts by day", group.labels, {}}, day{"Alerts by hour of the day", hours(), {}};
  for (const auto& [kind, one] : report.figures.kinds) {
    if (one.count == 0) continue;
    days.series.emplace_back(words_of(kind), sums(one.by_day, group.days));
    day.series.emplace_back(words_of(kind), std::vector<std::uint64_t>(one.by_hour.begin(), one.by_hour.end()));
  }
  if (days.series.empty()) return {};
  const auto title = group.days == 1 ? "By day" : "By " + std::to_string(group.days) + " days";
  return section(title, bars_svg(days)) + section("By hour of the day", bars_svg(day));
}

std::string places_table(const alerts::ReportFigures& figures) {
  std::string rows;
  for (const auto& [kind, one] : figures.kinds)
    for (const auto& [place, n] : one.places)
      rows += "<tr>" + cell(words_of(kind)) + cell(place.first) + cell(place.second) + cell(std::to_string(n), true) + "</tr>";
  if (rows.empty()) return {};
  return section("Where", heads({"", "camera or sensor", "zone", "raised"}, 3) + rows + table_end);
}

std::string access_charts(const ReportDocument& report) {
  const auto group = grouped(report.days);
  std::map<std::string, Bars> by_source;
  std::string out;
  for (const auto& [what, one] : report.figures.access) {
    const auto& [source, name] = what;
    if (one.peak > 0)
      out += section(source + ": " + name + ", at most " + std::to_string(one.peak) + " at a time",
                     bars_svg({name, group.labels, {{name, sums(one.peak_by_day, group.days, true)}}}));
    if (one.total == 0) continue;
    auto& bars = by_source[source];
    bars.title = source, bars.labels = group.labels;
    bars.series.emplace_back(name + " (" + std::to_string(one.total) + ")", sums(one.by_day, group.days));
  }
  std::string counts;
  for (const auto& [source, bars] : by_source) counts += section(source + ": registrations", bars_svg(bars));
  return counts + out;
}

std::string down_table(const alerts::ReportFigures& figures) {
  std::string rows;
  for (const auto& [source, one] : figures.down) {
    std::string faults;
    for (const auto& [fault, n] : one.faults) faults += (faults.empty() ? "" : ", ") + fault + " " + std::to_string(n);
    rows += "<tr>" + cell(source) + cell(faults) + cell(std::to_string(one.times), true) +
            cell(length_text(one.seconds), true) + cell(length_text(one.longest), true) + cell(one.still ? "yes" : "no", true) +
            "</tr>";
  }
  if (rows.empty()) return {};
  return section("Blind", heads({"camera or sensor", "faults", "times", "in all", "longest", "still"}, 2) + rows + table_end);
}

std::string judged(const ReportDocument& report) {
  std::string out;
  if (report.figures.watch.of > 0) out += strip_svg(report.days, report.figures.watch.by_day);
  out += "<ul>";
  for (const auto& remark : remarks(report)) out += "<li>" + escaped(remark) + "</li>";
  return section("How far these figures can be believed", out + "</ul>") + down_table(report.figures);
}

}  // namespace

std::string html_report(const ReportDocument& report) {
  const auto title = (report.name.empty() ? report.site : report.name) + ", " + local_text(report.from).substr(0, 10) + " to " +
                     local_text(report.to - std::chrono::milliseconds(1)).substr(0, 10);
  std::string out =
      "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">"
      "<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">"
      "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">";
  out += "<title>" + escaped(title) + "</title><style>" + style + "</style></head><body>\n<h1>" + escaped(title) + "</h1>";
  out += "<p class=\"soft\">" +
         escaped("Site " + report.site + ", board " + report.node + "; " + local_text(report.from) + " to " +
                 local_text(report.to) + ", " + report.timezone + "; made " + local_text(report.made)) +
         "</p>\n<p class=\"sum\">" + escaped(in_a_sentence(report.figures)) + "</p>\n";
  if (!report.figures.kinds.empty()) out += section("What happened, and how long it lasted", kinds_table(report.figures));
  out += by_time(report) + places_table(report.figures) + access_charts(report) + judged(report);
  return out + "</body></html>\n";
}

}  // namespace kuzet::cli
