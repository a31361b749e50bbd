// SPDX-License-Identifier: Apache-2.0
// From one JSON payload to readings and passages: which fields they stand in, and which uplinks were lost or came twice.
#pragma once

#include "drivers/channels.hpp"
#include "drivers/line.hpp"
#include "drivers/net/frame_counter.hpp"

#include <boost/json/value.hpp>

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace kuzet::drivers::net {

/// A value that stands in a field.
struct FieldChannel : Channel {
  std::string at;  ///< JSON pointer; empty until complete() where it is the usual one
};

/// The fields of a payload that tells who passed.
struct PassageFields {
  std::string person;  ///< JSON pointer; empty: it tells of nobody
  std::string what;    ///< JSON pointer to the word; empty: PassageWords::always
  PassageWords words;
};

/// Settings that drivers with JSON payloads share.
struct PayloadSettings {
  std::vector<FieldChannel> readings;
  std::string counter, time, device, device_at;
  PassageFields passage;
  bool counter_from_zero = false;  ///< where the counter is missing it is 0 (protobuf leaves zeros out)
  std::string hint;                ///< what to look at when no reading is there
};

const Schema<FieldChannel>& field_channel_schema();
const Schema<PassageFields>& passage_fields_schema();

/// Adds `readings`, `counter`, `time`, `device`, `device_at` and `passage`.
template <class T>
void add_payload_fields(Schema<T>& schema) {
  namespace s = settings;
  schema.add(
      s::list<T>("readings", &T::readings, field_channel_schema(), "What is measured, and where it stands in the payload."));
  schema.add(
      s::text<T>("counter", &T::counter, "JSON pointer to the frame counter, by which lost and repeated uplinks are known."));
  schema.add(s::text<T>(
      "time", &T::time,
      "JSON pointer to the time of measurement; believed where it is at most seven days old by a clock that is set."));
  schema.add(s::text<T>("device", &T::device, "Only payloads of this device count, such as its DevEUI; without it, all do."));
  schema.add(s::text<T>("device_at", &T::device_at, "JSON pointer to what the device is called."));
  schema.add(s::group<T>("passage", &T::passage, passage_fields_schema(), "Where it stands who passed a terminal, and how."));
}

/// Where network servers and bridges put things.
struct Format {
  std::string_view name, root, counter, time, device_at, hint;
  bool counter_from_zero = false;
};
/// One of json, zigbee2mqtt, chirpstack and ttn.
const Format& format_of(std::string_view name);

/// Completes the pointers that were left out as the format has them (its root and the name, for a reading), and tells what is
/// wrong with them. `lost` follows the readings where there is a counter.
Device complete(PayloadSettings& settings, const Format& format, const Node& entry, const std::string& key, Faults& faults);

/// What one payload said.
struct Heard {
  std::vector<Sample> samples;
  std::optional<Passage> passage;
  std::string told;         ///< "3 uplinks lost between 17 and 21"; empty: nothing to tell
  bool of_another = false;  ///< it is of another device
};

/// The payloads of one sensor, in the order in which they come. One thread.
class PayloadReader {
 public:
  explicit PayloadReader(const PayloadSettings& settings) : settings_(&settings) {}
  /// Fails with a sentence that names fields, never what stands in them. Nothing at all where it came before, or where it is
  /// another kind of message of a device whose readings were seen.
  Result<Heard> read(const boost::json::value& payload, const Moment& now);

 private:
  [[nodiscard]] bool is_of_another(const boost::json::value& payload, std::string& device) const;
  [[nodiscard]] std::optional<FrameCounter::Step> step(const boost::json::value& payload, const std::string& device,
                                                       const Moment& now);
  [[nodiscard]] Result<Passage> passage(const boost::json::value& payload, const Moment& at) const;
  [[nodiscard]] Result<> take_readings(const boost::json::value& payload, const Moment& at, Heard& heard);

  const PayloadSettings* settings_;
  std::map<std::string, FrameCounter> counters_;  // of each device
  std::int64_t lost_ = 0;
  bool seen_ = false;
};

}  // namespace kuzet::drivers::net
