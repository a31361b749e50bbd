// SPDX-License-Identifier: Apache-2.0
// Conditions as the technician writes them: a small closed set, joined by all, any and not.
#pragma once

#include "agent/core/calendar.hpp"
#include "agent/core/settings.hpp"

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace kuzet::alerts {

/// What is asked of one reading: exactly one of above, below, rise, fall, missing, full_within, empty_within. The last two are
/// read as `below` so many hours of the forecast (see forecast_name).
struct ReadingTest {
  std::string reading;
  std::optional<double> above, below;
  std::optional<double> rise, fall;  ///< by so much within `within`
  std::optional<double> clear;       ///< back at this it is over; without it, at the limit, and at half of a rise or fall
  Duration within{};
  Duration missing{};  ///< no good reading for so long
  Duration full_within{}, empty_within{};
};

/// What the forecast of a reading is called among the readings of its sensor: fill_full_in, battery_empty_in; in hours.
std::string forecast_name(const std::string& reading, bool full);

struct ConditionSettings : ReadingTest {
  std::string name;        ///< of a condition with a name; of one that stands in its place: whose name that is
  bool reference = false;  ///< only the name of another one
  std::string sensor;
  std::string calendar, sun, alert;
  std::optional<double> elevation;
  bool armed = false;
  std::vector<ConditionSettings> all, any, negated;
  Duration lasting{};  ///< `for`
  Node said;           ///< for faults that show only beside the rest of the configuration
};

/// What conditions and rules may name.
struct Names {
  std::map<std::string, std::vector<std::string>> readings;  ///< of each sensor, and of cameras: zone.value
  std::vector<std::string> calendars;
  std::vector<std::string> rules;  ///< ids, of cameras, sensors and of the site
  bool place = false;              ///< it is known where the board stands
};

/// How deep conditions may stand in conditions, by name or in place.
inline constexpr std::size_t deepest = 8;

/// `conditions` of the configuration: a map from names to conditions.
void read_conditions(std::vector<ConditionSettings>& out, const Node& node, const std::string& key, Faults& faults);
/// The name of a condition, or one in its place.
ConditionSettings read_operand(const Node& node, const std::string& key, Faults& faults);
/// Names that do not exist, conditions that name themselves, and what is nested too deep.
void check_conditions(const std::vector<ConditionSettings>& all, const Names& names, const std::string& key, Faults& faults);
void check_operand(const ConditionSettings& one, const std::vector<ConditionSettings>& all, const Names& names,
                   const std::string& key, Faults& faults);
/// The ids or beginnings of ids of the alerts that it asks for, also through others.
std::vector<std::string> alerts_in(const ConditionSettings& one, const std::vector<ConditionSettings>& all);
/// The fields of one condition.
const std::vector<Field>& condition_fields();
/// `conditions` as a field of the configuration; it reads nothing.
Field conditions_field();
/// JSON Schema of read_operand().
boost::json::object operand_schema();

/// The fields of a ReadingTest, for rules that ask the same.
template <class T>
std::vector<settings::Declared<T>> reading_test_fields();
/// Says what is wrong with it, and makes `below` of full_within; `node` is the map that it was read from.
void settle_reading_test(ReadingTest& test, const Node& node, const std::string& key, Faults& faults);
/// Whether a rule whose id this is belongs to `asked`, an id or the beginning of one up to a slash: yard/fire, smoke-1.
bool concerns(const std::string& asked, const std::string& rule);

namespace limits {
inline constexpr double any = 1e12;
inline constexpr Duration longest = std::chrono::hours(24 * 30);
}  // namespace limits

template <class T>
std::vector<settings::Declared<T>> reading_test_fields() {
  using namespace settings;
  const Range<double> any{-limits::any, limits::any}, some{1e-9, limits::any};
  const Range<Duration> spans{Duration::zero(), limits::longest};
  return {
      text<T>("reading", &T::reading, "Which of the sensor's readings; of a camera, ZONE.VALUE such as bins.fill."),
      number<T>("above", &T::above, any, "in its unit", "It is so while the reading is above this."),
      number<T>("below", &T::below, any, "in its unit", "It is so while the reading is below this."),
      number<T>("rise", &T::rise, some, "in its unit", "It is so when the reading has risen by this much within `within`."),
      number<T>("fall", &T::fall, some, "in its unit", "It is so when the reading has fallen by this much within `within`."),
      number<T>("clear", &T::clear, any, "in its unit",
                "Only when the reading is back at this is it over; without it, at the limit, or at half of a rise or fall."),
      duration<T>("within", &T::within, spans, "Within which time it must rise or fall; at least five readings in it."),
      duration<T>("missing", &T::missing, spans, "It is so when there was no good reading for this long."),
      duration<T>("full_within", &T::full_within, spans, "It is so when it will probably be full within this time."),
      duration<T>("empty_within", &T::empty_within, spans, "It is so when it will probably be empty within this time.")};
}

}  // namespace kuzet::alerts
