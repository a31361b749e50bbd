// SPDX-License-Identifier: Apache-2.0
// A report for programs: "kuzet.report/1", whose JSON Schema is config/schema/report.schema.json.
#include "agent/cli/report.hpp"
#include "agent/core/json.hpp"

#include <boost/json/array.hpp>

namespace kuzet::cli {

namespace json = boost::json;

namespace {

json::value spread_json(const alerts::Spread& spread) {
  if (spread.n == 0) return nullptr;
  return json::object{{"n", spread.n},
                      {"median_s", rounded(spread.median, 1)},
                      {"p90_s", rounded(spread.p90, 1)},
                      {"longest_s", rounded(spread.longest, 1)}};
}

template <class List>
json::array array_of(const List& list) {
  json::array out;
  for (const auto one : list) out.push_back(one);
  return out;
}

json::object by_name(const std::map<std::string, std::uint64_t>& counts) {
  json::object out;
  for (const auto& [name, n] : counts) out[name.empty() ? "unknown" : name] = n;
  return out;
}

json::object kind_json(const alerts::KindFigures& one) {
  json::object out{{"raised", one.count}, {"carried_over", one.carried}, {"open", one.open}, {"uncertain", one.doubtful}};
  out["longest_open_s"] = one.open > 0 ? json::value(rounded(one.longest_open, 1)) : json::value(nullptr);
  out["lasted"] = spread_json(one.lasted);
  out["confirmed"] = spread_json(one.answered);
  out["severities"] = by_name(one.severities);
  auto& places = out["places"].emplace_array();
  for (const auto& [place, n] : one.places) {
    json::object entry{{"source", place.first}};
    if (!place.second.empty()) entry["zone"] = place.second;
    entry["raised"] = n;
    places.push_back(std::move(entry));
  }
  out["by_day"] = array_of(one.by_day);
  out["by_hour"] = array_of(one.by_hour);
  return out;
}

json::array access_json(const alerts::ReportFigures& figures) {
  json::array out;
  for (const auto& [what, one] : figures.access) {
    json::object entry{{"source", what.first}, {"what", what.second}, {"total", one.total}, {"most", one.peak}};
    entry["by_day"] = array_of(one.by_day);
    entry["most_by_day"] = array_of(one.peak_by_day);
    entry["by_hour"] = array_of(one.by_hour);
    out.push_back(std::move(entry));
  }
  return out;
}

json::object watch_json(const alerts::WatchFigures& watch) {
  json::object out{{"known_from", nullptr},        {"minutes", watch.minutes}, {"of_minutes", watch.of},
                   {"whole_days", watch.whole},    {"part_days", watch.part},  {"no_days", watch.none},
                   {"unknown_days", watch.unknown}};
  if (watch.known_from) out["known_from"] = rfc3339(*watch.known_from);
  auto& by_day = out["by_day"].emplace_array();
  for (const double share : watch.by_day) by_day.push_back(share < 0 ? json::value(nullptr) : json::value(rounded(share, 3)));
  return out;
}

json::array down_json(const alerts::ReportFigures& figures) {
  json::array out;
  for (const auto& [source, one] : figures.down)
    out.push_back(json::object{{"source", source},
                               {"times", one.times},
                               {"down_s", rounded(one.seconds, 1)},
                               {"longest_s", rounded(one.longest, 1)},
                               {"still", one.still},
                               {"faults", by_name(one.faults)}});
  return out;
}

json::object journal_json(const ReportDocument& report) {
  const auto& journal = report.journal;
  json::object out{{"begins", nullptr}, {"pruned", journal.pruned}, {"events", journal.events}, {"missing", journal.missing}};
  if (journal.begins) out["begins"] = rfc3339(*journal.begins);
  auto& gaps = out["gaps"].emplace_array();
  for (const auto& gap : report.figures.gaps)
    gaps.push_back(json::object{{"class", gap.what}, {"why", gap.why}, {"times", gap.times}, {"messages", gap.messages}});
  return out;
}

}  // namespace

std::string json_report(const ReportDocument& report) {
  json::object out{{"schema", report_schema},
                   {"node", report.node},
                   {"site", report.site},
                   {"name", report.name},
                   {"timezone", report.timezone},
                   {"made", rfc3339(report.made)},
                   {"from", rfc3339(report.from)},
                   {"to", rfc3339(report.to)},
                   {"alerts", report.figures.alerts},
                   {"summary", in_a_sentence(report.figures)}};
  auto& days = out["days"].emplace_array();
  for (const auto& day : report.days) days.push_back(json::value(day.date));
  auto& kinds = out["kinds"].emplace_object();
  for (const auto& [kind, one] : report.figures.kinds) kinds[kind] = kind_json(one);
  out["access"] = access_json(report.figures);
  out["watched"] = watch_json(report.figures.watch);
  out["down"] = down_json(report.figures);
  out["journal"] = journal_json(report);
  auto& said = out["remarks"].emplace_array();
  for (const auto& remark : remarks(report)) said.push_back(json::value(remark));
  return json_text(out) + "\n";
}

}  // namespace kuzet::cli
