// SPDX-License-Identifier: Apache-2.0
// Readings and passages from JSON fields.
#include "drivers/net/payload.hpp"

#include "drivers/net/json_fields.hpp"

#include <algorithm>
#include <array>

namespace kuzet::drivers::net {

namespace s = settings;
namespace json = boost::json;

namespace {

constexpr std::size_t most_devices = 256;  // of one sensor, whose counters are kept
constexpr std::string_view lost_channel = "lost";

constexpr std::array<Format, 4> formats{{
    {"json", "", "", "", "", ""},
    {"zigbee2mqtt", "", "", "/last_seen", "", ""},
    {"chirpstack", "/object", "/fCnt", "/time", "/deviceInfo/devEui", "has its device profile a codec?"},
    {"ttn", "/uplink_message/decoded_payload", "/uplink_message/f_cnt", "/uplink_message/received_at",
     "/end_device_ids/device_id", "has the device a payload formatter?", true},
}};

void check_pointer(const std::string& pointer, Place where, const std::string& key, Faults& faults) {
  if (const auto fault = pointer_fault(pointer)) faults.add(where, key, "\"" + pointer + "\" " + *fault);
}

/// A name as one step of a pointer.
std::string step_to(std::string_view name) {
  std::string out = "/";
  for (const char c : name) out += c == '~' ? "~0" : c == '/' ? "~1" : std::string(1, c);
  return out;
}

bool same_id(std::string_view one, std::string_view other) {
  const auto small = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; };
  return std::ranges::equal(one, other, {}, small, small);
}

std::string lost_text(const FrameCounter::Step& step) {
  return std::to_string(step.lost) + (step.lost == 1 ? " uplink" : " uplinks") + " lost between " + std::to_string(step.after) +
         " and " + std::to_string(step.after + step.lost + 1);
}

void check_passage(const PayloadSettings& settings, Place where, const std::string& key, Faults& faults) {
  const auto& passage = settings.passage;
  check_pointer(passage.person, where, key + ".passage.person", faults);
  check_pointer(passage.what, where, key + ".passage.what", faults);
  if (passage.person.empty() && !passage.what.empty())
    faults.add(where, key + ".passage.person", "is missing: who passed must stand somewhere");
  if (!passage.person.empty() && passage.what.empty() && passage.words.always.empty())
    faults.add(where, key + ".passage.what", "is missing, and words.always does not say what every passage is");
}

}  // namespace

const Schema<FieldChannel>& field_channel_schema() {
  static const auto schema = channel_schema<FieldChannel>({s::text<FieldChannel>(
      "at", &FieldChannel::at, "JSON pointer to the value; without it, where the format has its fields.")});
  return schema;
}

const Schema<PassageFields>& passage_fields_schema() {
  static const Schema<PassageFields> schema{
      s::text<PassageFields>("person", &PassageFields::person,
                             "JSON pointer to the card or person; made a pseudonym before anything else is done with it."),
      s::text<PassageFields>("what", &PassageFields::what, "JSON pointer to the word for entry, exit or meal."),
      s::group<PassageFields>("words", &PassageFields::words, passage_words_schema(), "The terminal's own words."),
  };
  return schema;
}

const Format& format_of(std::string_view name) {
  const auto found = std::ranges::find(formats, name, &Format::name);
  return found == formats.end() ? formats.front() : *found;
}

Device complete(PayloadSettings& settings, const Format& format, const Node& entry, const std::string& key, Faults& faults) {
  for (const auto& [said, usual] :
       {std::pair{&settings.counter, format.counter}, {&settings.time, format.time}, {&settings.device_at, format.device_at}})
    if (said->empty()) *said = usual;
  settings.hint = format.hint;
  settings.counter_from_zero = format.counter_from_zero;
  Device out;
  out.passages = !settings.passage.person.empty();
  for (auto& one : settings.readings) {
    if (one.at.empty()) one.at = std::string(format.root) + step_to(one.name);
    check_pointer(one.at, entry.at, key + ".readings", faults);
    out.channels.push_back(one);
  }
  for (const auto& [name, pointer] :
       {std::pair{".counter", &settings.counter}, {".time", &settings.time}, {".device_at", &settings.device_at}})
    check_pointer(*pointer, entry.at, key + name, faults);
  check_passage(settings, entry.at, key, faults);
  if (!settings.device.empty() && settings.device_at.empty())
    faults.add(entry.at, key + ".device_at", "is missing: where the payload says which device it is of");
  if (settings.readings.empty() && !out.passages) faults.add(entry.at, key + ".readings", "is missing: what is measured");
  if (!settings.counter.empty()) out.channels.emplace_back().name = lost_channel;
  check_names(out.channels, key, entry.at, faults);
  return out;
}

bool PayloadReader::is_of_another(const json::value& payload, std::string& device) const {
  if (settings_->device_at.empty()) return false;
  const auto* named = at(payload, settings_->device_at);
  device = named == nullptr ? "" : word_of(*named).value_or("");
  return !settings_->device.empty() && !same_id(device, settings_->device);
}

std::optional<FrameCounter::Step> PayloadReader::step(const json::value& payload, const std::string& device,
                                                      const Moment& now) {
  if (settings_->counter.empty()) return std::nullopt;
  const auto* found = at(payload, settings_->counter);
  auto counter = found == nullptr ? std::nullopt : counter_of(*found);
  if (found == nullptr && settings_->counter_from_zero) {
    const auto above = settings_->counter.substr(0, settings_->counter.rfind('/'));
    if (at(payload, above) != nullptr) counter = 0;
  }
  if (!counter) return std::nullopt;
  if (counters_.size() >= most_devices && !counters_.contains(device)) counters_.clear();
  return counters_[device].count(*counter, now.steady);
}

/// The words stay unsaid: a pointer that is wrong by one field would quote a name.
Result<Passage> PayloadReader::passage(const json::value& payload, const Moment& when) const {
  const auto& fields = settings_->passage;
  const auto* person = at(payload, fields.person);
  auto who = person == nullptr ? std::nullopt : word_of(*person);
  if (!who) return Error{Code::io, "a passage without a person: nothing at " + fields.person};
  const auto* said = fields.what.empty() ? nullptr : at(payload, fields.what);
  const auto what = fields.words.what(said == nullptr ? "" : word_of(*said).value_or(""));
  if (!what) return Error{Code::io, "a passage whose word at " + fields.what + " is none for entry, exit or meal"};
  return Passage{*what, std::move(*who), when};
}

Result<> PayloadReader::take_readings(const json::value& payload, const Moment& when, Heard& heard) {
  bool good = false;
  const std::size_t before = heard.samples.size();
  for (std::size_t i = 0; i < settings_->readings.size(); ++i) {
    const auto* found = at(payload, settings_->readings[i].at);
    if (found == nullptr) continue;
    const auto value = number_of(*found);
    heard.samples.push_back(value ? Sample{i, *value, when} : Sample{i, 0, when, Quality::bad, flaw::no_number});
    good = good || value.has_value();
  }
  seen_ = seen_ || good;
  if (seen_ || settings_->readings.empty() || heard.passage) return {};
  const auto& first = settings_->readings.front().at;
  if (heard.samples.size() > before)
    return Error{Code::io, "no number at " + settings_->readings[heard.samples[before].channel].at};
  return Error{Code::io, "none of its readings is in the payload: nothing at " + (first.empty() ? "its root" : first) +
                             (settings_->hint.empty() ? "" : "; " + settings_->hint)};
}

Result<Heard> PayloadReader::read(const json::value& payload, const Moment& now) {
  Heard heard;
  std::string device;
  heard.of_another = is_of_another(payload, device);
  if (heard.of_another) return heard;
  const auto counted = step(payload, device, now);
  if (counted && counted->what == FrameCounter::What::repeated) return heard;
  const bool late = counted && counted->what == FrameCounter::What::late;
  if (counted) {
    lost_ += late ? -1 : static_cast<std::int64_t>(counted->lost);
    if (counted->lost > 0) heard.told = lost_text(*counted);
    heard.samples.push_back({settings_->readings.size(), static_cast<double>(lost_), now});
  }
  const auto* said = settings_->time.empty() ? nullptr : at(payload, settings_->time);
  const Moment when = moment_of(said == nullptr ? std::nullopt : time_of(*said), now);
  if (!settings_->passage.person.empty()) {
    auto passed = passage(payload, when);
    if (passed) heard.passage = std::move(*passed);
    if (!passed && settings_->readings.empty()) return passed.error();
  }
  if (late) return heard;  // newer values are known
  if (auto taken = take_readings(payload, when, heard); !taken) return taken.error();
  return heard;
}

}  // namespace kuzet::drivers::net
