// SPDX-License-Identifier: Apache-2.0
// How chips are found, and what is said when they or their pins cannot be had.
#include "drivers/gpio/pins.hpp"

#include "drivers/sysfs/files.hpp"

#include <algorithm>
#include <cerrno>
#include <charconv>

namespace kuzet::drivers::gpio {

namespace fs = std::filesystem;

namespace {

std::vector<std::string> chips_in(const fs::path& devices) {
  std::vector<std::string> out;
  for (const auto& name : sysfs::names(devices))
    if (name.starts_with("gpiochip")) out.push_back(name);
  return out;
}

Error no_chip(const std::string& chip, const fs::path& devices) {
  std::vector<std::string> there;
  for (const auto& name : chips_in(devices)) {
    const auto label = label_of(devices / name);
    there.push_back(name + (label.empty() ? "" : " (" + label + ")"));
  }
  return {Code::io, "no GPIO chip \"" + chip + "\"" + sysfs::there_are(there)};
}

}  // namespace

Result<std::unique_ptr<Chip>> open_chip(const std::string& chip, const fs::path& devices) {
  if (chip.starts_with('/')) return open_chip_file(chip);
  const std::string name = pin_number(chip) ? "gpiochip" + chip : chip;
  const auto all = chips_in(devices);
  if (std::ranges::find(all, name) != all.end()) return open_chip_file(devices / name);
  for (const auto& one : all)
    if (label_of(devices / one) == chip) return open_chip_file(devices / one);
  return no_chip(chip, devices);
}

Error chip_failure(const std::string& chip, int error) {
  switch (error) {
    case ENOTTY:
    case EINVAL: return {Code::io, chip + " is no GPIO chip"};
    case ENOENT: return {Code::io, chip + ": no such GPIO chip"};
    case EACCES:
    case EPERM: return {Code::io, chip + ": no permission; the user of the service must be in the group gpio"};
    default: return {Code::io, chip + ": " + sysfs::why(error)};
  }
}

Error pin_failure(const std::string& pin, int error, const std::string& consumer) {
  const std::string name = "pin " + pin;
  switch (error) {
    case EBUSY:
      return {Code::busy,
              name + " is already used by " + (consumer.empty() ? "somebody else" : "\"" + sysfs::shown(consumer) + "\"")};
    case ENOENT: return {Code::io, name + ": this chip has no such pin"};
    case EINVAL: return {Code::io, name + ": this chip has no such pin, or cannot pull or drive it so"};
    case EACCES:
    case EPERM: return {Code::io, name + ": the kernel does not let us use it so"};
    default: return {Code::io, name + ": " + sysfs::why(error)};
  }
}

Steady date_of(std::chrono::nanoseconds stamp, Steady now) {
  constexpr Duration oldest = std::chrono::minutes(1);  // an edge cannot have waited for us longer
  const Steady at{std::chrono::duration_cast<Duration>(stamp)};
  return at > now || now - at > oldest ? now : at;
}

std::optional<unsigned> pin_number(std::string_view pin) {
  unsigned value = 0;
  const auto [end, error] = std::from_chars(pin.data(), pin.data() + pin.size(), value);
  if (error != std::errc() || end != pin.data() + pin.size()) return std::nullopt;
  return value;
}

}  // namespace kuzet::drivers::gpio
