// SPDX-License-Identifier: Apache-2.0
// Outputs that are switched by messages to an MQTT broker: sirens, relays and lights behind zigbee2mqtt, Tasmota, Shelly.
//
// Done means: the broker has the message (PUBACK), or, where a `state_topic` is named, that the device itself answered there.
// Whether anybody listens is known by the latter only. Where this agent dies, the broker itself says `if_lost`.
#include "drivers/net/broker.hpp"
#include "drivers/net/json_fields.hpp"

#include <boost/json/serialize.hpp>

#include <algorithm>
#include <map>
#include <mutex>

namespace kuzet::drivers {

namespace {

namespace json = boost::json;
using namespace std::chrono_literals;

struct Settings : DeviceSettings, net::BrokerSettings {
  std::string topic;
  std::string on = "ON", off = "OFF";
  bool retain = false;
  std::string if_lost = "nothing";
  std::string state_topic, state_at, state_on, state_off;
  Duration confirm = 10s;
};

const Schema<Settings>& schema() {
  namespace s = settings;
  static const auto all = [] {
    Schema<Settings> out{
        s::required(s::text<Settings>("topic", &Settings::topic, "Where the device listens.")),
        s::text<Settings>("on", &Settings::on, "What is sent to switch on."),
        s::text<Settings>("off", &Settings::off, "What is sent to switch off."),
        s::flag<Settings>("retain", &Settings::retain, "The broker keeps the last one for a device that comes later."),
        s::choice<Settings>("if_lost", &Settings::if_lost, {"nothing", "on", "off"},
                            "What the broker says to the device when this agent dies or loses its connection."),
        s::text<Settings>("state_topic", &Settings::state_topic, "Where the device tells its state, which then confirms."),
        s::text<Settings>("state_at", &Settings::state_at,
                          "JSON pointer to the state in that message; empty: the whole message."),
        s::text<Settings>("state_on", &Settings::state_on, "The state that means on; empty: as it is sent."),
        s::text<Settings>("state_off", &Settings::state_off, "The state that means off; empty: as it is sent."),
        s::duration<Settings>("confirm", &Settings::confirm, {100ms, 5min},
                              "Without a confirmation for so long it is not done."),
    };
    net::add_broker_fields(out);
    return out;
  }();
  return all;
}

Device read_output(const Node& entry, const std::string& key, Faults& faults) {
  auto settings = std::make_shared<Settings>();
  schema().read(*settings, entry, key, faults);
  check_broker(*settings, entry, key, faults);
  if (const auto fault = net::topic_fault(settings->topic); fault && entry.find("topic") != nullptr)
    faults.add(entry.at, key + ".topic", *fault);
  if (const auto fault = net::topic_fault(settings->state_topic); fault && !settings->state_topic.empty())
    faults.add(entry.at, key + ".state_topic", *fault);
  if (const auto fault = net::pointer_fault(settings->state_at))
    faults.add(entry.at, key + ".state_at", "\"" + settings->state_at + "\" " + *fault);
  if (settings->on == settings->off) faults.add(entry.at, key + ".off", "is the same as on");
  if (settings->state_on.empty()) settings->state_on = settings->on;
  if (settings->state_off.empty()) settings->state_off = settings->off;
  Device out;
  out.line = line_of(*settings);
  if (settings->if_lost != "nothing") out.line += " " + settings->topic;  // a connection has one will
  out.settings = std::move(settings);
  return out;
}

link::Message message_of(const Settings& settings, bool on) {
  link::Message out;
  out.topic = settings.topic;
  out.payload = on ? settings.on : settings.off;
  out.retained = settings.retain;
  return out;
}

link::Message will_of(const Settings& settings) {
  return settings.if_lost == "nothing" ? link::Message{} : message_of(settings, settings.if_lost == "on");
}

class MqttOut final : public net::BrokerLine {
 public:
  MqttOut(const std::vector<Device>& outputs, const Settings& first, const Clock& clock)
      : BrokerLine(first, will_of(first), clock) {
    for (const auto& one : outputs)
      outputs_.push_back({one.settings, static_cast<const Settings&>(*one.settings), {}, {}, {}, {}});
    wishes_.resize(outputs_.size());
  }
  MqttOut(const MqttOut&) = delete;
  MqttOut& operator=(const MqttOut&) = delete;
  ~MqttOut() override { hang_up(); }

  void want(std::size_t output, bool on) override {
    {
      const std::lock_guard lock(mutex_);
      if (output >= wishes_.size()) return;
      wishes_[output] = {on, true};
    }
    wake();
  }

 private:
  /// Newest of each output.
  struct Wish {
    std::optional<bool> on;
    bool fresh = false;
  };
  struct Output {
    std::shared_ptr<const DeviceSettings> kept;
    const Settings& settings;
    std::optional<bool> sent;             // on its way, or waiting for its confirmation
    std::optional<std::uint64_t> number;  // under which it is on its way; nothing: the broker has it
    std::optional<bool> state;            // what the device told since it was sent
    Steady until{};
  };

  void connected() override;
  void answered(std::uint64_t number, int reason) override;
  void arrived(const link::Message& message) override;
  bool admits(const link::Message& message) override;
  Steady tick(Steady now) override;
  void send(std::size_t place, bool on, Steady now);
  void finish(std::size_t place, const Result<>& done);
  void look(std::size_t place);

  static constexpr std::size_t most_waiting = 512;

  std::vector<Output> outputs_;
  std::map<std::uint64_t, std::size_t> asked_;  // subscriptions, and for which output
  std::mutex mutex_;
  std::vector<Wish> wishes_;  // guarded
};

void MqttOut::connected() {
  asked_.clear();
  for (std::size_t i = 0; i < outputs_.size(); ++i) {
    outputs_[i].sent.reset();
    if (!outputs_[i].settings.state_topic.empty()) asked_[subscribe(outputs_[i].settings.state_topic)] = i;
  }
  const std::lock_guard lock(mutex_);
  for (auto& wish : wishes_) wish.fresh = wish.on.has_value();
}

void MqttOut::send(std::size_t place, bool on, Steady now) {
  auto& output = outputs_[place];
  output.sent = on;
  output.state.reset();
  output.until = now + output.settings.confirm;
  output.number = publish(message_of(output.settings, on));
}

void MqttOut::finish(std::size_t place, const Result<>& done) {
  const bool on = *std::exchange(outputs_[place].sent, std::nullopt);
  outputs_[place].number.reset();
  events().switched(place, on, done);
}

void MqttOut::answered(std::uint64_t number, int reason) {
  constexpr int refused = 0x80;  // MQTT 5, 3.4.2.1
  if (const auto found = asked_.find(number); found != asked_.end()) {
    const auto place = found->second;
    asked_.erase(found);
    const auto& output = outputs_[place];
    if (reason >= refused && output.sent)
      finish(place, Error{Code::io, "the broker refuses the subscription to " + output.settings.state_topic});
    return;
  }
  for (std::size_t i = 0; i < outputs_.size(); ++i) {
    auto& output = outputs_[i];
    if (!output.sent || output.number != number) continue;
    const auto& topic = output.settings.topic;
    if (reason >= refused) return finish(i, Error{Code::io, "the broker refuses messages to " + topic});
    output.number.reset();
    return look(i);
  }
}

/// Whether all is there that makes it done.
void MqttOut::look(std::size_t place) {
  const auto& output = outputs_[place];
  if (!output.sent || output.number) return;
  if (output.settings.state_topic.empty() || output.state == output.sent) finish(place, {});
}

bool MqttOut::admits(const link::Message& message) {
  return waiting() < most_waiting && message.payload.size() <= net::most_payload;
}

void MqttOut::arrived(const link::Message& message) {
  if (message.retained) return;  // it may be from before
  for (std::size_t i = 0; i < outputs_.size(); ++i) {
    auto& output = outputs_[i];
    if (output.settings.state_topic != message.topic) continue;
    std::string state = message.payload;
    if (!output.settings.state_at.empty()) {
      const auto payload = net::parse_json(message.payload);
      const auto* found = payload ? net::at(*payload, output.settings.state_at) : nullptr;
      if (found == nullptr) continue;
      state = found->is_string() ? std::string(found->get_string()) : json::serialize(*found);
    }
    if (state == output.settings.state_on) output.state = true;
    if (state == output.settings.state_off) output.state = false;
    look(i);
  }
}

Steady MqttOut::tick(Steady now) {
  std::vector<Wish> wishes;
  {
    const std::lock_guard lock(mutex_);
    wishes = wishes_;
    for (auto& wish : wishes_) wish.fresh = false;
  }
  Steady next = Steady::max();
  for (std::size_t i = 0; i < outputs_.size(); ++i) {
    auto& output = outputs_[i];
    if (wishes[i].fresh) send(i, *wishes[i].on, now);
    if (!output.sent) continue;
    if (now < output.until) {
      next = std::min(next, output.until);
      continue;
    }
    const auto& from = output.number ? "the broker" : output.settings.state_topic;
    finish(i, Error{Code::io, "no confirmation from " + from + " within " + to_text(output.settings.confirm)});
  }
  return next;
}

std::unique_ptr<Line> open(LinePlan plan, const Clock& clock) {
  const auto& first = static_cast<const Settings&>(*plan.outputs.front().settings);
  return std::make_unique<MqttOut>(plan.outputs, first, clock);
}

}  // namespace

const DeviceType& mqtt_out_device() {
  static const DeviceType type{"mqtt_out", "Switches what listens to an MQTT broker; the broker or the device confirms.",
                               nullptr,    &schema().fields(),
                               nullptr,    read_output,
                               open};
  return type;
}

}  // namespace kuzet::drivers
