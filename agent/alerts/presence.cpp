// SPDX-License-Identifier: Apache-2.0
// Counting who comes and goes.
#include "agent/alerts/presence.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include <algorithm>
#include <cmath>
#include <limits>

namespace kuzet::alerts {

namespace json = boost::json;
using namespace std::chrono_literals;

namespace {

constexpr std::size_t crowding = 0, intrusion = 1, first_terminal = 2;  // places in rules_
constexpr double told_again = 0.1;                                      // of the limit: so many more are worth a message

int day_of(const LocalTime& local) { return (local.year * 100 + local.month) * 100 + local.day; }

Rule rule_of(Kind kind, Severity severity, const std::string& source, const std::string& rest) {
  Rule rule;
  rule.id = source + "/" + rest;
  rule.kind = kind;
  rule.severity = severity;
  rule.source = source;
  rule.evidence = Evidence::none;
  return rule;
}

std::vector<Rule> rules_of(const PresenceSettings& settings) {
  std::vector<Rule> out{rule_of(Kind::crowding, Severity::medium, settings.id, "crowding"),
                        rule_of(Kind::intrusion, Severity::high, settings.id, "intrusion")};
  out[crowding].confirm = 10s;  // at a turnstile one often comes before the other has gone
  out[crowding].patience = 2s;
  out[crowding].clear = 1min;
  out[intrusion].clear = 5s;
  for (const auto& terminal : settings.terminals)
    out.push_back(rule_of(Kind::reading, Severity::medium, terminal, "reading/silent"));
  return out;
}

Finding finding_of(const Rule& rule, Steady since, json::object measure) {
  Finding out;
  out.kind = rule.kind;
  out.confidence = 1;
  out.since = since;
  out.measure = std::move(measure);
  return out;
}

/// A count that was written by kept(); anything else is a reason to believe nothing of it.
std::optional<std::uint64_t> count_in(const json::object& object, const char* member, std::uint64_t most) {
  const auto* value = object.if_contains(member);
  if (value == nullptr || !value->is_int64() || value->get_int64() < 0) return std::nullopt;
  const auto count = static_cast<std::uint64_t>(value->get_int64());
  return count <= most ? std::optional(count) : std::nullopt;
}

}  // namespace

Presence::Presence(PresenceSettings settings, const Moment& now) : settings_(std::move(settings)), rules_(rules_of(settings_)) {
  for (const auto& terminal : settings_.terminals) terminals_[terminal] = {now.steady, true, std::nullopt};
}

std::string Presence::kept() const {
  return json::serialize(json::object{{"inside", inside()},
                                      {"entered", totals_.entered},
                                      {"left", totals_.left},
                                      {"meals", totals_.meals},
                                      {"corrections", totals_.corrections},
                                      {"day", day_},
                                      {"reset", reset_day_}});
}

bool Presence::restore(std::string_view kept, const Moment& now) {
  boost::system::error_code failed;
  const auto value = json::parse({kept.data(), kept.size()}, failed);
  if (failed || !value.is_object()) return false;
  constexpr std::uint64_t any = std::numeric_limits<std::int32_t>::max();
  const auto read = [&](const char* member, std::uint64_t most) { return count_in(value.get_object(), member, most); };
  const auto inside = read("inside", most_inside), entered = read("entered", any), left = read("left", any),
             meals = read("meals", any), corrections = read("corrections", any), day = read("day", 99991231),
             reset = read("reset", 99991231);
  if (!inside || !entered || !left || !meals || !corrections || !day || !reset) return false;
  totals_ = {*entered, *left, *meals, *corrections};
  day_ = static_cast<int>(*day);
  reset_day_ = static_cast<int>(*reset);
  unnamed_.assign(*inside, now.steady - 24h);  // before anybody of this run
  uncertain_ = true;
  return true;
}

void Presence::resume(const std::vector<Alert>& open) {
  for (const auto& alert : open) {
    if (alert.ended) continue;
    if (alert.rule == rules_[crowding].id) crowded_ = alert.started.steady;
    const auto terminal = terminals_.find(alert.source);
    if (terminal != terminals_.end() && alert.rule == alert.source + "/reading/silent")
      terminal->second.silent = alert.started.steady;
  }
}

void Presence::count(std::string_view what, Tally Totals::*total, const Moment& at, Tally n) {
  totals_.*total += n;
  if (at.clock == ClockState::unsynced) early_.*total += n;
  counted_.push_back({what, at, n});
}

std::vector<Presence::Counted> Presence::take() { return std::exchange(counted_, {}); }

bool Presence::repeated(Passage::What what, const Passer& who, Steady at) {
  if (!who.today) return false;
  const auto known = who.yesterday ? reads_.find(*who.yesterday) : reads_.end();
  if (known != reads_.end()) {
    auto moved = reads_.extract(known);
    moved.key() = *who.today;
    reads_.insert(std::move(moved));
  }
  const Duration window = what == Passage::What::meal ? settings_.meal_again : settings_.double_read;
  const auto [last, first] = reads_[*who.today].try_emplace(what, at);
  if (first) return false;
  const bool again = at - last->second < window;
  // A card that lies on the reader is one passage for as long as it lies there; a meal is due again after its time.
  if (!again || what != Passage::What::meal) last->second = at;
  return again;
}

void Presence::forget_reads(Steady now) {
  const auto old = [&](const auto& read) {
    return now - read.second >= (read.first == Passage::What::meal ? settings_.meal_again : settings_.double_read);
  };
  for (auto entry = reads_.begin(); entry != reads_.end();) {
    std::erase_if(entry->second, old);
    entry = entry->second.empty() ? reads_.erase(entry) : std::next(entry);
  }
}

void Presence::passed(const std::string& terminal, Passage::What what, const Passer& who, const Moment& at,
                      const LocalTime& local) {
  if (const auto found = terminals_.find(terminal); found != terminals_.end()) found->second = {at.steady, true, std::nullopt};
  turn_day(at, local);
  reset_if_due(at, local);
  if (repeated(what, who, at.steady)) return;
  switch (what) {
    case Passage::What::entry: return enter(who, at);
    case Passage::What::exit: return leave(who, at);
    case Passage::What::meal: return count("meals", &Totals::meals, at);
  }
}

bool Presence::take_out(const Passer& who) {
  if (who.today && today_.erase(*who.today) > 0) return true;
  return who.yesterday && yesterday_.erase(*who.yesterday) > 0;
}

void Presence::enter(const Passer& who, const Moment& at) {
  // Who comes in and is inside has left unseen.
  if (take_out(who) || inside() >= most_inside) count("corrections", &Totals::corrections, at);
  if (who.today && inside() < most_inside)
    today_[*who.today] = at.steady;
  else if (inside() < most_inside)
    unnamed_.push_back(at.steady);
  count("entered", &Totals::entered, at);
}

bool Presence::take_unnamed(const Passer& who) {
  if (!unnamed_.empty()) {
    unnamed_.pop_front();
    return true;
  }
  if (who.today || inside() == 0) return false;
  // Who leaves without a name, through a door with a button, is one of those who came with one: who, does not matter.
  Set& longest = yesterday_.empty() ? today_ : yesterday_;
  longest.erase(std::ranges::min_element(longest, {}, [](const auto& entry) { return entry.second; }));
  return true;
}

void Presence::leave(const Passer& who, const Moment& at) {
  // Who goes out and was not inside has come in unseen.
  if (!take_out(who) && !take_unnamed(who)) count("corrections", &Totals::corrections, at);
  count("left", &Totals::left, at);
  if (inside() == 0) uncertain_ = false;
}

void Presence::works(const std::string& terminal, bool works, const Moment& now) {
  const auto found = terminals_.find(terminal);
  if (found == terminals_.end() || found->second.works == works) return;
  found->second = {now.steady, works, std::nullopt};
  // Who passed meanwhile was not seen.
  if (!works) uncertain_ = true;
}

void Presence::rotate() {
  for (const auto& [who, since] : yesterday_) unnamed_.push_back(since);
  std::ranges::sort(unnamed_);
  yesterday_ = std::exchange(today_, {});
}

void Presence::turn_day(const Moment& now, const LocalTime& local) {
  if (now.clock == ClockState::unsynced) return;
  const int day = day_of(local);
  if (day != day_) totals_ = std::exchange(early_, {});
  early_ = {};
  day_ = day;
}

void Presence::reset_if_due(const Moment& now, const LocalTime& local) {
  const int day = day_of(local);
  if (!settings_.empty_at || now.clock == ClockState::unsynced || local.minute < *settings_.empty_at || day == reset_day_)
    return;
  reset_day_ = day;
  // Who came in after that hour, though it is noticed only now, is inside.
  const Steady then = now.steady - std::chrono::minutes(local.minute - *settings_.empty_at + 1);
  const auto before = inside();
  const auto early = [&](const auto& entry) { return entry.second < then; };
  std::erase_if(today_, early);
  std::erase_if(yesterday_, early);
  std::erase_if(unnamed_, [&](const Steady& since) { return since < then; });
  uncertain_ = false;
  if (before > inside()) count("corrections", &Totals::corrections, now, before - inside());
}

std::vector<Finding> Presence::crowd(const Moment& now) {
  const auto count = static_cast<std::int64_t>(inside());
  if (settings_.limit == 0 || count <= settings_.limit) return crowded_.reset(), std::vector<Finding>{};
  if (!crowded_) crowded_ = now.steady;
  Finding out = finding_of(rules_[crowding], *crowded_, {{"count", count}, {"limit", settings_.limit}});
  out.since_uncertain = uncertain_;
  const double step = std::max(1.0, std::floor(static_cast<double>(settings_.limit) * told_again));
  out.edition = static_cast<std::uint64_t>(static_cast<double>(count - settings_.limit) / step);
  return {std::move(out)};
}

std::optional<std::vector<Finding>> Presence::stayed(const Moment& now, const Opening& opening) {
  if (!settings_.has_hours || opening.open || inside() == 0) return std::vector<Finding>{};
  // While nobody knows what time it is, it counts as closed, but only after the grace: by then most clocks are set. Until then
  // nothing is decided about an alert from before.
  if (opening.lasting < settings_.grace) return opening.known ? std::optional(std::vector<Finding>{}) : std::nullopt;
  Finding out = finding_of(rules_[intrusion], now.steady - (opening.lasting - settings_.grace), {{"inside", inside()}});
  out.since_uncertain = uncertain_ || !opening.known;
  out.edition = inside();
  return std::vector{std::move(out)};
}

std::optional<std::vector<Finding>> Presence::silence(Terminal& terminal, const Moment& now, const Opening& opening) const {
  if (settings_.silent == Duration::zero() || !terminal.works) return std::vector<Finding>{};
  const Duration waited = std::min(now.steady - terminal.last, opening.lasting);
  if (opening.open && opening.known && !terminal.silent && waited >= settings_.silent) terminal.silent = now.steady - waited;
  // Nobody is expected while it is closed; a terminal that was silent before is none that works.
  if (!terminal.silent) return opening.open ? std::optional(std::vector<Finding>{}) : std::nullopt;
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(now.steady - *terminal.silent).count();
  return std::vector{finding_of(rules_[first_terminal], *terminal.silent,
                                {{"fault", "silent"}, {"access", settings_.id}, {"silent_s", seconds}})};
}

std::vector<std::pair<const Rule*, std::vector<Finding>>> Presence::look(const Moment& now, const LocalTime& local,
                                                                         const Opening& opening) {
  turn_day(now, local);
  reset_if_due(now, local);
  forget_reads(now.steady);
  std::vector<std::pair<const Rule*, std::vector<Finding>>> out{{&rules_[crowding], crowd(now)}};
  if (auto found = stayed(now, opening)) out.emplace_back(&rules_[intrusion], std::move(*found));
  for (std::size_t i = 0; i < settings_.terminals.size(); ++i)
    if (auto found = silence(terminals_.at(settings_.terminals[i]), now, opening))
      out.emplace_back(&rules_[first_terminal + i], std::move(*found));
  return out;
}

Observation Presence::observation() const {
  Observation out{"access",
                  {{"inside", inside()},
                   {"entered", totals_.entered},
                   {"left", totals_.left},
                   {"meals", totals_.meals},
                   {"corrections", totals_.corrections}}};
  if (uncertain_) out.values["uncertain"] = true;
  return out;
}

}  // namespace kuzet::alerts
