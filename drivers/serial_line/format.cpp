// SPDX-License-Identifier: Apache-2.0
// NMEA 0183, CSV and patterns as formats.
#include "drivers/serial_line/format.hpp"

#include "drivers/serial_line/cutter.hpp"
#include "drivers/serial_line/pattern.hpp"
#include "drivers/serial_line/text.hpp"

#include <algorithm>

namespace kuzet::drivers::serial_line {

namespace {

constexpr std::size_t longest_person = 256;

/// A piece of text as a value: nothing where it is empty, no number where it is none.
void add(Heard& heard, std::size_t channel, std::string_view text, bool comma) {
  if (!trimmed(text).empty()) heard.values.push_back({channel, number_of(text, comma)});
}

/// Words where numbers should be are no values of a device but a line of another kind: its header, its log.
Heard or_unreadable(Heard heard, std::string_view why) {
  const auto& values = heard.values;
  if (!values.empty() && std::ranges::none_of(values, [](const auto& one) { return one.value.has_value(); }))
    return {.why = why};
  return heard;
}

class Nmea final : public Format {
 public:
  explicit Nmea(const LineSettings& settings) : readings_(settings.readings), checksum_(settings.checksum) {}

  Heard read(std::string_view line) override {
    const auto sentence = sentence_of(line, checksum_);
    if (!sentence) {
      why_ = sentence.error().what;
      return {.why = why_};
    }
    Heard heard;
    for (std::size_t i = 0; i < readings_.size(); ++i)
      if (sentence->is(readings_[i].sentence)) take(heard, i, sentence->fields);
    return heard;
  }

 private:
  void take(Heard& heard, std::size_t channel, const std::vector<std::string_view>& fields) const {
    const auto at = static_cast<std::size_t>(readings_[channel].field) - 1;
    if (at >= fields.size() || fields[at].empty()) return;  // an empty field is no value, not zero
    if (readings_[channel].as != "degrees") return add(heard, channel, fields[at], false);
    const auto side = at + 1 < fields.size() ? fields[at + 1] : std::string_view();
    heard.values.push_back({channel, degrees_of(fields[at], side)});
  }

  std::vector<Told> readings_;
  bool checksum_;
  std::string why_;
};

class Csv final : public Format {
 public:
  explicit Csv(const LineSettings& settings)
      : separator_(separator_of(settings.separator).value_or(',')), exactly_(static_cast<std::size_t>(settings.columns)) {
    for (const auto& told : settings.readings) {
      const auto& name = told.column.empty() ? told.name : told.column;
      names_.push_back(name);
      const auto number = column_number(name);
      places_.push_back(number ? std::optional(*number - 1) : std::nullopt);
      named_ = named_ || !number;
    }
  }

  Heard read(std::string_view line) override {
    const auto columns = columns_of(line, separator_);
    if (named_ && is_header(columns)) return {};
    if (exactly_ != 0 && columns.size() != exactly_) return {.why = "another number of columns"};
    Heard heard;
    for (std::size_t i = 0; i < places_.size(); ++i) {
      if (!places_[i]) return {.why = "no header with the names of the columns came yet"};
      if (*places_[i] >= columns.size()) return {.why = "too few columns"};
      add(heard, i, columns[*places_[i]], separator_ != ',');
    }
    return or_unreadable(std::move(heard), "no number in its columns");
  }

 private:
  /// A line that has all the names says where they stand from now on.
  bool is_header(const std::vector<std::string>& columns) {
    auto places = places_;
    for (std::size_t i = 0; i < names_.size(); ++i) {
      if (column_number(names_[i])) continue;
      const auto found = std::ranges::find(columns, names_[i]);
      if (found == columns.end()) return false;
      places[i] = static_cast<std::size_t>(found - columns.begin());
    }
    places_ = std::move(places);
    return true;
  }

  char separator_;
  std::size_t exactly_;
  std::vector<std::string> names_;
  std::vector<std::optional<std::size_t>> places_;
  bool named_ = false;
};

class Regex final : public Format {
 public:
  explicit Regex(const LineSettings& settings)
      : pattern_(Pattern::compile(settings.pattern).value()), passages_(settings.passages), words_(settings.words) {
    for (const auto& told : settings.readings) groups_.push_back(pattern_.group(told.group.empty() ? told.name : told.group));
    person_ = pattern_.group("person");
    word_ = pattern_.group("word");
  }

  Heard read(std::string_view line) override {
    const auto found = pattern_.find(line);
    if (!found) return {.why = "does not match the pattern"};
    Heard heard;
    for (std::size_t i = 0; i < groups_.size(); ++i)
      if (groups_[i]) add(heard, i, (*found)[*groups_[i]], true);
    if (passages_ && person_) {
      const auto person = trimmed((*found)[*person_]);
      if (person.empty() && !heard.values.empty()) return or_unreadable(std::move(heard), "no number in its groups");
      const auto what = words_.what(word_ ? trimmed((*found)[*word_]) : std::string_view());
      if (person.empty() || person.size() > longest_person) return {.why = "names nobody"};
      if (!what) return {.why = "says with a word that is not known what happened"};
      heard.passing = Heard::Passing{*what, std::string(person)};
      return heard;
    }
    return or_unreadable(std::move(heard), "no number in its groups");
  }

 private:
  Pattern pattern_;
  bool passages_;
  PassageWords words_;
  std::vector<std::optional<std::size_t>> groups_;
  std::optional<std::size_t> person_;
  std::optional<std::size_t> word_;
};

}  // namespace

std::unique_ptr<Format> make_format(const LineSettings& settings) {
  if (settings.format == "nmea") return std::make_unique<Nmea>(settings);
  if (settings.format == "csv") return std::make_unique<Csv>(settings);
  return std::make_unique<Regex>(settings);
}

}  // namespace kuzet::drivers::serial_line
