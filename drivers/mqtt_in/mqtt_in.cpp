// SPDX-License-Identifier: Apache-2.0
// Sensors whose values come as messages of an MQTT broker: uplinks of LoRaWAN network servers, zigbee2mqtt, devices of all
// kinds.
//
// Gives: what stands in the fields of a message, as numbers; `lost`, the uplinks lost since the agent began, where there is a
// frame counter. A text that is a number counts as one, as do true, on, yes, open (1) and false, off, no, closed (0). Wants: a
// broker that speaks MQTT 5 or 3.1.1. What the broker had kept (retained messages) is an old value and does not count. Fooled
// by: a device that sends old values anew without saying their time.
#include "agent/core/tokens.hpp"
#include "drivers/net/broker.hpp"
#include "drivers/net/json_fields.hpp"
#include "drivers/net/payload.hpp"

#include <algorithm>
#include <atomic>
#include <map>

namespace kuzet::drivers {

namespace {

namespace json = boost::json;
using namespace std::chrono_literals;

constexpr double most_a_second = 50;       // messages of one sensor; a sensor that is faster than this is broken
constexpr double most_at_once = 200;       // ... after a pause: what a network server had kept
constexpr std::size_t most_waiting = 512;  // messages of one connection, 32 MiB at most
constexpr Duration answer_within = 10s;    // to a subscription
constexpr Duration tell_again = 60s;       // how often a flood is told

struct Settings : DeviceSettings, net::BrokerSettings, net::PayloadSettings {
  std::string topic;
  std::string format = "json";
};

const Schema<Settings>& schema() {
  namespace s = settings;
  static const auto all = [] {
    Schema<Settings> out{
        s::required(s::text<Settings>("topic", &Settings::topic, "The topic of its messages; + and # stand for any levels.")),
        s::choice<Settings>("format", &Settings::format, {"json", "zigbee2mqtt", "chirpstack", "ttn", "plain"},
                            "Who sends: it says where fields usually are; ttn is The Things Stack 3, plain one bare value."),
    };
    net::add_broker_fields(out);
    net::add_payload_fields(out);
    return out;
  }();
  return all;
}

/// One bare value needs no pointers.
void make_plain(Settings& settings, Device& device, const Node& entry, const std::string& key, Faults& faults) {
  for (const char* member : {"counter", "time", "device", "device_at", "passage"})
    if (entry.find(member) != nullptr) faults.add(entry.at, key + "." + member, "has no meaning in the format plain");
  if (settings.readings.size() > 1) faults.add(entry.at, key + ".readings", "there is one value only in the format plain");
  for (auto& one : settings.readings) one.at.clear();
  device.passages = false;
}

Device read_sensor(const Node& entry, const std::string& key, Faults& faults) {
  auto settings = std::make_shared<Settings>();
  schema().read(*settings, entry, key, faults);
  check_broker(*settings, entry, key, faults);
  if (const auto fault = net::filter_fault(settings->topic); fault && entry.find("topic") != nullptr)
    faults.add(entry.at, key + ".topic", *fault);
  Device out = net::complete(*settings, net::format_of(settings->format), entry, key, faults);
  if (settings->format == "plain") make_plain(*settings, out, entry, key, faults);
  out.line = line_of(*settings);
  out.settings = settings;
  return out;
}

class MqttIn final : public net::BrokerLine {
 public:
  MqttIn(const std::vector<Device>& sensors, const Settings& first, const Clock& clock) : BrokerLine(first, {}, clock) {
    for (const auto& one : sensors) sensors_.emplace_back(one);
  }
  MqttIn(const MqttIn&) = delete;
  MqttIn& operator=(const MqttIn&) = delete;
  ~MqttIn() override { hang_up(); }

 private:
  struct Sensor {
    explicit Sensor(const Device& device);

    std::shared_ptr<const DeviceSettings> kept;
    const Settings& settings;
    net::PayloadReader reader;
    std::string availability;  // the topic on which zigbee2mqtt says whether it hears the device; empty: none
    Tokens tokens{most_a_second, most_at_once};
    std::uint64_t dropped = 0;
    Steady told{};          // when a flood was told last
    bool old_told = false;  // that a message was an old one
  };

  void connected() override;
  void answered(std::uint64_t number, int reason) override;
  void arrived(const link::Message& message) override;
  bool admits(const link::Message& message) override;
  Steady tick(Steady now) override;
  void take(std::size_t place, const link::Message& message, const Result<json::value>& payload);
  void tell(std::size_t place, net::Heard heard);
  void available(std::size_t place, const std::string& payload);
  void too_long(const std::string& topic);

  std::vector<Sensor> sensors_;
  std::map<std::uint64_t, std::string> asked_;  // filters whose subscription was not answered yet
  Steady answer_by_ = Steady::max();
  std::atomic<std::uint64_t> dropped_ = 0;  // before anybody looked at them
  Steady flood_told_{};
};

const Settings& settings_of(const Device& device) { return static_cast<const Settings&>(*device.settings); }

MqttIn::Sensor::Sensor(const Device& device) : kept(device.settings), settings(settings_of(device)), reader(settings) {
  if (settings.format == "zigbee2mqtt" && settings.topic.find_first_of("+#") == std::string::npos)
    availability = settings.topic + "/availability";
}

void MqttIn::connected() {
  std::vector<std::string> filters;
  for (auto& sensor : sensors_) {
    sensor.old_told = false;
    filters.push_back(sensor.settings.topic);
    if (!sensor.availability.empty()) filters.push_back(sensor.availability);
  }
  std::ranges::sort(filters);
  filters.erase(std::unique(filters.begin(), filters.end()), filters.end());
  asked_.clear();
  for (const auto& filter : filters) asked_[subscribe(filter)] = filter;
  answer_by_ = std::chrono::steady_clock::now() + answer_within;
}

void MqttIn::answered(std::uint64_t number, int reason) {
  constexpr int refused = 0x80;  // MQTT 5, 3.9.3; in 3.1.1 the only one
  constexpr int not_allowed = 0x87;
  const auto found = asked_.find(number);
  if (found == asked_.end()) return;
  const auto filter = std::move(found->second);
  asked_.erase(found);
  if (asked_.empty()) answer_by_ = Steady::max();
  if (reason < refused) return;
  for (std::size_t i = 0; i < sensors_.size(); ++i)
    if (sensors_[i].settings.topic == filter)
      events().failed(i, "the broker refuses the subscription to " + filter +
                             (reason == not_allowed ? ": not authorized" : ": reason " + std::to_string(reason)));
}

bool MqttIn::admits(const link::Message& message) {
  if (waiting() >= most_waiting) {
    ++dropped_;
    return false;
  }
  if (message.payload.size() <= net::most_payload) return true;
  bring([this, topic = message.topic] { too_long(topic); });
  return false;
}

void MqttIn::too_long(const std::string& topic) {
  for (std::size_t i = 0; i < sensors_.size(); ++i)
    if (net::matches(sensors_[i].settings.topic, topic))
      events().failed(i, "a message of more than " + std::to_string(net::most_payload) + " bytes, which is not read");
}

void MqttIn::arrived(const link::Message& message) {
  std::optional<Result<json::value>> payload;  // parsed once for all who want it
  for (std::size_t i = 0; i < sensors_.size(); ++i) {
    auto& sensor = sensors_[i];
    if (!sensor.availability.empty() && message.topic == sensor.availability) {
      available(i, message.payload);
    } else if (net::matches(sensor.settings.topic, message.topic)) {
      if (message.retained) {
        if (!std::exchange(sensor.old_told, true))
          events().described(i, "the broker kept an old message, which does not count");
      } else if (!sensor.tokens.take(std::chrono::steady_clock::now())) {
        ++sensor.dropped;
      } else if (sensor.settings.format == "plain") {
        take(i, message, json::value(message.payload));
      } else {
        if (!payload) payload = net::parse_json(message.payload);
        take(i, message, *payload);
      }
    }
  }
}

void MqttIn::take(std::size_t place, const link::Message& message, const Result<json::value>& payload) {
  if (!payload) return events().failed(place, message.topic + ": " + payload.error().what);
  auto heard = sensors_[place].reader.read(*payload, now());
  if (!heard) return events().failed(place, message.topic + ": " + heard.error().what);
  if (!heard->of_another) tell(place, std::move(*heard));
}

void MqttIn::tell(std::size_t place, net::Heard heard) {
  if (!heard.told.empty()) events().described(place, heard.told);
  const bool nothing = heard.samples.empty() && !heard.passage;
  if (!heard.samples.empty()) events().sampled(place, std::move(heard.samples));
  if (heard.passage) events().passed(place, std::move(*heard.passage));
  if (nothing) events().alive(place);
}

/// "online", or {"state": "online"}; it is kept by the broker, and an old "online" says nothing.
void MqttIn::available(std::size_t place, const std::string& payload) {
  if (payload.find("offline") != std::string::npos) events().failed(place, "zigbee2mqtt says that the device is offline");
}

Steady MqttIn::tick(Steady now) {
  if (now >= answer_by_) give_up("no answer to a subscription within 10s");
  for (std::size_t i = 0; i < sensors_.size(); ++i) {
    auto& sensor = sensors_[i];
    if (sensor.dropped == 0 || now - sensor.told < tell_again) continue;
    sensor.told = now;
    events().failed(i,
                    "more than 50 messages a second: " + std::to_string(std::exchange(sensor.dropped, 0)) + " were not read");
  }
  if (dropped_ > 0 && now - flood_told_ >= tell_again) {
    flood_told_ = now;
    const auto why = "more messages than can be read: " + std::to_string(dropped_.exchange(0)) + " were dropped";
    for (std::size_t i = 0; i < sensors_.size(); ++i) events().failed(i, why);
  }
  return answer_by_;
}

std::unique_ptr<Line> open(LinePlan plan, const Clock& clock) {
  return std::make_unique<MqttIn>(plan.sensors, settings_of(plan.sensors.front()), clock);
}

}  // namespace

const DeviceType& mqtt_in_device() {
  static const DeviceType type{"mqtt_in",
                               "Values and passages from messages of an MQTT broker: ChirpStack, The Things Stack, "
                               "zigbee2mqtt, and any JSON.",
                               &schema().fields(),
                               nullptr,
                               read_sensor,
                               nullptr,
                               open};
  return type;
}

}  // namespace kuzet::drivers
