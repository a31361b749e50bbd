// SPDX-License-Identifier: Apache-2.0
// Where a serial device hangs and how its line is set: settings that drivers of serial devices share.
#pragma once

#include "agent/core/settings.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace kuzet::drivers::serial {

/// A serial port, or a device server on the network that passes the bytes of one on.
struct Port {
  std::string device;        ///< "/dev/serial/by-id/...", "tcp://host:port"
  std::int64_t baud = 9600;  ///< bits a second; this and what follows is nothing to a device server
  std::int64_t data_bits = 8;
  std::string parity = "none";
  std::int64_t stop_bits = 1;
  friend bool operator==(const Port&, const Port&) = default;

  [[nodiscard]] bool network() const { return device.starts_with("tcp://"); }
};

struct Address {
  std::string host;
  std::string port;
};
/// Of "tcp://host:port" or "tcp://[::1]:port"; `config` when it is not written so.
Result<Address> address_of(const std::string& device);

/// What is wrong with a device or a rate that no range can say.
void check(const Port& port, const Node& entry, const std::string& key, Faults& faults);

/// "/dev/ttyUSB0 may be another device after it is plugged in again: write /dev/serial/by-id/..."; empty where the name that is
/// used is a good one, or there is no better. `names`: where the system keeps them.
std::string advice_on_name(const std::string& device, const std::string& names = "/dev/serial/by-id");

/// The setting `device`.
template <class T>
settings::Declared<T> device_field() {
  return settings::required(
      settings::text<T>("device", &T::device,
                        "The serial port, best by its name under /dev/serial/by-id, or tcp://host:port of a device server."));
}

/// The settings of the line itself.
template <class T>
std::vector<settings::Declared<T>> line_fields() {
  namespace s = settings;
  return {
      s::integer<T>("baud", &T::baud, {50, 4'000'000}, "bits per second", "How fast the device speaks."),
      s::integer<T>("data_bits", &T::data_bits, {7, 8}, "bits", "Bits in each character."),
      s::choice<T>("parity", &T::parity, {"none", "even", "odd"}, "How each character is checked."),
      s::integer<T>("stop_bits", &T::stop_bits, {1, 2}, "bits", "Bits between characters."),
  };
}

}  // namespace kuzet::drivers::serial
