// SPDX-License-Identifier: Apache-2.0
// Why a run ended, from what it wrote down itself, what systemd says, and whether the board started anew.
#include "agent/run/past_runs.hpp"

#include "agent/core/json.hpp"
#include "agent/core/members.hpp"

#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>

#include <algorithm>

namespace kuzet::run {

namespace json = boost::json;
using namespace std::chrono_literals;

namespace {

constexpr auto now_fact = "run/now";
constexpr auto restarts_fact = "run/restarts";
constexpr auto stopped = "stopped";
constexpr Duration shown = 10min;
constexpr Duration sign_of_life = 10min;  // 144 small commits a day: 1 MB of a card's 250
constexpr Duration day = 24h;
constexpr std::size_t most_kept = 100;  // of a day: one each quarter of an hour; more says the same

std::string fact(const Facts& facts, std::string_view name) {
  const auto found = std::ranges::find(facts, name, [](const auto& one) { return std::string_view(one.first); });
  return found == facts.end() ? std::string() : found->second;
}

json::value parsed(const std::string& text) {
  boost::system::error_code unreadable;
  auto out = json::parse(text, unreadable);
  return unreadable ? json::value() : out;
}

bool within_a_day(const Moment& at, const Moment& now) {
  return now.wall - at.wall < std::chrono::duration_cast<std::chrono::milliseconds>(day);
}

}  // namespace

PastRuns::PastRuns(const Facts& facts, Start start, const Moment& now) : start_(std::move(start)), began_(now) {
  const auto list = parsed(fact(facts, restarts_fact));
  if (list.is_array())
    for (const auto& one : list.as_array()) {
      if (!one.is_object()) continue;
      const auto at = parse_rfc3339(text_member(one.as_object(), "at"));
      if (at) restarts_.push_back({{{}, *at, ClockState::held}, text_member(one.as_object(), "why")});
    }
  const auto run = parsed(fact(facts, now_fact));
  if (!run.is_object()) return;
  // What systemd said is of the run before only where it was said after that one began.
  const auto* begun = run.as_object().if_contains("began_s");
  boost::system::error_code none;
  if (start_.told && (begun == nullptr || start_.told->steady_s < begun->to_number<double>(none))) start_.told.reset();
  const auto why = why_of(run.as_object());
  if (why.empty()) return;
  restarted_ = true;
  hung_ = text_member(run.as_object(), "end");
  last_seen_ = text_member(run.as_object(), "seen");
  if (why != "power" && start_.told) last_seen_ = rfc3339(start_.told->at);
  restarts_.push_back({now, why});
  if (restarts_.size() > most_kept) restarts_.erase(restarts_.begin());
}

/// Empty: it ended as it was asked to.
std::string PastRuns::why_of(const json::object& run) const {
  const auto end = text_member(run, "end");
  if (end == stopped) return {};
  if (!end.empty()) return "hung";
  if (text_member(run, "boot") != start_.boot) return "power";
  const auto* kills = run.if_contains("memory_kills");
  const bool killed_since = kills != nullptr && kills->is_number() && start_.memory_kills > kills->to_number<std::uint64_t>();
  if (!start_.told) return killed_since ? "memory" : "killed";
  const auto& told = *start_.told;
  if (told.memory || told.result == "oom-kill") return "memory";
  if (told.result == "watchdog") return "watchdog";
  if (told.result == "timeout") return "watchdog";
  if (told.result == "exit-code") return "failed";
  if (told.status == "KILL") return killed_since ? "memory" : "killed";
  return told.code == "killed" && (told.status == "TERM" || told.status == "INT") ? "killed" : "crash";
}

PastRuns::Words PastRuns::words() const {
  const auto& why = restarts_.back().why;
  const auto signal = start_.told && start_.told->code != "exited" ? " (signal " + start_.told->status + ")" : std::string();
  if (why == "power")
    return {"the board went off without being shut down; it was last seen at " + last_seen_,
            "if nobody pulled the plug: look at power supply and cable"};
  if (why == "watchdog")
    return {"the agent did not answer any more and systemd began it anew", "look at journalctl -u kuzet before that time"};
  if (why == "memory")
    return {"the agent was killed because the memory that it may use was used up",
            "look at memory_bytes in kuzet status; take smaller streams or fewer cameras"};
  if (why == "hung") return {"the agent was begun anew because " + hung_, "look at that part; the restart may have healed it"};
  if (why == "failed") return {"the agent ended with a failure", "look at journalctl -u kuzet before that time"};
  if (why == "killed") return {"the agent was killed" + signal, "somebody or something on this board did it"};
  return {"the agent crashed" + signal, "report it with journalctl -u kuzet of that time"};
}

void PastRuns::write_run(const Remember& remember, const std::string& end, const Moment& now) {
  written_ = now.steady;
  remember(now_fact, json_text(json::object{{"boot", start_.boot},
                                            {"began_s", in_seconds(began_.steady.time_since_epoch())},
                                            {"seen", rfc3339(now.wall)},
                                            {"memory_kills", start_.memory_kills},
                                            {"end", end}}));
}

void PastRuns::write_restarts(const Remember& remember) const {
  json::array list;
  for (const auto& one : restarts_) list.push_back(json::object{{"at", rfc3339(one.at.wall)}, {"why", one.why}});
  remember(restarts_fact, list.empty() ? std::string() : json_text(list));
}

void PastRuns::begin(const Remember& remember, const Moment& now) {
  write_run(remember, "", now);
  if (restarted_) write_restarts(remember);
}

void PastRuns::tick(const Remember& remember, const Moment& now) {
  if (restarted_ && restarts_.back().at.clock == ClockState::unsynced && now.clock != ClockState::unsynced) {
    restarts_.back().at = corrected(restarts_.back().at, now);
    began_ = corrected(began_, now);
    write_restarts(remember);
  }
  if (now.steady - written_ >= sign_of_life) write_run(remember, "", now);
}

void PastRuns::end(const Remember& remember, const std::string& why, const Moment& now) {
  write_run(remember, why.empty() ? stopped : why, now);
}

std::size_t PastRuns::in_a_day(const Moment& now) const {
  return static_cast<std::size_t>(
      std::ranges::count_if(restarts_, [&](const Restart& one) { return within_a_day(one.at, now); }));
}

std::optional<json::object> PastRuns::fault(const Moment& now) const {
  if (!restarted_ || now.steady - began_.steady > shown) return std::nullopt;
  const auto said = words();
  return json::object{{"why", restarts_.back().why},
                      {"count", in_a_day(now)},
                      {"last_seen", last_seen_},
                      {"what", said.what},
                      {"do", said.advice}};
}

json::object PastRuns::about(const Moment& now) const {
  json::object out{{"last_24h", in_a_day(now)}};
  if (restarts_.empty()) return out;
  out["why"] = restarts_.back().why;
  out["at"] = rfc3339(restarts_.back().at.wall);
  return out;
}

}  // namespace kuzet::run
