// SPDX-License-Identifier: Apache-2.0
// Checks the name and the rate of a port.
#include "drivers/serial/port.hpp"

#include "drivers/serial/baud.hpp"

#include <algorithm>
#include <filesystem>
#include <system_error>

namespace kuzet::drivers::serial {

namespace fs = std::filesystem;

namespace {

constexpr std::string_view scheme = "tcp://";

Place place_of(const Node& entry, std::string_view name) {
  const Node* node = entry.find(name);
  return node == nullptr ? entry.at : node->at;
}

Error no_address() { return {Code::config, "a device server is written tcp://host:port"}; }

bool is_port(std::string_view text) {
  int value = 0;
  for (const char c : text) {
    if (c < '0' || c > '9') return false;
    value = std::min(value * 10 + (c - '0'), 100'000);
  }
  return value >= 1 && value <= 65'535;
}

}  // namespace

Result<Address> address_of(const std::string& device) {
  if (!device.starts_with(scheme)) return no_address();
  const std::string rest = device.substr(scheme.size());
  const auto colon = rest.rfind(':');
  if (colon == std::string::npos || !is_port(std::string_view(rest).substr(colon + 1))) return no_address();
  std::string host = rest.substr(0, colon);
  const bool bracketed = host.size() > 2 && host.front() == '[' && host.back() == ']';
  if (bracketed) host = host.substr(1, host.size() - 2);
  if (host.empty() || (!bracketed && host.find(':') != std::string::npos) || host.find_first_of("@/ []") != std::string::npos)
    return no_address();
  return Address{std::move(host), rest.substr(colon + 1)};
}

void check(const Port& port, const Node& entry, const std::string& key, Faults& faults) {
  const Place at = place_of(entry, "device");
  if (port.network()) {
    if (const auto address = address_of(port.device); !address) faults.add(at, key + ".device", address.error().what);
  } else if (!port.device.empty() && !port.device.starts_with('/')) {
    faults.add(at, key + ".device", "must be the whole way to a port, such as /dev/ttyUSB0, or tcp://host:port");
  }
  if (!speed_of(port.baud))
    faults.add(place_of(entry, "baud"), key + ".baud", "no port knows this rate; usual ones: 4800, 9600, 19200, 38400, 115200");
}

std::string advice_on_name(const std::string& device, const std::string& names) {
  const std::string name = fs::path(device).filename().string();
  if (!name.starts_with("ttyUSB") && !name.starts_with("ttyACM")) return {};
  std::vector<std::string> links;
  std::error_code failed;
  for (fs::directory_iterator entry(names, failed); !failed && entry != fs::directory_iterator(); entry.increment(failed)) {
    std::error_code gone;
    if (fs::equivalent(entry->path(), device, gone)) links.push_back(entry->path().string());
  }
  if (links.empty()) return {};
  return device + " may be another device after it is plugged in again: write " + *std::ranges::min_element(links);
}

}  // namespace kuzet::drivers::serial
