// SPDX-License-Identifier: Apache-2.0
// What the configuration says about slaves, their readings and outputs, and what it says about the line that they share.
#pragma once

#include "drivers/line.hpp"
#include "drivers/modbus/registers.hpp"

#include <optional>
#include <string>
#include <vector>

namespace kuzet::drivers::modbus {

/// Where a line is: a host and port, or a serial device.
struct Address {
  bool tcp = false;
  std::string host;  ///< without brackets
  int port = 502;
  std::string device;
};
/// "tcp://10.0.0.5:502", "tcp://[fd00::5]", "/dev/serial/by-id/..."; `config` with what is wrong.
Result<Address> parse_address(const std::string& text);

/// How a serial line is set; what nobody says is 9600 8N1.
struct Serial {
  int baud = 9600;
  char parity = 'N';
  int stop_bits = 1;
  std::string rs485 = "adapter";
};

/// What sensors and outputs alike say.
struct SlaveSettings : DeviceSettings {
  std::string address;
  std::int64_t slave = 1;
  Duration timeout = std::chrono::seconds(1);
  std::optional<std::int64_t> baud, stop_bits;
  std::optional<std::string> parity, rs485;
};

/// One value of a sensor.
struct Reading : Channel {
  std::string table = "holding";
  std::int64_t place = 0;
  std::string type = "u16";
  std::int64_t bit = 0;
  std::string words = "big", bytes = "big";

  [[nodiscard]] Spot spot() const;
  [[nodiscard]] Layout layout() const;
};

struct SensorSettings : SlaveSettings {
  Duration every = std::chrono::seconds(1);
  std::vector<Reading> readings;
};

struct OutputSettings : SlaveSettings {
  std::int64_t coil = -1;
  std::int64_t place = -1;  ///< a holding register, where there is no coil
  std::int64_t on_value = 1, off_value = 0;
  bool read_back = true;
  Duration check = std::chrono::seconds(10);

  [[nodiscard]] Spot spot() const;
  [[nodiscard]] int value(bool on) const;  ///< what is written: 0 or 1 of a coil
};

/// What the devices of one line say about it together; `config` where they contradict each other.
Result<Serial> serial_of(const LinePlan& plan);

const std::vector<Field>& sensor_fields();
const std::vector<Field>& output_fields();
Device read_sensor(const Node& entry, const std::string& key, Faults& faults);
Device read_output(const Node& entry, const std::string& key, Faults& faults);

}  // namespace kuzet::drivers::modbus
