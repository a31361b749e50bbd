// SPDX-License-Identifier: Apache-2.0
// Settings of Modbus sensors and outputs.
#include "drivers/modbus/settings.hpp"

#include "drivers/channels.hpp"

#include <algorithm>
#include <array>
#include <charconv>

namespace kuzet::drivers::modbus {

namespace s = settings;

namespace {

using namespace std::chrono_literals;

constexpr std::array<std::int64_t, 10> bauds{1200, 2400, 4800, 9600, 19200, 38400, 57600, 115200, 230400, 460800};
constexpr int last_place = 65535;
constexpr int last_serial_slave = 247,
              any_tcp_slave = 255;  // Modbus over Serial Line 1.02, section 2.2; 255: the device itself
// libmodbus's issue 776: slow slaves behind real adapters answer after half a second; and who stops us waits no more than 1 s.
constexpr Duration least_serial_timeout = 600ms, most_serial_timeout = 1s;

/// A number of the line that may be left to the other devices on it.
template <class T>
s::Declared<T> shared_integer(const char* name, std::optional<std::int64_t> SlaveSettings::*member, std::int64_t fallback,
                              s::Range<std::int64_t> range, const char* unit, const char* help) {
  return {s::integer_field(name, fallback, range, unit, help),
          [member, range](T& target, const Node& node, const std::string& key, Faults& faults) {
            if (const auto value = s::read_integer(node, key, faults, range)) target.*member = *value;
          }};
}

template <class T>
s::Declared<T> shared_choice(const char* name, std::optional<std::string> SlaveSettings::*member,
                             const std::vector<std::string>& choices, const char* help) {
  return {s::choice_field(name, choices.front(), choices, help),
          [member, choices](T& target, const Node& node, const std::string& key, Faults& faults) {
            if (const auto value = s::read_choice(node, key, faults, choices)) target.*member = *value;
          }};
}

template <class T>
Schema<T> slave_schema() {
  return {
      s::required(s::text<T>("address", &T::address,
                             "Where the line is: tcp://HOST:502, or a serial device that keeps its name, such "
                             "as /dev/serial/by-id/NAME.")),
      s::required(s::integer<T>("slave", &T::slave, {0, any_tcp_slave}, "",
                                "Its number on the line, 1 to 247; over TCP also 0 or 255, where that is the device itself.")),
      s::duration<T>("timeout", &T::timeout, {100ms, 10s},
                     "It has to answer within that; on serial lines 600ms to 1s, as slow slaves need half a second."),
      shared_integer<T>("baud", &T::baud, Serial().baud, {bauds.front(), bauds.back()}, "bit/s",
                        "Speed of a serial line; devices that do not say it take what others on the line say."),
      shared_choice<T>("parity", &T::parity, {"none", "even", "odd"}, "Parity of a serial line."),
      shared_integer<T>("stop_bits", &T::stop_bits, Serial().stop_bits, {1, 2}, "", "Stop bits of a serial line."),
      shared_choice<T>("rs485", &T::rs485, {"adapter", "kernel", "rts_up", "rts_down"},
                       "Who switches an RS-485 line to sending: the adapter by itself, the kernel's driver, or we by RTS."),
  };
}

Schema<Reading> reading_schema() {
  return channel_schema<Reading>({
      s::choice<Reading>("table", &Reading::table, {"holding", "input", "coil", "discrete"}, "Which of the slave's tables."),
      s::required(s::integer<Reading>(
          "register", &Reading::place, {0, last_place}, "",
          "Its place in the table, counted from 0 as on the wire: what a manual calls 40001 is register 0 of `holding`.")),
      s::choice<Reading>("type", &Reading::type, {"u16", "s16", "u32", "s32", "u64", "s64", "f32", "f64", "bit"},
                         "How the value is written there; coils and discrete inputs are always bits."),
      s::integer<Reading>("bit", &Reading::bit, {0, 15}, "", "Of type bit: which bit of the register, 0 is the lowest."),
      s::choice<Reading>("words", &Reading::words, {"big", "little"},
                         "Of values in several registers: whether the highest (big) or the lowest comes first."),
      s::choice<Reading>("bytes", &Reading::bytes, {"big", "little"},
                         "Which byte of a register comes first; little only for slaves that break the rule."),
  });
}

const Schema<SensorSettings>& sensor_schema() {
  static const auto all = [] {
    auto schema = slave_schema<SensorSettings>();
    schema.add(s::duration<SensorSettings>("every", &SensorSettings::every, {100ms, 24h}, "How often it is asked."));
    schema.add(
        s::required(s::list<SensorSettings>("readings", &SensorSettings::readings, reading_schema(), "What it measures.")));
    return schema;
  }();
  return all;
}

const Schema<OutputSettings>& output_schema() {
  using O = OutputSettings;
  static const auto all = [] {
    auto schema = slave_schema<O>();
    const auto place = [](const char* name, std::int64_t O::*member, const char* help) {
      return s::Declared<O>{s::integer_field(name, std::nullopt, {0, last_place}, "", help),
                            s::integer<O>(name, member, {0, last_place}, "", help).read};
    };
    schema.add(place("coil", &O::coil, "The coil that is switched, counted from 0."));
    schema.add(place("register", &O::place, "The holding register that is written where there is no coil, counted from 0."));
    schema.add(s::integer<O>("on_value", &O::on_value, {0, last_place}, "", "What is written to the register for on."));
    schema.add(s::integer<O>("off_value", &O::off_value, {0, last_place}, "", "What is written to the register for off."));
    schema.add(s::flag<O>("read_back", &O::read_back, "It is read after it was written, and must be as it was written."));
    schema.add(s::duration<O>("check", &O::check, {0s, 24h},
                              "How often it is read and, if it is not as wanted, written again; 0s: never."));
    return schema;
  }();
  return all;
}

void check_slave(const SlaveSettings& settings, const Node& entry, const std::string& key, Faults& faults) {
  const auto fault = [&](const char* member, const std::string& what) {
    if (const Node* node = entry.find(member)) faults.add(node->at, key + "." + member, what);
  };
  if (settings.address.empty()) return;  // said already
  const auto address = parse_address(settings.address);
  if (!address) return fault("address", address.error().what);
  if (address->tcp) {
    for (const char* serial : {"baud", "parity", "stop_bits", "rs485"}) fault(serial, "is for serial lines only");
    if (settings.slave > last_serial_slave && settings.slave != any_tcp_slave) fault("slave", "must be 0 to 247, or 255");
    return;
  }
  if (settings.slave < 1 || settings.slave > last_serial_slave) fault("slave", "must be 1 to 247 on a serial line");
  if (settings.timeout < least_serial_timeout || settings.timeout > most_serial_timeout)
    fault("timeout", "must be 600ms to 1s on a serial line");
  if (settings.baud && std::ranges::find(bauds, *settings.baud) == bauds.end())
    fault("baud", "is no usual speed: 1200, 2400, 4800, 9600, 19200, 38400, 57600, 115200, 230400 or 460800");
}

void check_reading(const Reading& reading, const Node& node, const std::string& key, Faults& faults) {
  const auto fault = [&](const char* member, const std::string& what) {
    if (const Node* at = node.find(member)) faults.add(at->at, key + "." + member, what);
  };
  const bool bits = holds_bits(*table_named(reading.table));
  if (bits) {
    for (const char* member : {"type", "bit", "words", "bytes"})
      fault(member, "is for registers only; a " + std::string(noun(*table_named(reading.table))) + " is one bit");
    return;
  }
  if (reading.type != "bit") fault("bit", "is for type bit only");
  if (const Spot spot = reading.spot(); spot.first + spot.count - 1 > last_place)
    fault("register", "a " + reading.type + " there would end behind register 65535");
}

void check_readings(const SensorSettings& settings, const Node& entry, const std::string& key, Faults& faults) {
  const Node* list = entry.find("readings");
  if (list == nullptr || list->type != Node::Type::sequence) return;
  if (list->items.empty()) faults.add(list->at, key + ".readings", "must name at least one");
  for (std::size_t i = 0; i < settings.readings.size() && i < list->items.size(); ++i)
    check_reading(settings.readings[i], list->items[i], key + ".readings[" + std::to_string(i) + "]", faults);
}

void check_output(const OutputSettings& settings, const Node& entry, const std::string& key, Faults& faults) {
  const auto fault = [&](const char* member, const std::string& what) {
    if (const Node* at = entry.find(member)) faults.add(at->at, key + "." + member, what);
  };
  if ((settings.coil < 0) == (settings.place < 0)) faults.add(entry.at, key, "names either a `coil` or a `register`");
  if (settings.coil >= 0)
    for (const char* member : {"on_value", "off_value"}) fault(member, "is for a register; a coil is on or off");
  else if (settings.on_value == settings.off_value)
    faults.add(entry.at, key, "`on_value` and `off_value` must not be the same");
}

std::optional<int> number(std::string_view text) {
  int value = 0;
  const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), value);
  return failed == std::errc() && end == text.data() + text.size() ? std::optional(value) : std::nullopt;
}

/// What the devices say of one thing, where they all agree: nothing, or the first that says it.
template <class V>
Result<> agree(const LinePlan& plan, std::optional<V> SlaveSettings::*member, const std::string& what, std::optional<V>& out) {
  for (const auto* list : {&plan.sensors, &plan.outputs})
    for (const auto& device : *list) {
      const auto& said = static_cast<const SlaveSettings&>(*device.settings).*member;
      if (said && out && *said != *out) return Error{Code::config, device.line + ": its devices disagree about " + what};
      if (said) out = said;
    }
  return {};
}

}  // namespace

Result<Address> parse_address(const std::string& text) {
  constexpr std::string_view scheme = "tcp://";
  if (text.starts_with("/") && text.size() > 1) return Address{false, "", 0, text};
  if (!text.starts_with(scheme)) return Error{Code::config, "must be tcp://HOST:PORT or a serial device such as /dev/ttyUSB0"};
  std::string host = text.substr(scheme.size());
  int port = Address().port;
  const auto bracket = host.rfind(']'), colon = host.rfind(':');
  if (colon != std::string::npos && (bracket == std::string::npos || colon > bracket)) {
    const auto said = number(std::string_view(host).substr(colon + 1));
    if (!said || *said < 1 || *said > last_place) return Error{Code::config, "its port must be 1 to 65535"};
    port = *said;
    host.resize(colon);
  }
  if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
  const bool clean =
      std::ranges::none_of(host, [](char c) { return c == '/' || c == '@' || c == '[' || c == ']' || c <= ' '; });
  if (host.empty() || !clean) return Error{Code::config, "names no host: tcp://HOST:PORT"};
  return Address{true, host, port, ""};
}

Spot Reading::spot() const {
  const auto where = table_named(table).value_or(Table::holding);
  return {where, static_cast<int>(place), holds_bits(where) ? 1 : registers_of(layout().form)};
}

Layout Reading::layout() const {
  return {form_named(type).value_or(Form::u16), words == "little", bytes == "little", static_cast<int>(bit)};
}

Spot OutputSettings::spot() const {
  return coil >= 0 ? Spot{Table::coil, static_cast<int>(coil), 1} : Spot{Table::holding, static_cast<int>(place), 1};
}

int OutputSettings::value(bool on) const {
  if (coil >= 0) return on ? 1 : 0;
  return static_cast<int>(on ? on_value : off_value);
}

Result<Serial> serial_of(const LinePlan& plan) {
  std::optional<std::int64_t> baud, stop_bits;
  std::optional<std::string> parity, rs485;
  if (auto done = agree(plan, &SlaveSettings::baud, "baud", baud); !done) return done.error();
  if (auto done = agree(plan, &SlaveSettings::parity, "parity", parity); !done) return done.error();
  if (auto done = agree(plan, &SlaveSettings::stop_bits, "stop_bits", stop_bits); !done) return done.error();
  if (auto done = agree(plan, &SlaveSettings::rs485, "rs485", rs485); !done) return done.error();
  Serial out;
  out.baud = static_cast<int>(baud.value_or(out.baud));
  out.parity = parity.value_or("none") == "even" ? 'E' : parity.value_or("none") == "odd" ? 'O' : 'N';
  out.stop_bits = static_cast<int>(stop_bits.value_or(out.stop_bits));
  out.rs485 = rs485.value_or(out.rs485);
  return out;
}

const std::vector<Field>& sensor_fields() { return sensor_schema().fields(); }
const std::vector<Field>& output_fields() { return output_schema().fields(); }

Device read_sensor(const Node& entry, const std::string& key, Faults& faults) {
  auto settings = std::make_shared<SensorSettings>();
  sensor_schema().read(*settings, entry, key, faults);
  check_slave(*settings, entry, key, faults);
  check_readings(*settings, entry, key, faults);
  Device out;
  out.line = settings->address;
  out.every = settings->every;
  for (const auto& reading : settings->readings) out.channels.push_back(reading);
  check_names(out.channels, key, entry.at, faults);
  out.settings = std::move(settings);
  return out;
}

Device read_output(const Node& entry, const std::string& key, Faults& faults) {
  auto settings = std::make_shared<OutputSettings>();
  output_schema().read(*settings, entry, key, faults);
  check_slave(*settings, entry, key, faults);
  check_output(*settings, entry, key, faults);
  Device out;
  out.line = settings->address;
  out.settings = std::move(settings);
  return out;
}

}  // namespace kuzet::drivers::modbus
