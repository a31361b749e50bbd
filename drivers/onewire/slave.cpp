// SPDX-License-Identifier: Apache-2.0
// The two lines of w1_slave.
#include "drivers/onewire/slave.hpp"

#include "drivers/sysfs/files.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

namespace kuzet::drivers::onewire {

namespace {

using Scratchpad = std::array<unsigned, 9>;

/// "72 01 4b ...": nine bytes, and what follows them.
std::optional<Scratchpad> bytes(std::string_view& text) {
  Scratchpad out{};
  for (auto& byte : out) {
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), byte, 16);
    if (error != std::errc() || byte > 0xff || end == text.data() + text.size() || *end != ' ') return std::nullopt;
    text.remove_prefix(static_cast<std::size_t>(end + 1 - text.data()));
  }
  return out;
}

bool all(const Scratchpad& bytes, unsigned value) {
  return std::ranges::all_of(bytes, [value](unsigned byte) { return byte == value; });
}

}  // namespace

std::optional<Conversion> parse_slave(std::string_view text) {
  const auto first_end = text.find('\n');
  if (first_end == std::string_view::npos) return std::nullopt;
  auto first = text.substr(0, first_end), second = text.substr(first_end + 1);
  const auto pad = bytes(first);
  if (!pad || !first.starts_with(": crc=") || !bytes(second) || !second.starts_with("t=")) return std::nullopt;
  const auto milli = sysfs::number(second.substr(2));  // in 1/1000 degree: Documentation/w1/slaves/w1_therm.rst
  if (!milli) return std::nullopt;
  return Conversion{first.ends_with("YES"), !all(*pad, 0) && !all(*pad, 0xff), *milli / 1000};
}

bool PowerOn::believed(double celsius, Steady now) {
  constexpr double suspect = 85.0;    // register value 0x0550
  constexpr double half_step = 0.03;  // of the finest resolution, 0.0625
  constexpr double near = 10;
  constexpr Duration fresh = std::chrono::minutes(10);
  const bool is_suspect = std::abs(celsius - suspect) < half_step;
  if (is_suspect && !(last_ && std::abs(*last_ - suspect) <= near && now - at_ <= fresh)) return false;
  last_ = celsius;
  at_ = now;
  return true;
}

}  // namespace kuzet::drivers::onewire
