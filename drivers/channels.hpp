// SPDX-License-Identifier: Apache-2.0
// The settings that the values of all sensors share, and the words by which terminals say who came and who went.
#pragma once

#include "agent/core/reading.hpp"
#include "agent/core/settings.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace kuzet::drivers {

/// The schema of one entry under `readings`: what every value has, and what the driver wants to know beside it. T derives from
/// Channel.
template <class T>
Schema<T> channel_schema(std::initializer_list<settings::Declared<T>> own = {}) {
  namespace s = settings;
  constexpr double any = 1e12;
  Schema<T> schema{s::required(s::id<T>("name", &T::name, "What is measured, as rules and messages call it."))};
  for (const auto& one : own) schema.add(one);
  schema.add(s::text<T>("unit", &T::unit, "Its unit, such as degC, ppm, %, mm, V."));
  schema.add(s::number<T>("scale", &T::scale, {-any, any}, "", "The raw value is multiplied by this."));
  schema.add(s::number<T>("offset", &T::offset, {-any, any}, "in its unit", "Added after scaling."));
  schema.add(s::number<T>("least", &T::least, {-any, any}, "in its unit", "What is less cannot be and counts as bad."));
  schema.add(s::number<T>("most", &T::most, {-any, any}, "in its unit", "What is more cannot be and counts as bad."));
  schema.add(s::duration<T>("flat", &T::flat, {Duration::zero(), std::chrono::hours(24 * 30)},
                            "The very same value for this long is doubted as a flat line; 0s: that is normal."));
  schema.add(s::number<T>("deadband", &T::deadband, {0, any}, "in its unit",
                          "A change of this much is told within seconds; without it, each minute's figures are."));
  return schema;
}

/// Of a driver that knows what it measures: its own channels, with unit, limits and offset exchanged where `said` names one. A
/// name that it has not is a fault, as is one that comes twice. `entry` is the sensor's node, `key` the way to it.
std::vector<Channel> known_channels(const std::vector<Channel>& own, const Node& entry, const std::string& key, Faults& faults);
/// The field `readings` of such a driver, for `describe` and the JSON Schema; it reads nothing, known_channels() does.
template <class T>
settings::Declared<T> known_readings() {
  Field field{"readings",
              "list of settings",
              "",
              "",
              "",
              "Limits of what it measures, where they are to be others than usual.",
              false,
              {{"type", "array"}, {"items", settings::object_schema(channel_schema<Channel>().fields())}},
              channel_schema<Channel>().shared_fields()};
  return {std::move(field), [](T&, const Node&, const std::string&, Faults&) {}};
}
/// Names that come twice among the channels of a sensor are faults, and limits that no value can keep.
void check_names(const std::vector<Channel>& channels, const std::string& key, Place at, Faults& faults);

/// How a terminal says what happened: its own words for each, as they come in its text.
struct PassageWords {
  std::vector<std::string> entry{"in", "entry", "enter"};
  std::vector<std::string> exit{"out", "exit", "leave"};
  std::vector<std::string> meal{"meal", "lunch", "breakfast", "dinner"};
  std::string always;  ///< what every passage is, whatever it says: entry, exit or meal; empty: it says so itself

  /// Without regard to the case of ASCII letters; nullopt for a word that is none of them.
  [[nodiscard]] std::optional<Passage::What> what(std::string_view word) const;
};

/// `entry`, `exit`, `meal`: lists of words; `always`: for terminals that say nothing.
const Schema<PassageWords>& passage_words_schema();

}  // namespace kuzet::drivers
