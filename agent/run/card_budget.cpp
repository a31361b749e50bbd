// SPDX-License-Identifier: Apache-2.0
// The day's count, its forecast, and the steps of sparing.
#include "agent/run/card_budget.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <sstream>

namespace kuzet::run {

namespace json = boost::json;
using namespace std::chrono_literals;

namespace {

constexpr Duration looked_back = 3h;  // for the pace: an hour with many alerts is not the whole day
constexpr Duration least_known = 1h;  // less would make a day of a start
constexpr Duration sample_every = 5min;
constexpr Duration save_every = 15min;  // each time costs the card some pages; what a power cut loses of the count is as much
constexpr double nearly = 0.8;          // of the budget
constexpr double again_well = 0.9;      // of the budget: the forecast moves by some per cent from minute to minute

std::string megabytes(std::uint64_t bytes) { return std::to_string((bytes + 500'000) / 1'000'000) + " MB"; }

/// Until midnight (UTC); by the steady clock where the other one was never set.
Duration rest_of_day(const Moment& now, Duration counted) {
  if (now.clock == ClockState::unsynced) return std::max<Duration>(24h - counted, 0s);
  return std::chrono::floor<std::chrono::days>(now.wall) + std::chrono::days(1) - now.wall;
}

json::value or_null(std::optional<std::uint64_t> bytes) { return bytes ? json::value(*bytes) : json::value(nullptr); }

}  // namespace

std::string_view name(Spared spared) {
  constexpr std::array<std::string_view, 4> names{"nothing", "films", "observations", "pictures"};
  return names[static_cast<std::size_t>(spared)];
}

CardBudget::CardBudget(Setup setup) : setup_(std::move(setup)), day_(setup_.kept) {
  std::istringstream words(setup_.kept);
  std::string day, bytes, seconds;
  std::uint64_t agent = 0, card = 0, today = 0;
  if (!(words >> day >> bytes >> seconds >> agent_.owner >> agent)) return;
  agent_.last = agent;
  if (words >> card_.owner >> card >> today) card_.last = card, card_today_ = today;
}

/// By how much; nothing where that cannot be known. `from_zero`: whoever is new began to count when it began itself.
std::optional<std::uint64_t> CardBudget::Counter::grown(const std::string& of, std::optional<std::uint64_t> total,
                                                        bool from_zero) {
  if (!total) return std::nullopt;
  const bool same = of == owner && last && *total >= *last;
  const auto by = same ? *total - *last : from_zero ? *total : 0;
  owner = of;
  last = total;
  return by;
}

std::uint64_t CardBudget::today() const { return card_today_ ? std::min(day_.today(), *card_today_) : day_.today(); }

bool CardBudget::see(const CardWrites& writes, const Moment& now) {
  const bool began = day_.turn(now);
  if (began && card_today_) card_today_ = 0;
  const auto before = today();
  const auto agent = agent_.grown(setup_.process, writes.agent, true);
  const auto card = card_.grown(setup_.kernel, writes.card, false);
  known_ = agent.has_value();
  day_.add(agent.value_or(0));
  if (card) card_today_ = card_today_.value_or(0) + *card;
  if (!card) card_today_.reset();
  written_ += today() > before ? today() - before : 0;
  sample(now);
  if (!saved_at_) saved_at_ = now.steady;
  if (began || now.steady - *saved_at_ >= save_every) save(now);
  return std::exchange(spared_, judge(now)) != spared_;
}

void CardBudget::sample(const Moment& now) {
  if (samples_.empty() || now.steady - samples_.back().at >= sample_every) samples_.push_back({now.steady, written_});
  while (samples_.size() > 1 && now.steady - samples_.front().at > looked_back) samples_.pop_front();
}

/// Bytes a second.
std::optional<double> CardBudget::pace(const Moment& now) const {
  const auto since = samples_.empty() ? 0s : now.steady - samples_.front().at;
  if (since >= least_known) return static_cast<double>(written_ - samples_.front().written) / in_seconds(since);
  const auto counted = day_.counted(now);
  if (counted >= least_known) return static_cast<double>(today()) / in_seconds(counted);
  return std::nullopt;
}

std::optional<std::uint64_t> CardBudget::forecast(const Moment& now) const {
  const auto rate = pace(now);
  if (!known_ || !rate) return std::nullopt;
  const double rest = in_seconds(rest_of_day(now, day_.counted(now)));
  return today() + static_cast<std::uint64_t>(std::llround(*rate * rest));
}

Spared CardBudget::judge(const Moment& now) const {
  const auto budget = static_cast<double>(setup_.daily), written = static_cast<double>(today());
  if (!known_) return Spared::nothing;
  if (written >= budget) return Spared::pictures;
  const double end = static_cast<double>(forecast(now).value_or(today()));
  if (end < again_well * budget || (end <= budget && spared_ == Spared::nothing)) return Spared::nothing;
  if (end > budget && written >= nearly * budget) return Spared::observations;
  return spared_ == Spared::observations ? spared_ : Spared::films;
}

void CardBudget::save(const Moment& now) {
  saved_at_ = now.steady;
  const auto day = day_.text(now);
  if (!setup_.remember || day.empty() || !agent_.last) return;
  std::string text = day + " " + agent_.owner + " " + std::to_string(*agent_.last);
  if (card_.last && card_today_)
    text += " " + card_.owner + " " + std::to_string(*card_.last) + " " + std::to_string(*card_today_);
  setup_.remember(text);
}

json::object CardBudget::report(const Moment& now) const {
  return {{"written_today", known_ ? json::value(today()) : json::value(nullptr)},
          {"forecast_today", or_null(forecast(now))},
          {"budget", setup_.daily},
          {"device_today", or_null(card_today_)},
          {"spared", name(spared_)}};
}

std::string CardBudget::sentence(const Moment& now) const {
  const auto end = forecast(now);
  std::string out = megabytes(today()) + " written today";
  if (end) out += ", " + megabytes(*end) + " by midnight (UTC) at the pace of the last hours";
  out += ", of a budget of " + megabytes(setup_.daily);
  switch (spared_) {
    case Spared::nothing: return out + ": everything is kept as usual";
    case Spared::films: return out + ": films of alerts are not kept";
    case Spared::observations: return out + ": no films are kept, and observations are stored once a minute";
    case Spared::pictures:
      return out +
             ": until midnight (UTC) no films are kept, pictures only of the opening of an alert, and observations are "
             "stored once a minute; alerts are always written";
  }
  return out;
}

}  // namespace kuzet::run
