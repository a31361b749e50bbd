// SPDX-License-Identifier: Apache-2.0
// Declares and checks the settings of serial lines.
#include "drivers/serial_line/line_settings.hpp"

#include "drivers/serial_line/pattern.hpp"

#include <algorithm>

namespace kuzet::drivers::serial_line {

namespace s = settings;
using namespace std::chrono_literals;

namespace {

const Schema<Told>& told_schema() {
  static const auto schema = channel_schema<Told>({
      s::text<Told>("sentence", &Told::sentence, "nmea: the sentence it stands in, such as GGA (of any talker) or PGRMT."),
      s::integer<Told>("field", &Told::field, {1, 100}, "", "nmea: its place in the sentence; 1 is the first behind the name."),
      s::choice<Told>("as", &Told::as, {"number", "degrees"},
                      "nmea: degrees: a latitude or longitude, with the side of the equator or Greenwich in the next field."),
      s::text<Told>("column", &Told::column,
                    "csv: its column: a number from 1, or a name of the header; usually its own name."),
      s::text<Told>("group", &Told::group, "regex: the named group of the pattern; usually its own name."),
  });
  return schema;
}

/// What the line sounds like.
void add_format(Schema<LineSettings>& schema) {
  using L = LineSettings;
  schema.add(s::required(s::choice<L>("format", &L::format, {"nmea", "csv", "regex"}, "How the device writes its lines.")));
  schema.add(s::text<L>("separator", &L::separator,
                        "csv: the character between columns, or tab or space; where it is no comma, 12,5 is a number."));
  schema.add(s::integer<L>("columns", &L::columns, {0, 1000}, "",
                           "csv: a line with another number of columns is damaged; 0: as many as the readings need."));
  schema.add(s::flag<L>("checksum", &L::checksum, "nmea: a sentence without a checksum is damaged."));
  schema.add(
      s::text<L>("pattern", &L::pattern,
                 "regex: an expression of RE2 with named groups, (?P<name>...); what it finds anywhere in a line counts, "
                 "unless it begins with ^."));
}

Schema<LineSettings> make_schema() {
  using L = LineSettings;
  Schema<L> schema{serial::device_field<L>()};
  for (const auto& field : serial::line_fields<L>()) schema.add(field);
  add_format(schema);
  schema.add(s::list<L>("readings", &L::readings, told_schema(), "What it measures and where that stands in a line."));
  schema.add(s::group<L>("passage", &L::words, passage_words_schema(),
                         "regex: the device is a terminal; the group person says who, the group word what happened."));
  schema.add(
      s::duration<L>("again", &L::again, {0ms, 1h},
                     "The same person with the same word again within this time is the same passage: readers repeat a card."));
  schema.add(
      s::duration<L>("every", &L::every, {100ms, 1h}, "Values that come more often are told so often, the newest of each."));
  schema.add(s::duration<L>("silence", &L::silence, {0ms, 24h * 30},
                            "No value for this long is told as a failure; 0s: it may be silent for as long as it likes."));
  return schema;
}

Place place_of(const Node& entry, std::string_view name) {
  const Node* node = entry.find(name);
  return node == nullptr ? entry.at : node->at;
}

/// Where each reading is to be found, as the format asks for it.
void check_reading(const LineSettings& all, const Told& told, const std::string& key, Place at, Faults& faults) {
  if (all.format == "nmea" && told.sentence.empty()) faults.add(at, key + ".sentence", "is missing: nmea needs it");
  if (all.format == "csv" && told.column == "0") faults.add(at, key + ".column", "columns count from 1");
}

void check_pattern(const LineSettings& all, const Node& entry, const std::string& key, Faults& faults) {
  const Place at = place_of(entry, "pattern");
  if (all.pattern.empty()) return faults.add(at, key + ".pattern", "is missing: regex needs it");
  const auto pattern = Pattern::compile(all.pattern);
  if (!pattern) return faults.add(at, key + ".pattern", pattern.error().what);
  const auto needs = [&](const std::string& group) {
    if (!pattern->group(group)) faults.add(at, key + ".pattern", "has no group (?P<" + group + ">...)");
  };
  for (const auto& told : all.readings)
    if (!told.name.empty()) needs(told.group.empty() ? told.name : told.group);
  if (!all.passages) return;
  needs("person");
  if (all.words.always.empty()) needs("word");
}

void check_settings(const LineSettings& all, const Node& entry, const std::string& key, Faults& faults) {
  serial::check(all, entry, key, faults);
  check_names({all.readings.begin(), all.readings.end()}, key, place_of(entry, "readings"), faults);
  for (std::size_t i = 0; i < all.readings.size(); ++i)
    check_reading(all, all.readings[i], key + ".readings[" + std::to_string(i) + "]", place_of(entry, "readings"), faults);
  if (all.format == "csv" && !separator_of(all.separator))
    faults.add(place_of(entry, "separator"), key + ".separator", "must be tab, space, or one character that is in no number");
  if (all.format == "regex") check_pattern(all, entry, key, faults);
  if (all.passages && !all.format.empty() && all.format != "regex")
    faults.add(place_of(entry, "passage"), key + ".passage", "needs format: regex");
  if (all.readings.empty() && !all.passages)
    faults.add(entry.at, key + ".readings", "is missing: without readings or passage the device would say nothing");
}

}  // namespace

const Schema<LineSettings>& line_schema() {
  static const auto schema = make_schema();
  return schema;
}

LineSettings read_settings(const Node& entry, const std::string& key, Faults& faults) {
  LineSettings out;
  line_schema().read(out, entry, key, faults);
  out.passages = entry.find("passage") != nullptr;
  check_settings(out, entry, key, faults);
  return out;
}

std::optional<char> separator_of(std::string_view text) {
  if (text == "tab" || text == "\\t") return '\t';
  if (text == "space") return ' ';
  constexpr std::string_view impossible = "0123456789.+-\"";
  if (text.size() != 1 || impossible.find(text[0]) != std::string_view::npos) return std::nullopt;
  if (static_cast<unsigned char>(text[0]) <= ' ' || text[0] == 0x7f) return std::nullopt;
  return text[0];
}

std::optional<std::size_t> column_number(std::string_view text) {
  std::size_t out = 0;
  if (text.empty() || text.size() > 4) return std::nullopt;
  for (const char c : text) {
    if (c < '0' || c > '9') return std::nullopt;
    out = out * 10 + static_cast<std::size_t>(c - '0');
  }
  return out == 0 ? std::nullopt : std::optional(out);
}

}  // namespace kuzet::drivers::serial_line
