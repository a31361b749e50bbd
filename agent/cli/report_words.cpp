// SPDX-License-Identifier: Apache-2.0
// The words of a report: sentences, lengths of time, and what must be known to judge the figures.
#include "agent/cli/report.hpp"

#include <algorithm>
#include <array>
#include <cmath>

namespace kuzet::cli {

namespace {

struct Words {
  std::string_view kind, one, many;
};

// In the order in which a city reads them.
constexpr std::array<Words, 10> kinds{{{"fire", "fire", "fires"},
                                       {"smoke", "smoke", "smoke"},
                                       {"waste_overflow", "overfilled", "overfilled"},
                                       {"illegal_parking", "illegally parked", "illegally parked"},
                                       {"crowding", "crowded", "crowded"},
                                       {"intrusion", "intrusion", "intrusions"},
                                       {"reading", "reading out of bounds", "readings out of bounds"},
                                       {"citizen_report", "report by residents", "reports by residents"},
                                       {"camera_fault", "camera fault", "camera faults"},
                                       {"node_fault", "fault of the board", "faults of the board"}}};

std::string named(const std::string& kind, std::uint64_t n) {
  const auto known = std::ranges::find(kinds, kind, &Words::kind);
  return known == kinds.end() ? kind : std::string(n == 1 ? known->one : known->many);
}

std::string percent(std::uint64_t part, std::uint64_t whole) {
  const auto tenths =
      std::llround(std::floor(1000.0 * static_cast<double>(part) / static_cast<double>(whole)));  // never up to 100
  return std::to_string(tenths / 10) + "." + std::to_string(tenths % 10) + " %";
}

void remark_watch(const ReportDocument& report, std::vector<std::string>& out) {
  const auto& watch = report.figures.watch;
  if (!watch.known_from || watch.of == 0)
    return (void)out.emplace_back("Whether the board was on is not known for this period: nobody wrote it down.");
  const auto days = watch.whole + watch.part + watch.none;
  out.emplace_back("The board watched " + std::to_string(watch.whole) + " of " + counted(days, "day", "days") + " whole, " +
                   std::to_string(watch.part) + " in part and " + std::to_string(watch.none) +
                   " not at all: " + percent(watch.minutes, watch.of) + " of the time.");
  if (watch.unknown > 0)
    out.emplace_back("Of " + counted(watch.unknown, "earlier day", "earlier days") +
                     " it is not known whether the board was on: that is written down since " + local_text(*watch.known_from) +
                     ".");
}

void remark_down(const ReportDocument& report, std::vector<std::string>& out) {
  for (const auto& [source, down] : report.figures.down)
    out.push_back(source + " saw nothing, or not what it should, for " + length_text(down.seconds) + " in all (" +
                  counted(down.times, "time", "times") + (down.still ? ", and at the end still" : "") + ").");
}

void remark_journal(const ReportDocument& report, std::vector<std::string>& out) {
  const auto& journal = report.journal;
  if (!journal.begins) return (void)out.emplace_back("The journal of this board is empty.");
  if (*journal.begins > report.from && journal.pruned)
    out.emplace_back("The journal goes back to " + local_text(*journal.begins) +
                     " only; what was before has given way to its budget, and is not counted.");
  else if (*journal.begins > report.from)
    out.emplace_back("The journal begins on " + local_text(*journal.begins) + ".");
  if (journal.missing > 0)
    out.push_back(counted(journal.missing, "alert", "alerts") + " in the journal could not be read and " +
                  (journal.missing == 1 ? "is" : "are") + " not counted.");
  for (const auto& gap : report.figures.gaps)
    out.push_back(counted(gap.messages, "message", "messages") + " of the class " + gap.what + " " +
                  (gap.messages == 1 ? "was" : "were") + " given up (" + gap.why + ").");
}

}  // namespace

std::string counted(std::uint64_t n, const std::string& one, const std::string& many) {
  return std::to_string(n) + " " + (n == 1 ? one : many);
}

std::string words_of(const std::string& kind) { return named(kind, 2); }

std::string in_a_sentence(const alerts::ReportFigures& figures) {
  std::string out;
  const auto add = [&](const std::string& kind, std::uint64_t n) {
    if (n > 0) out += (out.empty() ? "" : ", ") + std::to_string(n) + " " + named(kind, n);
  };
  for (const auto& known : kinds)
    if (const auto found = figures.kinds.find(std::string(known.kind)); found != figures.kinds.end())
      add(found->first, found->second.count);
  for (const auto& [kind, one] : figures.kinds)
    if (std::ranges::find(kinds, kind, &Words::kind) == kinds.end()) add(kind, one.count);
  return out.empty() ? "nothing" : out;
}

std::string length_text(double seconds) {
  const auto whole = std::llround(std::max(0.0, seconds));
  const auto two = [](long long more, const char* large, long long less, const char* small) {
    return std::to_string(more) + " " + large + (less > 0 ? " " + std::to_string(less) + " " + small : std::string());
  };
  if (whole < 60) return std::to_string(whole) + " s";
  if (whole < 3600) return two(whole / 60, "min", whole % 60, "s");
  if (whole < 86400) return two(whole / 3600, "h", whole % 3600 / 60, "min");
  return two(whole / 86400, "d", whole % 86400 / 3600, "h");
}

std::vector<std::string> remarks(const ReportDocument& report) {
  std::vector<std::string> out;
  remark_watch(report, out);
  remark_down(report, out);
  remark_journal(report, out);
  if (!report.figures.answers_known)
    out.emplace_back("How soon the control centre confirmed is not known: nobody wrote it down.");
  return out;
}

}  // namespace kuzet::cli
