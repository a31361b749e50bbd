// SPDX-License-Identifier: Apache-2.0
// Evaluation of conditions.
#include "agent/alerts/conditions.hpp"

#include <boost/json/array.hpp>

#include <algorithm>
#include <cmath>
#include <tuple>
#include <utility>

namespace kuzet::alerts {

namespace {

/// One visitor of several functions.
template <class... F>
struct Cases : F... {
  using F::operator()...;
};
template <class... F>
Cases(F...) -> Cases<F...>;

template <class T>
constexpr bool asks_a_reading = std::is_same_v<T, Limit> || std::is_same_v<T, Trend> || std::is_same_v<T, Missing>;

}  // namespace

Conditions::Conditions(std::vector<ConditionSettings> named, std::vector<Calendar> calendars, std::optional<GeoPlace> place)
    : named_(std::move(named)), calendars_(std::move(calendars)), place_(place) {
  for (const auto& one : named_) {
    ConditionSettings reference;
    reference.reference = true, reference.name = one.name;
    (void)add(reference);
  }
}

Conditions::Index Conditions::add(const ConditionSettings& settings) {
  const ConditionSettings* what = &settings;
  if (settings.reference) {
    const auto there = std::ranges::find(all_, settings.name, &One::name);
    if (there != all_.end()) return static_cast<Index>(there - all_.begin());
    what = &*std::ranges::find(named_, settings.name, &ConditionSettings::name);  // checked: it is there
  }
  One one{what->name, test_of(*what), {}, {}, {}, what->sensor, what->reading, {}};
  if (what->lasting > Duration::zero()) one.lasting.emplace(what->lasting);
  all_.push_back(std::move(one));
  const Index index = all_.size() - 1;
  if (!what->sensor.empty()) tap(what->sensor, what->reading).listeners.push_back(index);
  return index;
}

Conditions::Test Conditions::reading_test_of(const ConditionSettings& one) {
  if (one.above) return Limit(true, *one.above, one.clear.value_or(*one.above));
  if (one.below) return Limit(false, *one.below, one.clear.value_or(*one.below));
  if (one.rise) return Trend(true, *one.rise, one.clear.value_or(*one.rise / 2), one.within);
  if (one.fall) return Trend(false, *one.fall, one.clear.value_or(*one.fall / 2), one.within);
  return Missing(one.missing);
}

Conditions::Test Conditions::test_of(const ConditionSettings& one) {
  if (!one.sensor.empty()) return reading_test_of(one);
  if (!one.all.empty()) return All{add_all(one.all)};
  if (!one.any.empty()) return Any{{add_all(one.any)}};
  if (!one.negated.empty()) return Not{add(one.negated.front())};
  if (!one.calendar.empty()) return Holds{*find_calendar(calendars_, one.calendar)};
  if (!one.sun.empty()) return Sun{Daylight(*place_, one.elevation.value_or(sunset_elevation)), one.sun == "down"};
  if (!one.alert.empty()) return Open{one.alert};
  return Armed{};
}

std::vector<Conditions::Index> Conditions::add_all(const std::vector<ConditionSettings>& parts) {
  std::vector<Index> out;
  for (const auto& part : parts) out.push_back(add(part));
  return out;
}

Conditions::Tap& Conditions::tap(const std::string& sensor, const std::string& reading) {
  const auto key = [](const Tap& tap) { return std::tie(tap.sensor, tap.reading); };
  const auto found = std::ranges::lower_bound(taps_, std::tie(sensor, reading), {}, key);
  if (found != taps_.end() && key(*found) == std::tie(sensor, reading)) return *found;
  return *taps_.insert(found, Tap{sensor, reading, {}});
}

void Conditions::see(const Reading& reading) {
  const auto key = [](const auto& one) { return std::tie(one.sensor, one.reading); };
  const auto wanted = std::tie(reading.sensor, reading.channel);
  const auto found = std::ranges::lower_bound(taps_, wanted, {}, key);
  if (found == taps_.end() || key(*found) != wanted) return;
  const Value value{reading.value, confidence_of(reading), reading.at.steady};
  for (const Index index : found->listeners) {
    One& one = all_[index];
    if (one.unit != reading.unit) one.unit = reading.unit;
    std::visit(
        [&]<class T>(T& test) {
          if constexpr (asks_a_reading<T>) test.see(value);
        },
        one.test);
  }
}

Verdict Conditions::joined(std::span<const Index> parts, bool all) const {
  Verdict out{truth_of(all), 1, {}};
  for (const Index part : parts)
    out.truth = all ? both(out.truth, verdict(part).truth) : either(out.truth, verdict(part).truth);
  if (out.truth == Truth::unknown) return {};
  const bool everyone = (out.truth == Truth::yes) == all;  // it takes them all, or one is enough
  std::optional<double> confidence;
  for (const Index part : parts) {
    const Verdict& one = verdict(part);
    if (one.truth != out.truth) continue;
    const double old = confidence.value_or(one.confidence);
    confidence = everyone ? std::min(old, one.confidence) : std::max(old, one.confidence);
    if (out.truth != Truth::yes || !one.since) continue;
    const Steady since = out.since.value_or(*one.since);
    out.since = everyone ? std::max(since, *one.since) : std::min(since, *one.since);
  }
  out.confidence = confidence.value_or(1);
  return out;
}

Verdict Conditions::raw(One& one, const Moment& now, const Circumstances& circumstances) {
  const bool timeless = now.clock == ClockState::unsynced;  // nobody knows how late it is
  const auto plain = [](Truth truth) { return Verdict{truth, 1, {}}; };
  return std::visit(
      Cases{[&](Limit& test) { return test.look(now.steady); }, [&](Trend& test) { return test.look(now.steady); },
            [&](Missing& test) { return test.look(now.steady); }, [&](const All& test) { return joined(test.parts, true); },
            [&](const Any& test) { return joined(test.parts, false); },
            [&](const Not& test) {
              const Verdict& part = verdict(test.part);
              return Verdict{opposite(part.truth), part.confidence, {}};
            },
            [&](const Holds& test) {
              return plain(timeless ? Truth::unknown : truth_of(test.calendar.holds(circumstances.local)));
            },
            [&](Sun& test) { return plain(timeless ? Truth::unknown : truth_of(test.light.down(now.wall) == test.down)); },
            [&](const Open& test) {
              return plain(truth_of(
                  std::ranges::any_of(circumstances.open, [&](const auto& rule) { return concerns(test.rule, rule); })));
            },
            [&](const Armed&) { return plain(circumstances.armed); }},
      one.test);
}

void Conditions::look(const Moment& now, const Circumstances& circumstances) {
  for (One& one : all_) {
    Verdict verdict = raw(one, now, circumstances);
    if (verdict.truth == Truth::no) one.since.reset();
    if (verdict.truth == Truth::yes && !verdict.since) {
      if (!one.since) one.since = now.steady;
      verdict.since = one.since;
    }
    if (one.lasting) {
      one.lasting->see(verdict, now.steady);
      if (verdict.truth == Truth::yes && !one.lasting->long_enough(now.steady)) verdict = {Truth::no, verdict.confidence, {}};
      if (verdict.truth == Truth::yes) verdict.since = one.lasting->since();
    }
    one.verdict = verdict;
  }
}

Verdict Conditions::verdict(std::string_view name) const {
  const auto found = std::ranges::find(all_, name, &One::name);
  return name.empty() || found == all_.end() ? Verdict{} : found->verdict;
}

void Conditions::resume(Index index) {
  One& one = all_[index];
  if (one.lasting) one.lasting->resume();
  std::visit(
      [&]<class T>(T& test) {
        if constexpr (asks_a_reading<T>) test.resume();
        if constexpr (std::is_same_v<T, All> || std::is_same_v<T, Any>)
          for (const Index part : test.parts) resume(part);
      },
      one.test);
}

void Conditions::describe(Index index, boost::json::object& out) const {
  const One& one = all_[index];
  std::visit(
      [&]<class T>(const T& test) {
        if constexpr (asks_a_reading<T>) {
          out["reading"] = one.reading;
          test.describe(out);
          if (!one.unit.empty()) out["unit"] = one.unit;
        }
        if constexpr (std::is_same_v<T, All> || std::is_same_v<T, Any>) {
          boost::json::array because;
          for (const Index part : test.parts) {
            const One& member = all_[part];
            if (member.verdict.truth != Truth::yes) continue;
            if (!member.name.empty()) because.emplace_back(member.name);
          }
          if (!because.empty()) out["because"] = std::move(because);
        }
      },
      one.test);
}

void Conditions::take_over(Index mine, const Conditions& from, Index theirs) {
  One& to = all_[mine];
  const One& old = from.all_[theirs];
  const auto asks = []<class T>(const T&) { return asks_a_reading<T>; };
  if (std::visit(asks, to.test) && to.test.index() == old.test.index()) to.test = old.test;
  to.lasting = old.lasting;
  to.since = old.since;
  to.verdict = old.verdict;
  to.unit = old.unit;
}

double Conditions::excess(Index index) const {
  return std::visit(
      []<class T>(const T& test) {
        if constexpr (asks_a_reading<T>) return test.limit() == 0 ? test.excess() : test.excess() / std::abs(test.limit());
        return 0.0;
      },
      all_[index].test);
}

}  // namespace kuzet::alerts
