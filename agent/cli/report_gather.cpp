// SPDX-License-Identifier: Apache-2.0
// What a report says, from the journal and the history.
#include "agent/cli/report.hpp"
#include "agent/core/members.hpp"
#include "agent/outbox/history_view.hpp"

#include <boost/json/parse.hpp>

#include <unordered_map>

namespace kuzet::cli {

namespace json = boost::json;

namespace {

using Answers = std::unordered_map<std::string, Wall>;

std::optional<Wall> time(const json::object& object, std::string_view key) {
  const auto read = parse_rfc3339(text_member(object, key));
  return read ? std::optional(*read) : std::nullopt;
}

std::optional<json::object> object_of(const std::string& body) {
  boost::system::error_code wrong;
  auto value = json::parse(body, wrong);
  return wrong || !value.is_object() ? std::nullopt : std::optional(std::move(value.as_object()));
}

std::vector<std::string> members_of(const json::object& measure) {
  std::vector<std::string> out;
  for (const char* key : {"cameras", "sensors"})
    if (const auto* list = measure.if_contains(key); list != nullptr && list->is_array())
      for (const auto& one : list->as_array())
        if (one.is_string()) out.emplace_back(one.as_string());
  return out;
}

/// False: the body is no alert.
bool add_alert(alerts::Report& report, const std::string& body, const Answers& answers) {
  const auto found = object_of(body);
  if (!found) return false;
  const auto& alert = *found;
  const auto started = time(alert, "started"), confirmed = time(alert, "confirmed");
  if (!started || !confirmed) return false;
  alerts::ReportedAlert out{text_member(alert, "kind"),
                            text_member(alert, "severity"),
                            text_member(alert, "source"),
                            text_member(alert, "zone"),
                            {},
                            {},
                            *started,
                            *confirmed,
                            time(alert, "ended"),
                            {},
                            false};
  if (const auto* measure = alert.if_contains("measure"); measure != nullptr && measure->is_object()) {
    out.fault = text_member(measure->as_object(), "fault");
    out.members = members_of(measure->as_object());
  }
  out.doubtful = alert.contains("since_uncertain") || alert.contains("ended_uncertain");
  if (const auto answer = answers.find(text_member(alert, "id")); answer != answers.end()) out.answered = answer->second;
  report.add(out);
  return true;
}

void add_gap(alerts::Report& report, const std::string& body) {
  const auto gap = object_of(body);
  if (!gap) return;
  if (const auto at = time(*gap, "at"); !at || *at < report.period().from || *at >= report.period().to) return;
  const auto* count = gap->if_contains("count");
  report.gap(text_member(*gap, "class"), text_member(*gap, "why"),
             count != nullptr && count->is_number() ? count->to_number<std::uint64_t>() : 0);
}

Result<> add_history(alerts::Report& report, Answers& answers, outbox::HistoryView& history) {
  const auto& [from, to, days, hour] = report.period();
  const auto counts = history.counts(from, to);
  if (!counts) return counts.error();
  for (const auto& one : *counts) report.count(one.hour, one.source, one.what, one.n, one.peak);
  const auto first = history.first_watched();
  if (!first) return first.error();
  if (*first) report.watched_since(**first);
  const auto watched = history.watched(from, to);
  if (!watched) return watched.error();
  for (const auto& one : *watched) report.watched(one.hour, one.minutes);
  const auto answered = history.answers(from, Wall::max());
  if (!answered) return answered.error();
  for (const auto& one : *answered) answers[one.alert] = one.at;
  if (!answered->empty()) report.answers_are_known();
  return {};
}

}  // namespace

Result<ReportDocument> gather(const std::filesystem::path& folder, Wall from, Wall to) {
  ReportDocument out;
  out.from = from, out.to = to;
  out.days = days_between(from, to);
  alerts::Report report({from, to, out.days, local_hour});
  Answers answers;
  const auto history =
      outbox::read_history(folder, [&](outbox::HistoryView& view) { return add_history(report, answers, view); });
  if (!history) return history.error().within("history");
  std::uint64_t unreadable = 0;
  const auto journal = outbox::read_period(
      folder, from, [&](const std::string& body) { unreadable += add_alert(report, body, answers) ? 0 : 1; },
      [&](const std::string& body) { add_gap(report, body); });
  if (!journal) return journal.error();
  out.journal = *journal;
  out.journal.missing += unreadable;
  out.figures = report.finish();
  return out;
}

}  // namespace kuzet::cli
